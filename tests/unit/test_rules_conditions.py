"""What exclusions, prerequisites and documentation say, word for word."""

from datetime import date
from decimal import Decimal

import pytest

from tests.rule_answers import ESI, HERE, STEROID, TWO_WEEKS, done, medicine, rows, steroid, told
from tests.rule_worlds import DAY, LUMBAR, ON, asked, book_of
from treatments.domain.rules import Facts, earliest_allowed, evaluate
from treatments.domain.rules.conditions import Conditions, Earlier, Threshold, is_told
from treatments.domain.rules.facts import (
    Cared,
    GivenDrug,
    Measurement,
    Scored,
)
from treatments.domain.rules.kinds.documentation import Documentation, Reminder
from treatments.domain.rules.kinds.exclusion import Exclusion
from treatments.domain.rules.kinds.prerequisite import ConservativeCare
from treatments.domain.rules.kinds.repeat import RepeatAfterRelief
from treatments.domain.rules.kinds.response import PriorResponses
from treatments.domain.rules.spans import Span


def test_conditions_tell_what_they_found():
    """Each reason with its row."""
    facts = Facts(
        states=frozenset({"infection"}),
        allergies=frozenset({"lidocaine", "latex"}),
        diagnoses=frozenset({"M54.16", "E11.9"}),
        sex="female",
        birth_date=date(1960, 4, 1),
        taken=(medicine("1"), medicine("2", "gel", classes={"nsaid", "topical"})),
        measured=(Measurement("m", "egfr", Decimal("25.50"), ON),),
        done=(done(ON - DAY, "d"),),
        since={"cabg": ON},
    )
    found = told(
        Exclusion(
            states=frozenset({"infection"}),
            allergies=frozenset({"lidocaine", "iodine"}),
            diagnoses=("M54",),
            sexes=frozenset({"female"}),
            age_from=64,
            taken_classes=frozenset({"nsaid"}),
            but_not=frozenset({"topical"}),
            thresholds=(Threshold("egfr", least=Decimal(30)),),
            earlier=(Earlier(ESI),),
            regions=frozenset({LUMBAR}),
            given_classes=STEROID,
            documented={"indication": frozenset({"axial"}), "goals": frozenset()},
        ),
        facts,
        asked(
            drugs=(GivenDrug("lidocaine"), steroid(1)),
            documented={"indication": "axial", "goals": "Walk."},
        ),
    )
    assert found.counted == (
        "infection, allergy: lidocaine, takes Ibuprofen, ta, diagnosis M54.16, female, "
        "64 years old, eGFR 25.5, lumbar sacral, earlier: Epidural, indication, long-term goals"
    )
    assert [(row.kind, row.key) for row in found.evidence] == [
        ("state", "infection"),
        ("allergy", "lidocaine"),
        ("medication", "1"),
        ("diagnosis", "M54.16"),
        ("observation", "m"),
        ("procedure", "d"),
    ]


def test_conditions_tell_what_they_miss():
    """Sex, age, state, place, value and event, each by name."""
    looks = Exclusion(
        ask_for=frozenset({"pregnancy"}),
        sexes=frozenset({"female"}),
        age_until=17,
        thresholds=(Threshold("inr", most=Decimal(2)),),
        regions=frozenset({LUMBAR}),
        earlier=(Earlier(HERE),),
    )
    unclear = (done(None, "1"), done(ON - DAY, "2", region=None))
    found = told(looks, Facts(done=unclear), asked(region=None))
    assert found.counted == "not everything is known"
    assert found.missing[:5] == (
        "pregnancy",
        "sex",
        "date of birth",
        "a recent INR",
        "which region",
    )
    assert len(found.missing) == 7


def test_an_allergy_to_what_is_not_given_does_not_matter():
    """If the drugs are known, only they are compared; else any may be given."""
    looks = Exclusion(allergies=frozenset({"lidocaine", "contrast"}))
    facts = Facts(allergies=frozenset({"lidocaine"}))
    assert told(looks, facts, asked(drugs=(GivenDrug("bupivacaine"),))) is None
    assert told(looks, facts, asked(drugs=(GivenDrug("lidocaine"),))) is not None
    assert told(looks, facts) is not None
    allergic = Facts(allergies=frozenset({"contrast"}))
    given = GivenDrug("iohexol", frozenset({"contrast"}))
    assert told(looks, allergic, asked(drugs=(given,))) is not None


