"""What is wrong with a rule is told at once, with file, line, field and a sentence."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from textwrap import dedent, indent

import pytest

from tests.rule_examples import catalogue, shipped
from treatments.domain.body import PARTS
from treatments.domain.rules.finding import Severity
from treatments.domain.rules.kinds.dose_cap import RollingDose
from treatments.domain.rules.kinds.frequency_cap import FrequencyCap
from treatments.domain.rules.records import BadRule, rule_from
from treatments.domain.rules.spans import Span
from treatments.management.rule_files import BadRuleFiles, known_keys, read_rules
from treatments.management.rules_page import rules_page

ROOT = Path(__file__).resolve().parents[2]
GOOD = {
    "id": "esi-cap",
    "kind": "frequency_cap",
    "family": "esi",
    "severity": "block",
    "stages": ["book"],
    "applies_to": {"families": ["esi"]},
    "params": {"which": {"families": ["esi"], "per": "region"}, "most": 4, "span": "P12M"},
    "message": "Too many.",
    "desk_message": "Not that day.",
    "source": {"document": "L39240", "confidence": "S"},
}
DOSE = {"check": "rolling", "span": "P1Y", "steps": [{"above": "0.5", "severity": "warn"}]}
TEXT = """\
- id: esi-cap
  kind: frequency_cap
  family: esi
  severity: block
  stages: [book]
  params: {which: {families: [esi]}, most: 4, span: P12M}
  message: Too many.
  desk_message: Not that day.
  source: {document: L39240, confidence: S}
