"""Who is asked, how much it weighs, and when it clears."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from tests.rule_worlds import ON, asked, book_of, rule_of
from treatments.domain.rules import Facts, Rulebook, earliest_allowed, evaluate
from treatments.domain.rules.conditions import Conditions, Earlier, Recent, Threshold
from treatments.domain.rules.facts import Done, Measurement, Stage, Taken
from treatments.domain.rules.finding import Severity
from treatments.domain.rules.kinds.documentation import Documentation, Reminder
from treatments.domain.rules.kinds.exclusion import Exclusion
from treatments.domain.rules.kinds.prerequisite import Elapsed
from treatments.domain.rules.sessions import Which
from treatments.domain.rules.spans import Span


def said(facts=None, proposal=None, on=ON, looks=None, **more):
    """The severity and what is missing, of one reminder; None if nothing is said."""
    book = Rulebook.of([rule_of(looks or Reminder(), **more)])
    found = evaluate(facts or Facts(), proposal or asked(), book, on)
    return (str(found[0].severity), found[0].missing) if found else None


def test_a_rule_asks_only_about_what_it_is_for():
    """At its stages, for its proposals, while it holds, and if it is on."""
    assert said() == ("block", ())
    assert said(stages=frozenset({Stage.ORDER})) is None
    assert said(applies_to=Which(treatments=frozenset({"rfa"}))) is None
    assert said(is_on=False) is None
    assert said(is_evaluable=False) is None
    for since, until, holds in [
        (ON, ON, True),
        (date.min, date(2024, 3, 31), False),
        (date(2024, 4, 2), date.max, False),
    ]:
        found = said(effective_from=since, effective_until=until)
        assert (found is not None) is holds


@pytest.mark.parametrize(
    ("payer_class", "expected"),
    [
        ("medicare", ("block", ())),
        ("commercial", ("warn", ())),
        (None, ("warn", ("who pays",))),
    ],
)
def test_a_coverage_rule_blocks_for_its_payers_only(payer_class, expected):
    """What Medicare does not pay for may be right for somebody else."""
    facts = Facts(payer_class=payer_class)
    assert said(facts, payer_classes=frozenset({"medicare"})) == expected


@pytest.mark.parametrize(
    ("severity", "expected"), [("block", "warn"), ("warn", "info"), ("info", "info")]
)
def test_what_another_payer_asks_for_weighs_a_step_less(severity, expected):
    """Nobody with a company's plan is to be warned of an approval that Medicare alone wants."""
    found = said(
        Facts(payer_class="commercial"),
        payer_classes=frozenset({"medicare"}),
        severity=Severity(severity),
    )
    assert found == (expected, ())


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (Facts(payer="Aetna Better Health"), ("block", ())),
        (Facts(payer="Cigna"), None),
        (Facts(payer_class="medicare"), None),
        (Facts(payer_class="self_pay"), None),
        (Facts(payer_class="commercial"), ("info", ("who pays",))),
        (Facts(), ("info", ("who pays",))),
    ],
)
def test_the_rule_of_a_company_is_silent_elsewhere(facts, expected):
    """Ten overlays that speak to everybody would be read by nobody."""
    assert said(facts, payers=frozenset({"aetna"})) == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [("TX", ("block", ())), ("CA", None), (None, None)],
)
def test_the_rule_of_a_state_is_silent_elsewhere(code, expected):
    """A model of some states; that the clinic has not said its own is no visit's business."""
    assert said(Facts(region_code=code), region_codes=frozenset({"TX"})) == expected
    both = said(
        Facts(region_code=code, payer="Aetna"),
        region_codes=frozenset({"TX"}),
        payers=frozenset({"cigna"}),
    )
    assert both is None


def test_conditions_narrow_a_rule():
    """For whom it is meant, and who is let through; what is not known is said."""
    ill = Conditions(states=frozenset({"diabetes"}), ask_for=frozenset({"diabetes"}))
    has, lacks = Facts(states=frozenset({"diabetes"})), Facts(absent=frozenset({"diabetes"}))
    assert said(has, when=ill) == ("block", ())
    assert said(lacks, when=ill) is None
    assert said(Facts(), when=ill) == ("warn", ("diabetes",))
    assert said(has, unless=ill) is None
    assert said(lacks, unless=ill) == ("block", ())
    assert said(Facts(), unless=ill) == ("warn", ("diabetes",))