def test_classes_of_a_medicine_that_is_ordered():
    """An order has no drugs of a procedure; its classes are what is asked."""
    looks = Exclusion(given_classes=frozenset({"nsaid"}))
    assert told(looks, Facts(), asked(documented={"classes": ["nsaid"]})).counted == "nsaid"
    assert told(looks, Facts(), asked(documented={"classes": ["opioid"]})) is None
    particulate = Exclusion(given_particulate=True)
    grains = GivenDrug("ta", STEROID, is_particulate=True)
    assert told(particulate, Facts(), asked(drugs=(grains,))) is not None
    assert told(particulate, Facts(), asked(drugs=(GivenDrug("dexa", STEROID),))) is None


def test_milder_conditions_warn():
    """Only if no heavier one holds."""
    looks = Exclusion(
        states=frozenset({"infection"}),
        milder=Conditions(states=frozenset({"diabetes"})),
        unless_states=frozenset({"fracture"}),
    )
    mild = Facts(states=frozenset({"diabetes"}))
    found = told(looks, mild)
    assert (str(found.severity), found.counted, rows(found)) == ("warn", "diabetes", ["diabetes"])
    both = Facts(states=frozenset({"diabetes", "infection"}))
    assert str(told(looks, both).severity) == "block"
    spared = Facts(states=frozenset({"infection", "fracture"}))
    assert told(looks, spared) is None
    assert told(looks, Facts()) is None
    needed = Exclusion(needed_states=("facet_cyst",))
    assert told(needed, Facts()).counted == "none of the diagnoses it is for is on record"
    assert told(needed, Facts(states=frozenset({"facet_cyst"}))) is None
    older = Exclusion(milder=Conditions(age_until=17))
    assert told(older, Facts(birth_date=date(2006, 7, 1))).clears_on == date(2024, 7, 1)


@pytest.mark.parametrize(
    ("value", "is_written"),
    [(None, False), ("", False), ((), False), ([], False), (False, False), (0, True), (True, True)],
)
def test_nought_is_an_answer(value, is_written):
    """No pain at all after a block is the best there is."""
    assert is_told(value) is is_written


def test_what_must_be_written():
    """What is lacking, what will not do, and when nobody asks."""
    looks = Documentation(
        needs=("goals", "guidance"),
        one_of={"guidance": frozenset({"ct"})},
        at_least={"temperature": Decimal(80)},
        at_most={"units": Decimal(1)},
    )

    def says(**documented):
        found = told(looks, Facts(), asked(documented=documented))
        return found and found.counted

    assert says() == "long-term goals, guidance"
    assert says(goals="Walk.", guidance="ct") is None
    assert says(goals="Walk.", guidance="us") == "guidance: us"
    assert says(goals="Walk.", guidance="ct", temperature="80", units=1) is None
    assert says(goals="Walk.", guidance="ct", temperature="79") == "temperature: 79"
    assert says(goals="Walk.", guidance="ct", units=2) == "units: 2"
    unless = Documentation(needs=("goals",), unless={"mode": frozenset({"pulsed"})})
    assert told(unless, Facts(), asked(documented={"mode": "pulsed"})) is None
    assert told(unless, Facts(), asked(documented={"mode": "thermal"})) is not None
    only = Documentation(needs=("goals",), only_if={"mode": frozenset(), "units": frozenset("1")})
    assert told(only, Facts(), asked(documented={"mode": "x", "units": 1})) is not None
    assert told(only, Facts(), asked(documented={"mode": "x"})) is None
    assert told(Reminder(with_steroid=True), Facts()) is None
    assert told(Reminder(with_steroid=True), Facts(), asked(drugs=(steroid(1),))) is not None


def test_care_tells_how_many_days():
    """And which courses it looked at; one without a beginning is named."""
    facts = Facts(
        cared=(
            Cared("1", "Therapy", "pt", ON - 10 * DAY, ON - 5 * DAY),
            Cared("2", "Exercise", "ex", None),
        )
    )
    found = told(ConservativeCare(TWO_WEEKS), facts)
    assert found.counted == "5 of 14 days of conservative care"
    assert rows(found) == ["1", "2"]
    assert found.missing == ("Exercise: not known since when",)