"""


def written(folder, text, name="a.yaml"):
    """A file of rules in a folder."""
    (folder / name).write_text("rules:\n" + indent(dedent(text), "  "), encoding="utf-8")
    return folder


def complaints(record):
    """What is said about a record, field by field."""
    with pytest.raises(BadRule) as caught:
        rule_from(record, known_keys())
    return {item.field: item.text for item in caught.value.complaints}


def test_a_record_is_read_with_everything_it_says():
    """A field that is read and dropped would be a number nobody keeps to."""
    rule = rule_from(
        GOOD
        | {
            "version": 3,
            "payer_classes": ["medicare"],
            "payers": ["aetna"],
            "region_codes": ["TX"],
            "effective": {"since": "2022-06-19", "until": "2030-01-01"},
            "urgency": "same_day",
            "note": "A note.",
            "when": {"age_from": 65},
            "unless": {"states": ["facet_cyst"]},
        }
    )
    assert rule.looks == FrequencyCap(rule.looks.which, 4, Span(months=12))
    assert rule.looks.which.per == "region"
    assert (rule.key, rule.version, rule.severity) == ("esi-cap", 3, Severity.BLOCK)
    assert (rule.effective_from, rule.effective_until) == (date(2022, 6, 19), date(2030, 1, 1))
    assert (rule.urgency, rule.note, rule.payers) == ("same_day", "A note.", {"aetna"})
    assert (rule.payer_classes, rule.region_codes) == ({"medicare"}, {"TX"})
    assert (rule.when.age_from, rule.unless.states) == (65, {"facet_cyst"})
    assert rule.params == GOOD["params"]
    assert rule.is_on
    assert rule.is_evaluable


@pytest.mark.parametrize(
    ("change", "field", "says"),
    [
        ({"params": GOOD["params"] | {"most": -1}}, "params.most", "below 0"),
        ({"params": GOOD["params"] | {"span": "P0D"}}, "params.span", "at least one day"),
        (
            {
                "kind": "dose_cap",
                "params": DOSE | {"steps": [{"above": "-80", "severity": "warn"}]},
            },
            "params.steps.0.above",
            "below 0",
        ),
        (
            {"kind": "exclusion", "params": {"diagnoses": ["M54.1", "ZZZ"]}},
            "params.diagnoses.1",
            "no ICD-10 code",
        ),
    ],
)
def test_a_number_that_cannot_be_right_is_refused_where_it_stands(change, field, says):
    """“At most −1” stops everybody; “at least 0 days” stops nobody."""
    assert says in complaints(GOOD | change)[field]
    # What was filed before is still read: a finding of then must be explained.
    assert rule_from(GOOD | change, is_filed=True).key == GOOD["id"]


def test_a_number_that_nobody_confirmed_stops_nothing_unless_the_clinic_signs():
    """What is shipped on hearsay must not send anybody away."""
    record = GOOD | {"source": {"document": "Field knowledge", "confidence": "B"}}
    with pytest.raises(BadRule) as caught:
        rule_from(record, known_keys(), is_shipped=True)
    assert [item.field for item in caught.value.complaints] == ["severity"]
    assert rule_from(record | {"severity": "info"}, is_shipped=True)
    assert rule_from(record | {"is_on": False}, is_shipped=True)
    assert rule_from(record).severity is Severity.BLOCK


def test_numbers_are_exact():
    """A dose of 0.1 is no float."""
    rule = rule_from(GOOD | {"kind": "dose_cap", "params": DOSE})
    assert isinstance(rule.looks, RollingDose)
    assert rule.looks.steps[0].above == Decimal("0.5")
    assert rule.looks.steps[0].severity is Severity.WARN


@pytest.mark.parametrize(
    ("change", "field", "says"),
    [
        ({"kind": "frequency"}, "kind", "no kind"),
        ({"family": "esy"}, "family", "no family"),
        ({"urgency": "soon"}, "urgency", "no urgency"),
        ({"severity": "blok"}, "severity", "none of block, warn, info"),
        ({"stages": ["boook"]}, "stages.0", "none of order"),
        ({"stages": "book"}, "stages", "list"),
        ({"stages": []}, "", "at least one stage"),
        ({"version": 0}, "", "from 1"),
        ({"version": "1"}, "version", "whole number"),
        ({"version": True}, "version", "whole number"),
        ({"is_on": "yes"}, "is_on", "true or false"),
        ({"is_evaluable": False}, "", "is off"),
        ({"is_evaluable": False, "is_on": False}, "", "says why"),
        ({"effective": {"since": "2022-02-30"}}, "effective.since", "a day"),
        ({"effective": {"since": "2022-02-02", "until": "2022-02-01"}}, "", "before it ends"),
        ({"message": " "}, "message", "empty"),
        ({"desk_message": 5}, "desk_message", "a text"),
        ({"payer_classes": ["medicar"]}, "payer_classes.0", "not known"),
        ({"source": {"document": "x", "confidence": "X"}}, "source.confidence", "P, S, B, D"),
        ({"source": {"document": "x"}}, "source.confidence", "missing"),
        ({"applies_to": {"familes": []}}, "applies_to.familes", "no field"),
        ({"applies_to": {"families": ["x"]}}, "applies_to.families.0", "not known"),
        ({"applies_to": []}, "applies_to", "table"),
        ({"sverity": "warn"}, "sverity", "no field"),
        ({"when": {"states": ["tired"]}}, "when.states.0", "no state"),
        ({"params": []}, "params", "table"),
        ({"params": {"which": {}, "most": 4}}, "params.span", "missing"),
        ({"params": {"which": {}, "most": 4, "span": "12M"}}, "params.span", "P12M or P14D"),
        ({"params": {"which": {}, "most": "4", "span": "P1D"}}, "params.most", "whole number"),
        ({"params": {"check": "x"}}, "params.check", "none of"),
        (
            {"kind": "drug_hold", "params": {"check": "restart", "holds": {}}},
            "params.holds",
            "no field",
        ),
        ({"kind": "dose_cap"}, "params.check", "none of session, rolling, daily, days"),
        (
            {"kind": "dose_cap", "params": DOSE | {"steps": [{"above": 0.5, "severity": "warn"}]}},
            "params.steps.0.above",
            "as text",
        ),
        (
            {
                "kind": "dose_cap",
                "params": DOSE | {"steps": [{"above": "NaN", "severity": "warn"}]},
            },
            "params.steps.0.above",
            "a number",
        ),
        (
            {"kind": "documentation", "params": {"needs": ["mood"]}},
            "params.needs.0",
            "not known",
        ),
        (
            {"kind": "documentation", "params": {"one_of": {"mood": ["good"]}}},
            "params.one_of.mood",
            "not known",
        ),
        ({"kind": "documentation", "params": {"one_of": ["mood"]}}, "params.one_of", "table"),
    ],
)
def test_each_mistake_is_told_in_its_field(change, field, says):
    """A manager sees the sentence beside the field, an engineer beside the line."""
    assert says in complaints(GOOD | change)[field]


def test_everything_that_is_wrong_is_told_at_once():
    """Nobody mends a file ten times."""
    found = complaints({"id": "x", "kind": "interval", "params": {"most": 4}})
    assert {"family", "severity", "stages", "message", "desk_message", "source"} <= set(found)
    assert {"params.most", "params.which", "params.least"} <= set(found)


def test_files_are_read_in_order(tmp_path):
    """What is good is read, and a day stays text for the record's JSON."""
    written(tmp_path, TEXT.replace("esi-cap", "b"), "b.yaml")
    written(tmp_path, TEXT, "a.yaml")
    assert [rule.key for rule in read_rules(tmp_path)] == ["esi-cap", "b"]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("most: 4", "most: x", "a.yaml:7: esi-cap, params.most: This is a whole number."),
        ("block", "blok", "a.yaml:5: esi-cap, severity: “blok” is none of block, warn, info."),
        ("  message: Too many.\n", "", "a.yaml:2: esi-cap, message: “message” is missing."),
        ("[esi]}, most", "[esi], treatments: [x]}, most", "The catalogue has no treatment “x”."),
        ("  family: esi\n", "  family: esi\n  family: esi\n", "a.yaml:5: “family” is there twice."),
        ("frequency_cap", "frequency", "a.yaml:3: esi-cap, kind: There is no kind “frequency”."),
        ("  kind: frequency_cap\n", "", "a.yaml:2: esi-cap, kind: “kind” is missing."),
        ("  message:", "  mesage:", "a.yaml:8: esi-cap, mesage: There is no field “mesage” here."),
        ("most: 4,", "moost: 4,", "a.yaml:7: esi-cap, params.moost: There is no field “moost”"),
        (
            "{which: {families: [esi]}, most: 4, span: P12M}",
            "\n    which:\n      families: [esi]\n      what:\n        # On lines of its own.\n"
            "        else: 1\n    most: 4\n    span: P12M",
            "a.yaml:10: esi-cap, params.which.what: There is no field “what” here.",
        ),
        (
            "[book]",
            "\n    - book\n    - bok",
            "a.yaml:8: esi-cap, stages.1: “bok” is none of order, book, check_in, record, nightly.",
        ),
        ("stages: [book]", "stages: [book", "a.yaml:"),
    ],
)
def test_a_mistake_is_told_with_file_and_line(tmp_path, old, new, says):
    """A file of a hundred rules is not searched by eye."""
    with pytest.raises(BadRuleFiles, match=r"a\.yaml:\d+") as caught:
        read_rules(written(tmp_path, TEXT.replace(old, new)))
    assert says in str(caught.value)