def test_the_severity_of_a_rule_is_the_most_it_can_be():
    """A manager who makes a rule softer makes its steps softer."""
    looks = Exclusion(milder=Conditions(age_from=1))
    facts = Facts(birth_date=date(1990, 1, 1))
    assert said(facts, looks=looks) == ("warn", ())
    assert said(facts, looks=looks, severity=Severity.INFO) == ("info", ())


def test_the_weightiest_come_first():
    """The reader begins where it matters, and finds the same order each time."""
    rules = [
        rule_of(Reminder(), "c", severity=Severity.INFO),
        rule_of(Reminder(), "b"),
        rule_of(Reminder(), "a"),
        rule_of(Reminder(), "d", severity=Severity.WARN),
    ]
    found = evaluate(Facts(), asked(), Rulebook.of(rules), ON)
    assert [finding.rule for finding in found] == ["a", "b", "d", "c"]
    assert [rule.key for rule in Rulebook.of(rules).rules] == ["a", "b", "c", "d"]


def test_a_finding_says_what_the_rule_says():
    """Everything that the inbox shows of it."""
    rule = rule_of(
        Documentation(needs=("goals",)), version=3, urgency="same_day", desk_message="Ask."
    )
    (finding,) = evaluate(Facts(), asked(), Rulebook.of([rule]), ON)
    assert (finding.rule, finding.version, finding.urgency) == ("test", 3, "same_day")
    assert (finding.message, finding.desk_message) == ("No. (long-term goals)", "Ask.")
    assert finding.counted == "long-term goals"
    assert finding.is_certain
    (plain,) = evaluate(Facts(), asked(), book_of(Reminder()), ON)
    assert plain.message == "No."
    (unclear,) = evaluate(Facts(), asked(), book_of(Elapsed("pain", least=Span(days=2))), ON)
    assert not unclear.is_certain


def test_the_earliest_day_and_why_not_before():
    """The first day without a block, with the findings that stood in the way."""
    facts = Facts(since={"pain": date(2024, 3, 25), "fracture": date(2024, 3, 1)})
    book = book_of(Elapsed("pain", least=Span(days=14)), Elapsed("fracture", least=Span(months=2)))
    found = earliest_allowed(facts, asked(), book, ON)
    assert found.on == date(2024, 5, 1)
    assert [one.clears_on for one in found.because] == [date(2024, 4, 8), date(2024, 5, 1)]
    free = earliest_allowed(facts, asked(), book, date(2024, 5, 1))
    assert (free.on, free.because) == (date(2024, 5, 1), ())


def test_what_never_clears_is_said():
    """Nobody is offered a day for what waiting does not mend."""
    book = book_of(Reminder(), Elapsed("pain", least=Span(days=14)))
    found = earliest_allowed(Facts(since={"pain": ON}), asked(), book, ON)
    assert found.on is None
    assert [one.rule for one in found.because] == ["test-0"]
    far = book_of(Elapsed("pain", least=Span(months=60)))
    assert earliest_allowed(Facts(since={"pain": ON}), asked(), far, ON).on is None
    near = book_of(Elapsed("pain", least=Span(months=47)))
    assert earliest_allowed(Facts(since={"pain": ON}), asked(), near, ON).on == date(2028, 3, 1)


def test_a_rule_that_ends_clears_when_it_has_ended():
    """A model that runs until the end of a year stops nobody on New Year's Day."""
    rule = rule_of(Reminder(), effective_until=date(2024, 12, 31))
    (finding,) = evaluate(Facts(), asked(), Rulebook.of([rule]), ON)
    assert finding.clears_on == date(2025, 1, 1)


def test_a_birthday_clears_what_an_age_forbids():
    """The day somebody is old enough."""
    (finding,) = evaluate(
        Facts(birth_date=date(2006, 7, 1)), asked(), book_of(Exclusion(age_until=17)), ON
    )
    assert finding.clears_on == date(2024, 7, 1)


