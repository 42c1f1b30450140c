"""The shipped catalogue holds every row that the blueprint names, and every row makes sense."""

from decimal import Decimal
from pathlib import Path

import pytest

from treatments.domain.catalogue import (
    CatalogueError,
    Entry,
    check_references,
    checked,
    details_of,
)
from treatments.domain.descriptions import LABELS, described
from treatments.domain.spine import LevelKind, levels_of
from treatments.management.catalogue_files import read_catalogue
from treatments.management.catalogue_page import catalogue_page
from treatments.management.diagnosis_files import shipped_codes

ROOT = Path(__file__).resolve().parents[2]
ENTRIES = {entry.key: entry for entry in read_catalogue()}

# Typed from the blueprint by hand, so that a row that gets lost is missed.
NAMED = {
    "cause": {
        "posture/strain": "posture-strain",
        "disc bulge": "disc-bulge",
        "herniation": "disc-herniation",
        "stenosis": "spinal-stenosis",
        "vertebral fracture": "vertebral-fracture",
        "compression fracture": "compression-fracture",
        "osteoarthritis": "osteoarthritis",
        "other arthritis": "inflammatory-arthritis",
        "osteoporosis": "osteoporosis",
        "fibromyalgia": "fibromyalgia",
        "chronic myofascial pain": "myofascial-pain",
        "kyphosis": "kyphosis",
        "scoliosis": "scoliosis",
        "pregnancy": "pregnancy",
        "stress": "stress",
        "exercise-related": "exercise-related",
        "referred from the heart": "referred-heart",
        "referred from the lung": "referred-lung",
        "referred from the gallbladder": "referred-gallbladder",
        "cancer": "cancer",
        "infection": "spinal-infection",
    },
    "diagnostic": {
        "physical exam": "physical-exam",
        "history": "history",
        "X-ray": "x-ray",
        "MRI": "mri",
        "CT": "ct",
        "blood tests": "blood-count",
        "discography": "provocation-discography",
        "selective nerve block": "diagnostic-selective-nerve-block",
        "bone density": "bone-density",
    },
    "treatment": {
        "posture and ergonomics": "posture-and-ergonomics",
        "exercise": "home-exercise",
        "stretching": "stretching",
        "yoga": "yoga",
        "heat": "heat",
        "cold": "cold",
        "behaviour change": "behavior-change",
        "weight": "weight-management",
        "nutrition": "nutrition",
        "smoking cessation": "smoking-cessation",
        "stress": "stress-management",
        "NSAIDs": "nsaid",
        "acetaminophen": "acetaminophen-course",
        "topical analgesics": "topical-analgesic",
        "muscle relaxants": "muscle-relaxant",
        "membrane stabilisers": "membrane-stabilizer",
        "antidepressants": "antidepressant",
        "oral steroids": "oral-steroid",
        "physical therapy": "physical-therapy",
        "occupational therapy": "occupational-therapy",
        "manual therapy": "manual-therapy",
        "massage": "massage",
        "chiropractic": "chiropractic",
        "acupuncture": "acupuncture",
        "bracing": "bracing",
        "homeopathy": "homeopathy",
        "aromatherapy": "aromatherapy",
        "meditation": "meditation",
        "epidural steroid injection": "epidural-steroid-injection",
        "facet injection": "facet-injection",
        "medial branch block": "medial-branch-block",
        "selective nerve block": "selective-nerve-block",
        "intra-articular infiltration": "intra-articular-infiltration",
        "radiofrequency ablation": "radiofrequency-ablation",
        "percutaneous discectomy": "percutaneous-discectomy",
        "vertebroplasty": "vertebroplasty",
        "kyphoplasty": "kyphoplasty",
        "discectomy": "discectomy",
        "laminectomy": "laminectomy",
        "fusion": "fusion",
        "sacroiliac joint injection": "sacroiliac-joint-injection",
        "trigger point injection": "trigger-point-injection",
        "discography": "discography",
        "sympathetic block": "sympathetic-block",
    },
    "red_flag": {
        "limb weakness": "limb-weakness",
        "numbness or tingling of limbs/chest/belly": "numbness-or-tingling",
        "saddle numbness": "saddle-numbness",
        "bladder or bowel trouble": "bladder-or-bowel-trouble",
        "unexplained weight loss": "unexplained-weight-loss",
        "fever": "fever",
        "sharp chest or upper-back pain": "chest-or-upper-back-pain",
        "recent accident": "recent-accident",
        "cancer history": "cancer-history",
        "recent steroids": "recent-steroids",
        "chemotherapy or weak immunity": "weak-immunity",
        "drug use": "drug-use",
        "age over 55": "age-over-55",
        "no better after 5 days": "no-better-after-5-days",
    },
    "risk": {
        "infection": "infection",
        "nerve damage": "nerve-damage",
        "bone thinning": "bone-thinning",
        "tissue damage": "tissue-damage",
        "blood pressure": "blood-pressure-rise",
        "sleep": "sleep-disturbance",
        "cardiac effects": "cardiac-effect",
        "numbness": "numbness",
        "cement leak": "cement-leak",
        "recurrence": "recurrence",
    },
}
# Milligrams a day: by prescription, and over the counter where that is known.
NSAID_MAXIMA = {
    "ibuprofen": (3200, 1200),
    "naproxen": (1500, None),
    "naproxen-sodium": (1500, 660),
    "diclofenac": (200, None),
    "meloxicam": (15, None),
    "celecoxib": (400, None),
    "ketorolac": (40, None),
    "ketorolac-injection": (120, None),
    "etodolac": (1000, None),
    "nabumetone": (2000, None),
    "oxaprozin": (1800, None),
    "sulindac": (400, None),
}
MPE = {
    "hydrocortisone": "0.2",
    "prednisone": "0.8",
    "prednisolone": "0.8",
    "methylprednisolone": "1",
    "triamcinolone": "1",
    "dexamethasone": "5.33",
    "betamethasone": "6.67",
}
ANTITHROMBOTICS = {
    "anticoagulant": "warfarin acenocoumarol heparin enoxaparin dalteparin fondaparinux dabigatran "
    "rivaroxaban apixaban edoxaban",
    "antiplatelet": "aspirin cilostazol dipyridamole clopidogrel prasugrel ticagrelor abciximab "
    "eptifibatide tirofiban",
}