def test_a_month_of_care_is_thirty_days():
    """Days are added up: it must not depend on which month the visit is in."""
    month = Span(months=1)
    for days, wanted in ((29, "29 of 30 days of conservative care"), (30, None)):
        facts = Facts(cared=(Cared("1", "Therapy", "pt", ON - days * DAY, ON),))
        found = told(ConservativeCare(month), facts)
        assert (found and found.counted) == wanted


def test_care_of_which_only_the_last_month_counts_is_enough_one_day():
    """A window of a month may hold thirty days in March that it did not hold in February."""
    looks = ConservativeCare(Span(months=1), within=Span(months=1))
    facts = Facts(cared=(Cared("1", "Therapy", "pt", date(2027, 1, 31)),))
    begin = date(2027, 2, 1)
    days = [begin + number * DAY for number in range(90)]
    first = next(day for day in days if told(looks, facts, on=day) is None)
    assert earliest_allowed(facts, asked(), book_of(looks), begin).on == first


def test_responses_tell_how_many_were_good():
    """And name those of which nobody said how they went."""
    facts = Facts(
        done=(
            done(ON - 40 * DAY, "1"),
            done(ON - 20 * DAY, "2"),
            done(ON - DAY, "3", is_booked=True),
        ),
        scores=(
            Scored("s", ON - 39 * DAY, "nrs", Decimal(2), "1", percent_relief=Decimal(80)),
            Scored("t", ON + DAY, "nrs", Decimal(2), "2", percent_relief=Decimal(90)),
            Scored("u", ON - DAY, "nrs", Decimal(2), "2"),
        ),
    )
    found = told(PriorResponses(ESI, 2, Decimal(80)), facts)
    assert found.counted == "1 of 2 with at least 80 % relief"
    assert rows(found) == ["1", "2"]
    assert found.missing == ("Epidural: relief", "Epidural: relief")
    assert told(PriorResponses(ESI, 1, Decimal(80)), facts) is None
    assert told(PriorResponses(ESI, 4, Decimal(80)), facts).missing == ()
    assert told(PriorResponses(ESI, 1, Decimal(80), not_the_first=True), Facts()) is None
    undated = Facts(done=(done(None, "1"),))
    found = told(PriorResponses(ESI, 1, Decimal(80), not_the_first=True), undated)
    assert found.missing == ("Epidural: not known when",)


def test_a_repeat_tells_what_it_looked_at():
    """The session, its answers, and from when on they count."""
    last = ON - 20 * DAY
    facts = Facts(
        done=(done(last, "1"), done(ON - 90 * DAY, "0")),
        scores=(Scored("s", last + DAY, "nrs", Decimal(2), "1", percent_relief=Decimal(80)),),
    )
    found = told(RepeatAfterRelief(ESI, Decimal(50), Span(days=30)), facts)
    assert rows(found) == ["1", "s"]
    assert found.evidence[1].label == "nrs: 80 %"
    assert found.clears_on == last + 30 * DAY
    assert found.counted == f"30 days after the last one are not over before {last + 30 * DAY}"
    late = told(RepeatAfterRelief(ESI, Decimal(50), Span(days=10)), facts)
    assert late.missing == ("how much it helped after 10 days",)
    assert told(RepeatAfterRelief(ESI, Decimal(50), Span(days=1)), facts) is None
    other = RepeatAfterRelief(ESI, Decimal(50), Span(days=1), instruments=frozenset({"odi"}))
    assert told(other, facts).missing == ("how much it helped after 1 day",)
    undated = told(RepeatAfterRelief(ESI, Decimal(50), Span(days=1)), Facts(done=(done(None),)))
    assert (rows(undated), undated.missing) == (["d"], ("Epidural: not known when",))
    unclear = Facts(done=(done(last, "1", region=None),))
    found = told(RepeatAfterRelief(HERE, Decimal(50), Span(days=30)), unclear)
    assert found.missing == ("Epidural: not known where or for what",)