def test_only_later_days_clear():
    """A value that was good in winter does not let anybody pass who waits for winter."""
    measured = (
        Measurement("1", "egfr", Decimal(90), date(2024, 1, 5)),
        Measurement("2", "egfr", Decimal(20), date(2024, 3, 5)),
    )
    looks = Exclusion(thresholds=(Threshold("egfr", least=Decimal(30)),))
    (finding,) = evaluate(Facts(measured=measured), asked(), book_of(looks), ON)
    assert finding.clears_on is None
    aging = Exclusion(thresholds=(Threshold("egfr", least=Decimal(30), within=Span(days=60)),))
    (finding,) = evaluate(Facts(measured=measured), asked(), book_of(aging), ON)
    # Then it is too old to say anything; to wait for that is no advice.
    assert finding.clears_on is None
    assert earliest_allowed(Facts(measured=measured), asked(), book_of(aging), ON).on is None


@pytest.mark.parametrize(
    ("birth", "cleared"),
    [
        (date(2006, 7, 1), date(2024, 7, 1)),
        (date(2008, 2, 29), date(2026, 3, 1)),
    ],
)
def test_the_birthday_itself_is_the_day(birth, cleared):
    """Who was born on a leap day waits for the first of March."""
    (finding,) = evaluate(Facts(birth_date=birth), asked(), book_of(Exclusion(age_until=17)), ON)
    assert finding.clears_on == cleared
    spared = rule_of(Reminder(), unless=Conditions(age_from=18))
    (finding,) = evaluate(Facts(birth_date=birth), asked(), Rulebook.of([spared]), ON)
    assert finding.clears_on == cleared


def test_a_medicine_clears_when_it_has_ended():
    """The day after the last one; and one that begins later lets pass who must take it."""
    taken = Taken("1", "X", "x", frozenset({"nsaid"}), ON, ON + timedelta(days=3))
    facts = Facts(taken=(taken,))
    looks = Exclusion(taken_classes=frozenset({"nsaid"}))
    (finding,) = evaluate(facts, asked(), book_of(looks), ON)
    assert finding.clears_on == ON + timedelta(days=4)
    spared = rule_of(Reminder(), unless=Conditions(drugs=frozenset({"x"})))
    (finding,) = evaluate(facts, asked(), Rulebook.of([spared]), ON - timedelta(days=9))
    assert finding.clears_on == ON


def test_an_event_clears_when_it_is_long_enough_ago():
    """And a value clears when a better one is known for a later day."""
    looks = Exclusion(recent=(Recent("cabg", Span(days=14)),))
    (finding,) = evaluate(Facts(since={"cabg": ON}), asked(), book_of(looks), ON)
    assert finding.clears_on == ON + timedelta(days=14)
    later = Measurement("2", "egfr", Decimal(90), ON + timedelta(days=5))
    measured = (Measurement("1", "egfr", Decimal(20), ON), later)
    looks = Exclusion(thresholds=(Threshold("egfr", least=Decimal(30)),))
    (finding,) = evaluate(Facts(measured=measured), asked(), book_of(looks), ON)
    assert finding.clears_on == later.on


def test_what_was_done_earlier_clears_in_its_time():
    """Long enough ago, or no longer too short ago."""
    done = Done("1", "Epidural", ON, "esi", frozenset({"esi"}))
    which = Which(families=frozenset({"esi"}))
    day = ON + timedelta(days=5)
    recent = Exclusion(earlier=(Earlier(which, most=Span(days=14)),))
    (finding,) = evaluate(Facts(done=(done,)), asked(), book_of(recent), day)
    assert finding.clears_on == ON + timedelta(days=14)
    for least, cleared in ((None, ON + timedelta(days=1)), (Span(days=9), ON + timedelta(days=9))):
        spared = rule_of(Reminder(), unless=Conditions(earlier=(Earlier(which, least=least),)))
        (finding,) = evaluate(Facts(done=(done,)), asked(), Rulebook.of([spared]), ON)
        assert finding.clears_on == cleared


def test_a_rule_of_several_stages_is_asked_once():
    """The night asks for two stages at once: one finding, not two, and in half the time."""
    stages = frozenset({Stage.BOOK, Stage.NIGHTLY})
    book = Rulebook.of(
        rule_of(Reminder(), key=key, stages=asked_at)
        for key, asked_at in [
            ("both", stages),
            ("night", frozenset({Stage.NIGHTLY})),
            ("order", frozenset({Stage.ORDER})),
        ]
    )
    found = evaluate(Facts(), asked(), book, ON, stages=stages)
    assert [finding.rule for finding in found] == ["both", "night"]