@pytest.mark.parametrize(
    ("section", "noun", "key"),
    [(section, noun, key) for section, rows in NAMED.items() for noun, key in rows.items()],
)
def test_every_noun_of_the_blueprint_has_its_row(section, noun, key):
    """A clinic that cannot write down a treatment writes it somewhere else."""
    assert key in ENTRIES, noun
    assert ENTRIES[key].section == section


@pytest.mark.parametrize("key", ENTRIES)
def test_an_entry_makes_sense_and_speaks_two_languages(key):
    """Each entry is read by staff and by patients, in English and in Spanish."""
    entry = checked(ENTRIES[key])
    for text in (entry.name, entry.name_es, entry.plain, entry.plain_es):
        assert text.strip()
    for line in (entry.plain, entry.plain_es):
        assert line.endswith(".")
        assert len(line) <= 140, "one line"
        assert line[0].isupper() or line[0].isdigit()


@pytest.mark.parametrize("key", [k for k, entry in ENTRIES.items() if entry.section == "treatment"])
def test_a_treatment_has_what_its_form_needs(key):
    """A form without drugs to choose or without a level to pick is a dead end."""
    details = details_of("treatment", ENTRIES[key].details)
    if details.form == "medication":
        assert details.drug_classes
    if details.form == "therapy":
        assert details.disciplines
        assert details.minutes
    if details.form == "procedural":
        assert details.approaches
        assert details.purposes
        assert details.guidance
        assert details.drug_roles
        assert details.risks
        assert details.protocol
        assert details.level_kinds
    for kind in details.level_kinds:
        if kind is not LevelKind.NONE and details.regions:
            assert any(levels_of(kind, region) for region in details.regions)
    if details.drug_classes:
        assert any(
            set(details.drug_classes) & set(entry.details["classes"])
            for entry in ENTRIES.values()
            if entry.section == "drug"
        )


