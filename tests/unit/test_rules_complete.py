"""Every row of the clinical rules is a record under its id, so that nobody looks for it in vain."""

import re

from treatments.actions.follow_ups import FILE
from treatments.domain.protocols import read_protocols
from treatments.management.rule_files import rules_with_records

# The ids of the rows of the text that the rules were written from. One row has two ends and a space
# in its id there: “rf-age-under-16-20 / over-60”.
IDS = """
anticoag-hold-unmet anticoag-inr anticoag-list-at-booking anticoag-lowrisk-continue
anticoag-no-bridge-doac anticoag-prescriber-ok anticoag-renal anticoag-restart
anticoag-stent-window conservative-before-esi conservative-before-facet conservative-before-si
conservative-record esi-active-rehab esi-aetna-overlay esi-asipp-interval esi-baseline-scale
esi-beyond-12mo esi-cervical-il-level esi-cervical-tf-no-particulate esi-cohere-overlay
esi-conservative-4wk esi-contraindications esi-diagnosis-exempt esi-evicore-overlay
esi-excluded-indications esi-fda-not-approved esi-il-caudal-max-1-level
esi-il-caudal-no-bilateral esi-image-guidance-contrast esi-indication-radicular
esi-max-4-per-region-12mo esi-min-interval-hpa esi-min-pain-4wk esi-nice-uk esi-no-biologics
esi-no-combo-blocks esi-no-series esi-one-region-per-session esi-pre-post-score
esi-repeat-50pct-3mo esi-repeat-nonresponder-14d esi-sedation esi-snrb-kx
esi-steroid-session-cap esi-tf-first-nonparticulate esi-tf-max-2-levels facet-aetna-overlay
facet-conservative-failed facet-count-conflict facet-covered-dx facet-cyst facet-dx-kx
facet-dx-max-4-12mo facet-dx2-80pct facet-dx2-min-14d facet-evicore-overlay
facet-imaging-fluoro-ct facet-indication-3mo facet-levels-max-2 facet-mue facet-nice-vas5
facet-no-other-cause facet-no-radiculopathy facet-not-after-rfa facet-not-fused facet-opd-pa
facet-same-scale facet-sedation facet-ther-max-4-12mo facet-ther-repeat-50-3mo facet-ther-two-80
facet-ther-why-not-rfa facet-uhc-overlay facet-uk-rfa fu-call-24-48h fu-esi-2wk fu-esi-6mo
fu-esi-diary fu-kypho fu-mbb-diary fu-mbb-result fu-nsaid fu-osteoporosis fu-pt fu-rfa-6wk
nsaid-age-65 nsaid-anticoag nsaid-cabg nsaid-daily-max nsaid-duplicate nsaid-egfr-30
nsaid-egfr-30-60 nsaid-gi-bleed-hx nsaid-hf-cvd nsaid-ketorolac-5d nsaid-ketorolac-no-other
nsaid-monitor-2wk nsaid-monitor-baseline nsaid-monitor-ongoing nsaid-pregnancy-20w
nsaid-preproc-hold nsaid-shortest-duration nsaid-steroid nsaid-triple-whammy pa-ma pa-opd-facet
pa-wiser pt-kx-threshold-2025 pt-kx-threshold-2026 pt-kx-threshold-2027
pt-poc-cert-2025-exception pt-poc-elements pt-poc-initial-cert pt-poc-recert-90d
pt-progress-10days pt-targeted-review pva-absolute-contra pva-advanced-imaging pva-bleeding-high
pva-fracture-age pva-icd-osteoporotic pva-level-range pva-malignant-path pva-max-3-levels
pva-no-frequency-cap pva-osteoporosis-referral pva-pain-ambulatory pva-pain-inpatient
pva-relative-contra pva-uk-ta279 rf-age-under-16-20-over-60 rf-cancer-general rf-cauda-equina
rf-chest-pain rf-fracture rf-imaging-6wk rf-infection rf-inflammatory rf-mscc
rf-progressive-neuro rf-serious-trauma rf-thoracic rfa-max-2-12mo rfa-rediagnose-2y
rfa-repeat-50-6mo rfa-thermal-80c rfa-two-mbb-80 si-dx-75 si-dx-max-2 si-prereq
si-rfa-noncovered si-ther-max-4 si-ther-repeat steroid-2025-guideline steroid-3mgkg-yr
steroid-adrenal-crisis-flag steroid-asipp-table steroid-dm-glucose steroid-dm-hba1c
steroid-dxa-trigger steroid-fracture-rr steroid-giop steroid-hpa-40 steroid-hpa-80
steroid-mpe-12mo-pmw steroid-mpe-3y-pmw steroid-mpe-general-200-400 steroid-mpe-men
steroid-mpe-per-injection steroid-nass-sis steroid-ta-200-yr tpi-max-3 tpi-no-imaging tpi-repeat
"""
STEP = re.compile(r"[a-z-]+/[a-z0-9-]+")


def test_every_row_is_a_record():
    """A row that was left out is a limit that nobody looks at."""
    assert sorted(set(IDS.split()) - {rule.key for rule, _shipped in rules_with_records()}) == []


def test_what_the_follow_up_does_is_there():
    """A record that names a step which nobody takes would be a promise."""
    protocols = read_protocols(FILE.read_text(), file=FILE.name)
    steps = {f"{key}/{step.key}" for key, one in protocols.items() for step in one.steps}
    for rule, _shipped in rules_with_records():
        if rule.family == "follow_up":
            assert set(STEP.findall(rule.note)) <= steps, rule.key
            assert not rule.is_on