@pytest.mark.parametrize("text", ["", "- 1", "rules: 5", "rules:\n  - 5"])
def test_a_file_that_is_no_list_of_rules_is_refused(tmp_path, text):
    """An empty file is a mistake, not a clinic without rules."""
    (tmp_path / "a.yaml").write_text(text)
    with pytest.raises(BadRuleFiles):
        read_rules(tmp_path)


def test_an_id_is_used_once(tmp_path):
    """The second would hide the first."""
    with pytest.raises(BadRuleFiles, match=r"a\.yaml:11: esi-cap is already in a\.yaml, line 2"):
        read_rules(written(tmp_path, TEXT + TEXT))


def test_what_nobody_has_confirmed_blocks_nobody():
    """What is only field knowledge (B) or our own conclusion (D) is off or informs."""
    loud = [
        rule.key
        for rule, _record in shipped()
        if set(rule.source.confidence.split("/")) <= {"B", "D"}
        and rule.is_on
        and rule.severity is not Severity.INFO
    ]
    assert loud == []


def test_the_desk_reads_nothing_clinical():
    """Neither a drug nor a diagnosis nor a part of the body: others stand at the desk."""
    drugs = {entry.name for (section, _), entry in catalogue().items() if section == "drug"}
    causes = {entry.name for (section, _), entry in catalogue().items() if section == "cause"}
    body = {str(part) for part in PARTS} | {"back", "neck", "spine", "leg", "joint", "nerve"}
    more = {"steroid", "epidural", "infection", "cancer", "fracture", "diabetes", "pregnan"}
    more |= {"blood", "bone", "injection", "ablation", "block ", "cauda"}
    words = {word.casefold() for word in (drugs | causes | body | more)}
    told = {
        rule.key: [word for word in words if f" {word}" in f" {rule.desk_message.casefold()}"]
        for rule, _record in shipped()
    }
    assert {key: found for key, found in told.items() if found} == {}


def test_every_red_flag_has_a_rule():
    """A sign that somebody tells and no rule reads would be passed over."""
    flags = {key for section, key in catalogue() if section == "red_flag"}
    read = set()
    for rule, _record in shipped():
        if rule.family == "red_flag" and rule.is_on and rule.kind == "exclusion":
            read |= rule.looks.states | (rule.looks.milder.states if rule.looks.milder else set())
    assert flags - read == set()


def test_the_page_is_current():
    """`manage.py rules_page > docs/clinical-rules.md` was run after the last change."""
    page = (ROOT / "docs" / "clinical-rules.md").read_text(encoding="utf-8")
    assert page == rules_page(shipped()), "Run manage.py rules_page > docs/clinical-rules.md"