def test_the_numbers_of_drugs_are_those_of_the_clinical_rules():
    """A wrong maximum either blocks the right dose or lets the wrong one pass."""
    for key, (prescribed, over_the_counter) in NSAID_MAXIMA.items():
        drug = details_of("drug", ENTRIES[key].details)
        assert drug.classes == ("nsaid",)
        assert drug.max_daily == prescribed
        assert drug.otc_max_daily == over_the_counter
    for key, factor in MPE.items():
        drug = details_of("drug", ENTRIES[key].details)
        assert "steroid" in drug.classes
        assert drug.mpe_factor == Decimal(factor)
    for name, keys in ANTITHROMBOTICS.items():
        for key in keys.split():
            assert name in ENTRIES[key].details["classes"]
    assert details_of("drug", ENTRIES["acetaminophen"].details).max_daily == 4000
    assert "FDA" in ENTRIES["acetaminophen"].details["source"]


def test_every_maximum_names_its_source():
    """Whoever is warned of a dose may ask who says so."""
    for entry in ENTRIES.values():
        if entry.section == "drug" and "max_daily" in entry.details:
            assert entry.details["source"], entry.key


def test_every_red_flag_asks_a_question_in_two_languages():
    """The same questions stand in the portal and at the desk."""
    flags = [entry for entry in ENTRIES.values() if entry.section == "red_flag"]
    for entry in flags:
        details = details_of("red_flag", entry.details)
        assert details.question.endswith("?")
        assert "¿" in details.question_es
        # On a list that a person ticks: a few words, and no question.
        for sign in (details.sign, details.sign_es):
            assert sign
            assert len(sign) <= 100
            assert not set(sign) & set("¿?")
    urgent = {entry.key for entry in flags if entry.details["urgency"] == "emergency"}
    assert {"saddle-numbness", "bladder-or-bowel-trouble", "chest-or-upper-back-pain"} <= urgent


def test_ages_at_which_nobody_is_asked_are_refused():
    """A red flag that is asked of nobody is found by nobody."""
    told = {"urgency": "same_day", "question": "Is it?", "from_age": 60, "until_age": 20}
    with pytest.raises(CatalogueError, match="until_age"):
        details_of("red_flag", told)
    assert details_of("red_flag", told | {"until_age": 60}).is_asked_at(60)


def test_the_codes_of_causes_exist():
    """A prefix that no code has would never find anything."""
    known = {code.code for code in shipped_codes()}
    for entry in ENTRIES.values():
        if entry.section == "cause":
            assert entry.details["codes"], entry.key
            for code in entry.details["codes"]:
                assert code in known, (entry.key, code)


@pytest.mark.parametrize(
    ("details", "sentence"),
    [
        ({"form": "procedural", "step": 3, "approaches": ["sideways"]}, "sideways"),
        ({"form": "procedural", "step": 9}, "step"),
        ({"form": "therapy", "step": 2, "minutes": 0}, "minutes"),
        ({"form": "potion", "step": 2}, "potion"),
        ({"form": "therapy", "step": 2, "needs": True}, "needs"),
        ({"form": "therapy", "step": 2, "colour": "blue"}, "colour"),
    ],
)
def test_nonsense_details_are_refused(details, sentence):
    """A form shaped by an entry it does not understand would break in front of a physician."""
    entry = Entry("x", "treatment", "injection", "X", "X.", details=details)
    with pytest.raises(CatalogueError, match=sentence):
        checked(entry)


def test_what_is_named_must_be_there():
    """A risk that is not in the catalogue can never be chosen."""
    one = Entry("x", "treatment", "injection", "X", "X.", details={"risks": ["curse"]})
    with pytest.raises(CatalogueError, match="curse"):
        check_references([one])
    with pytest.raises(CatalogueError, match="once"):
        check_references([ENTRIES["nsaid"], ENTRIES["nsaid"]])


def test_the_page_says_what_the_files_say():
    """A page that nobody keeps is worse than none."""
    page = (ROOT / "docs" / "catalogue.md").read_text(encoding="utf-8")
    hint = "run: python manage.py catalogue_page > docs/catalogue.md"
    assert page == catalogue_page(ENTRIES.values()), hint


def test_every_word_of_the_vocabulary_can_be_chosen_and_read():
    """A detail without a label shows up as a column name."""
    for entry in ENTRIES.values():
        for label, text in described(entry.details):
            assert label[0].isupper()
            assert text
    for name in {name for entry in ENTRIES.values() for name in entry.details}:
        assert name in LABELS