def test_another_one_may_have_been_the_last():
    """What nobody knows of the past must not let a repeat pass that the rest would refuse."""
    looks = RepeatAfterRelief(HERE, Decimal(50), Span(days=30))
    old, late = ON - 90 * DAY, ON - 40 * DAY

    def helped(key, percent):
        return Scored(key, ON - DAY, "nrs", Decimal(2), key, percent_relief=Decimal(percent))

    def missing(*rows, scores=(), by=looks):
        found = told(by, Facts(done=rows, scores=scores))
        return None if found is None else found.missing

    where, when = "Epidural: not known where or for what", "Epidural: not known when"
    sure, unclear = done(old, "1"), done(late, "2", region=None)
    how_much = "how much it helped after 30 days"
    assert missing(sure, unclear, scores=[helped("2", 80)]) == (how_much, where)
    assert missing(sure, unclear, scores=[helped("1", 20), helped("2", 80)]) == (where,)
    assert missing(sure, unclear, scores=[helped("1", 80), helped("2", 80)]) is None
    assert missing(sure, unclear, scores=[helped("1", 20), helped("2", 20)]) == ()
    # It may have been done together with the certain one, and have been what helped.
    both = (sure, done(old, "2", region=None))
    assert missing(*both, scores=[helped("1", 20), helped("2", 80)]) == (where,)
    assert missing(*both, scores=[helped("1", 80), helped("2", 20)]) is None
    # Nobody knows when: it may have been the last, and not have helped.
    undated = done(None, "3")
    assert missing(sure, undated, scores=[helped("1", 80)]) == (when,)
    assert missing(sure, undated, scores=[helped("1", 20)]) == (when,)
    assert missing(done(ON - 2 * DAY, "1"), undated) == (), "a later one had even less time"
    found = told(looks, Facts(done=(undated,)))
    assert found.counted == "perhaps not 50 % relief for 30 days"
    assert missing(sure, scores=[helped("1", 20), helped("1", 80)]) is None, "the best counts"
    on_its_day = Scored("1", old + 30 * DAY, "nrs", Decimal(2), "1", percent_relief=Decimal(50))
    assert missing(sure, scores=[on_its_day]) is None
    assert missing(done(ON - 30 * DAY, "1")) == (how_much,), "its time is just over"
    # An injection elsewhere of which nobody knows the kind may have been the last one, too.
    unknown = done(ON - DAY, "4", treatment="", families=frozenset(), is_unrecognized=True)
    assert missing(sure, unknown, scores=[helped("1", 80)]) == (where,)
    # Whether there were two already is not known.
    second = RepeatAfterRelief(HERE, Decimal(50), Span(days=30), since=2)
    assert missing(sure, by=second) is None
    before = done(old - DAY, "2", region=None)
    assert missing(sure, before, scores=[helped("1", 20)], by=second) == (where,)
    assert missing(sure, done(old - DAY, "2"), scores=[helped("1", 20)], by=second) == ()


def test_a_response_counts_from_the_day_after_and_not_for_ever():
    """A block that is booked may have helped when its day is over; an old one is forgotten."""
    booked = Facts(done=(done(ON + 5 * DAY, "1", is_booked=True),))
    found = told(PriorResponses(ESI, 1, Decimal(80)), booked)
    assert (str(found.severity), found.clears_on) == ("block", ON + 6 * DAY)

    def helped(days):
        day = ON - days * DAY
        score = Scored("s", day, "nrs", Decimal(2), "1", percent_relief=Decimal(90))
        facts = Facts(done=(done(day, "1"),), scores=(score,))
        return told(PriorResponses(ESI, 1, Decimal(80), within=Span(days=30)), facts)

    assert helped(29) is None
    assert helped(30) is not None


def test_a_temperature_of_yesterday_gives_way_on_the_first_day_it_is_asked_no_more():
    """The desk heard “waiting does not help”, and from a later day on there were times."""
    fever = Exclusion(
        thresholds=(Threshold("body_temperature", most=38, within=Span(days=1), is_needed=False),)
    )
    facts = Facts(measured=(Measurement("1", "body_temperature", Decimal(39), ON),))
    found = earliest_allowed(facts, asked(), book_of(fever), ON)
    days = (ON + DAY * number for number in range(40))
    first = next(day for day in days if not evaluate(facts, asked(), book_of(fever), day))
    assert found.on == first == ON + 2 * DAY
