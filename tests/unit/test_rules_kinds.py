"""What each kind tells besides yes and no: what was counted, which window, what is missing."""

from datetime import date
from decimal import Decimal

import pytest

from tests.rule_worlds import CERVICAL, DAY, FAMILY, LUMBAR, ON, asked, book_of
from treatments.domain.rules import Facts, evaluate
from treatments.domain.rules.conditions import Conditions, Earlier, Threshold, is_told
from treatments.domain.rules.facts import (
    Cared,
    Done,
    GivenDrug,
    Measurement,
    Scored,
    Taken,
)
from treatments.domain.rules.finding import Severity
from treatments.domain.rules.kinds.documentation import Documentation, Reminder
from treatments.domain.rules.kinds.dose_cap import (
    DailyMaximum,
    DaysTaken,
    RollingDose,
    SessionDose,
    Step,
    Sum,
    judged,
)
from treatments.domain.rules.kinds.exclusion import Exclusion
from treatments.domain.rules.kinds.frequency_cap import FrequencyCap
from treatments.domain.rules.kinds.interval import Interval
from treatments.domain.rules.kinds.level_cap import LevelCap
from treatments.domain.rules.kinds.monitoring import Due, DueAfter, DueAfterVisits, VisitStep
from treatments.domain.rules.kinds.prerequisite import ConservativeCare, OneAtATime, RenewedAfter
from treatments.domain.rules.kinds.response import PriorResponses, RepeatAfterRelief
from treatments.domain.rules.sessions import Which
from treatments.domain.rules.spans import Span

ESI = Which(families=FAMILY)
HERE = Which(families=FAMILY, per="region")
TWO_WEEKS = Span(days=14)
STEROID = frozenset({"steroid"})


def done(on, key="d", region=LUMBAR, **more):
    """An epidural."""
    told = {"label": "Epidural", "treatment": "esi", "families": FAMILY, "region": region}
    return Done(key=key, on=on, **told | more)


def told(looks, facts, proposal=None, on=ON):
    """The one finding of a rule, or None."""
    found = evaluate(facts, proposal or asked(), book_of(looks), on)
    return found[0] if found else None


def steroid(milligrams, factor=1):
    """A steroid of so many milligrams."""
    return GivenDrug("ta", STEROID, milligrams and Decimal(milligrams), factor and Decimal(factor))


def rows(finding):
    """The keys of what was counted."""
    return [row.key for row in finding.evidence]


def test_what_is_asked_for_is_not_counted_twice():
    """A booking that is looked at again is among the facts as well."""
    facts = Facts(done=(done(ON, "7"), done(ON - DAY, "8")))
    again = asked(key="7")
    assert rows(told(Interval(ESI, TWO_WEEKS), facts, again)) == ["8"]
    dose = (steroid(100),)
    facts = Facts(done=(done(ON, "7", drugs=dose), done(ON - DAY, "8", drugs=dose)))
    looks = RollingDose((Step(Decimal(150), Severity.BLOCK),), TWO_WEEKS)
    found = told(looks, facts, asked(key="7", drugs=dose))
    assert rows(found) == ["8"]
    assert told(SessionDose(looks.steps), facts, asked(key="7", drugs=dose)) is None


def test_the_cap_tells_what_it_counted():
    """Rows and window, for the one who explains it."""
    days = [ON - number * DAY for number in (3, 2, 1, 40)]
    facts = Facts(done=tuple(done(day, str(n)) for n, day in enumerate(days)))
    found = told(FrequencyCap(HERE, 3, TWO_WEEKS), facts)
    assert rows(found) == ["0", "1", "2"]
    assert found.window == (ON - 14 * DAY, ON)
    assert found.counted == "3 of 3 sessions in 14 days"
    assert found.clears_on == ON + 11 * DAY
    assert told(FrequencyCap(HERE, 0, TWO_WEEKS), Facts()).clears_on is None
    undated = Facts(done=(done(None, "x"), done(ON - DAY, "y", region=None)))
    found = told(FrequencyCap(HERE, 2, TWO_WEEKS), undated)
    assert found.window == (ON - 14 * DAY, ON)
    assert rows(found) == ["y", "x"]
    assert found.missing == ("Epidural: not known when",)


def test_the_interval_tells_what_is_near():
    """The rows, and what is not known of them."""
    facts = Facts(done=(done(ON - DAY, "1"), done(ON + DAY, "2"), done(ON - 14 * DAY, "3")))
    found = told(Interval(ESI, TWO_WEEKS), facts)
    assert rows(found) == ["1", "2"]
    assert found.clears_on == ON + 15 * DAY
    unclear = Facts(done=(done(ON - DAY, "1", region=None), done(None, "2")))
    found = told(Interval(HERE, TWO_WEEKS), unclear)
    assert rows(found) == ["1", "2"]
    assert found.missing == (
        "Epidural: not known where or for what",
        "Epidural: not known when",
    )
    with_steroid = Interval(Which(with_steroid=True), TWO_WEEKS)
    facts = Facts(done=(done(ON - DAY, "1", drugs=(steroid(40),)),))
    assert told(with_steroid, facts, asked(drugs=(GivenDrug("lidocaine"),))) is None
    assert told(with_steroid, facts, asked(drugs=(steroid(40),))) is not None
    assert told(with_steroid, facts) is not None
    assert told(Interval(ESI, TWO_WEEKS), facts, asked(drugs=(GivenDrug("x"),))) is not None


def test_level_caps_tell_what_is_too_many():
    """How many, of how many, and with what."""
    facts = Facts(done=(done(ON, "1", levels=frozenset({"L3"})), done(ON - DAY, "2")))
    found = told(LevelCap(HERE, most=1), facts, asked(levels=frozenset({"L4"})))
    assert (found.counted, rows(found)) == ("2 levels, of at most 1", ["1"])
    assert found.clears_on == ON + DAY
    asks = asked(documented={"levels_are_asked": True})
    assert told(LevelCap(HERE, most=1), Facts(), asks).missing == ("which levels",)
    assert told(LevelCap(HERE, most=1), Facts()) is None
    assert told(LevelCap(HERE), facts, asked(levels=frozenset("abc"))) is None
    company = told(LevelCap(HERE, alone=True), facts)
    assert rows(company) == ["1"]
    unclear = Facts(done=(done(ON, "1", region=None),))
    found = told(LevelCap(HERE, alone=True), unclear)
    assert found.missing == ("Epidural: not known where or for what",)
    regions = told(LevelCap(ESI, one_region=True), Facts(done=(done(ON, "1", CERVICAL),)))
    assert (regions.counted, rows(regions)) == ("two regions on one day", ["1"])
    outside = LevelCap(HERE, levels_within=frozenset({"L4"}))
    assert told(outside, Facts(), asked(levels=frozenset({"L4", "S1"}))).counted == "S1"
    assert told(outside, Facts(), asked(levels=frozenset({"L4"}))) is None


def test_both_sides_at_once():
    """Never for some approaches; for others with a reason."""
    looks = LevelCap(
        HERE, never_bilateral=frozenset({"caudal"}), reason_for_both="bilateral_reason"
    )
    assert str(told(looks, Facts(), asked(side="bilateral", approach="caudal")).severity) == "block"
    other = asked(side="bilateral", approach="transforaminal")
    assert str(told(looks, Facts(), other).severity) == "warn"
    reason = asked(side="bilateral", documented={"bilateral_reason": "Both legs."})
    assert told(looks, Facts(), reason) is None
    assert told(looks, Facts(), asked(side="left", approach="caudal")) is None
    assert told(LevelCap(HERE), Facts(), other) is None


def test_a_dose_is_judged_by_its_heaviest_step():
    """The line that was crossed is said; what is not known counts while a step is left."""
    steps = (Step(Decimal(40), Severity.WARN, inclusive=True), Step(Decimal(80), Severity.BLOCK))
    for known, severity, says in [
        (39, None, None),
        (40, Severity.WARN, "40, at least 40"),
        (80, Severity.WARN, "80, at least 40"),
        (81, Severity.BLOCK, "81, more than 80"),
    ]:
        found = judged(steps, Sum(Decimal(known)))
        assert (found and found.severity, found and found.because) == (severity, says)
    unknown = ("x: dose",)
    assert judged(steps, Sum(Decimal(39), unknown)).missing == unknown
    assert judged(steps, Sum(Decimal(40), unknown)).missing == unknown
    assert judged(steps, Sum(Decimal(81), unknown)).missing == ()
    same = (Step(Decimal(10), Severity.WARN), Step(Decimal(20), Severity.WARN))
    assert judged(same, Sum(Decimal(30))).because == "30, more than 20"
    assert judged(same[::-1], Sum(Decimal(30))).because == "30, more than 20"
    assert Sum(Decimal(1), ("a",)) + Sum(Decimal(2), ("b",)) == Sum(Decimal(3), ("a", "b"))


def test_a_rolling_dose_tells_rows_and_window():
    """Of the window that is fullest; another drug is not counted."""
    looks = RollingDose((Step(Decimal(100), Severity.BLOCK),), TWO_WEEKS, drug="ta")
    facts = Facts(
        done=(
            done(ON - 13 * DAY, "1", drugs=(steroid(60),)),
            done(ON - 14 * DAY, "2", drugs=(steroid(60),)),
            done(ON, "3", drugs=(GivenDrug("dexa", STEROID, Decimal(500), Decimal(5)),)),
            done(None, "4", drugs=(GivenDrug("dexa", STEROID, Decimal(500), Decimal(5)),)),
        )
    )
    found = told(looks, facts, asked(drugs=(steroid(50),)))
    assert (rows(found), found.counted) == (["1"], "110, more than 100")
    assert found.window == (ON - 14 * DAY, ON)
    assert found.clears_on == ON + DAY
    assert told(looks, facts, asked(drugs=(GivenDrug("dexa", STEROID),))) is None
    before = told(looks, Facts(done=(done(ON - DAY, "1", drugs=(steroid(101),)),)))
    assert rows(before) == ["1"]
    undated = Facts(done=(done(None, "4", drugs=(steroid(10),)),))
    found = told(looks, undated, asked(drugs=(steroid(10),)))
    assert found.missing == ("Epidural: not known when",)


def test_milligrams_for_each_kilogram():
    """The line is that of the person's weight; without one nobody can tell."""
    looks = RollingDose((Step(Decimal(3), Severity.BLOCK),), TWO_WEEKS, per_kilogram=True)
    heavy = Facts(measured=(Measurement("1", "weight", Decimal(70), ON),))
    assert told(looks, heavy, asked(drugs=(steroid(210),))) is None
    assert told(looks, heavy, asked(drugs=(steroid(211),))).counted == "211, more than 210"
    assert told(looks, Facts(), asked(drugs=(steroid(1),))).missing == ("weight",)


def test_the_dose_of_a_session_by_drug():
    """Each drug has its own ceiling."""
    looks = SessionDose(drugs={"ta": Decimal(80), "dexa": Decimal(15)})
    found = told(looks, Facts(), asked(drugs=(steroid(81),)))
    assert found.counted == "ta: 81, more than 80 mg"
    assert told(looks, Facts(), asked(drugs=(steroid(80),))) is None
    assert told(looks, Facts(), asked(drugs=(steroid(None),))).missing == ("ta: dose",)
    same_day = Facts(done=(done(ON, "1", drugs=(steroid(None),)),))
    found = told(looks, same_day, asked(drugs=(steroid(10),)))
    assert found.missing == ("Epidural: ta: dose",)
    assert rows(found) == ["1"]


def medicine(key="1", drug="ibuprofen", start=None, end=None, daily=None, **more):
    """A medicine that is taken."""
    classes = frozenset(more.pop("classes", {"nsaid"}))
    return Taken(key, drug.capitalize(), drug, classes, start, end, daily, **more)


def test_the_daily_dose_tells_its_sum():
    """Together with what is taken already, of the same drug only, and not of itself."""
    steps = (Step(Decimal(100), Severity.BLOCK),)
    looks = DailyMaximum(steps, frozenset({"nsaid"}))
    told_of = {"drug": "ibuprofen", "classes": ["nsaid"], "daily": 800, "daily_maximum": 1000}
    asks = asked(key="9", documented=told_of)
    facts = Facts(
        taken=(
            medicine("1", daily=Decimal(400), start=ON),
            medicine("2", drug="naproxen", daily=Decimal(900)),
            medicine("9", daily=Decimal(800)),
        )
    )
    found = told(looks, facts, asks)
    assert found.counted == "1200 mg a day, of at most 1000 mg"
    assert rows(found) == ["1"]
    assert told(looks, Facts(), asks) is None
    assert told(looks, facts, asked(documented=told_of | {"classes": ["other"]})) is None
    assert told(looks, facts, asked(documented={})) is None
    for name in ("daily", "daily_maximum"):
        unknown = told(looks, facts, asked(documented=told_of | {name: None}))
        assert unknown.missing == ("daily dose or its maximum",)
    dated = Facts(taken=(medicine("1", daily=Decimal(400), end=ON + DAY),))
    assert told(looks, dated, asks).clears_on == ON + 2 * DAY
    unknown = Facts(taken=(medicine("1"),))
    assert told(looks, unknown, asks).missing == ("Ibuprofen: daily dose",)


def test_days_of_a_drug():
    """Those of the proposal, those before, and those nobody knows."""
    looks = DaysTaken(frozenset({"ketorolac"}), 5, TWO_WEEKS)
    asks = asked(key="9", documented={"drug": "ketorolac", "start": ON, "end": ON + 2 * DAY})
    before = medicine("1", "ketorolac", ON - 3 * DAY, ON - DAY)
    found = told(looks, Facts(taken=(before, medicine("9", "ketorolac", ON, ON))), asks)
    assert (found.counted, rows(found)) == ("6 days, of at most 5", ["1"])
    long_ago = medicine("1", "ketorolac", ON - 30 * DAY, ON - 15 * DAY)
    assert told(looks, Facts(taken=(long_ago,)), asks) is None
    other = asked(documented={"drug": "ibuprofen", "start": ON, "end": ON + 9 * DAY})
    assert told(looks, Facts(), other) is None
    assert told(looks, Facts(), asked(documented=asks.documented | {"start": None})) is None
    assert told(looks, Facts(), asked(documented=asks.documented | {"end": None})).missing
    assert told(looks, Facts(taken=(medicine("1", "ketorolac", ON),)), asks).missing


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


def test_one_at_a_time_names_the_other():
    """Which one is booked already."""
    facts = Facts(done=(done(ON + 9 * DAY, "1", is_booked=True), done(ON - DAY, "2")))
    found = told(OneAtATime(HERE), facts)
    assert (rows(found), found.clears_on) == (["1"], ON + 9 * DAY)
    unclear = Facts(done=(done(ON + 9 * DAY, "1", region=None, is_booked=True),))
    assert told(OneAtATime(HERE), unclear).missing == ("Epidural: not known where or for what",)


def test_an_old_one_is_named():
    """What is too long ago, and what may have renewed it."""
    test = Which(treatments=frozenset({"mbb"}), per="region")
    looks = RenewedAfter(HERE, test, Span(days=30))
    old = done(ON - 60 * DAY, "1")
    found = told(looks, Facts(done=(old,)))
    assert (rows(found), found.counted) == (["1"], "the last one is more than 30 days ago")
    undated = Facts(done=(old, done(None, "2", treatment="mbb")))
    assert told(looks, undated).missing == ("Epidural: not known where or when",)


def test_monitoring_looks_at_its_own_only():
    """Another medicine or course is not watched, and one that has ended no more."""
    labs = DueAfter(
        (Due(TWO_WEEKS, Severity.WARN),),
        taken_classes=frozenset({"nsaid"}),
        measured=("egfr", "blood_count"),
    )
    old = ON - 30 * DAY
    assert told(labs, Facts(taken=(medicine("1", classes={"opioid"}, start=old),))) is None
    half = Facts(
        taken=(medicine("1", start=old, end=ON + DAY),),
        measured=(Measurement("m", "egfr", Decimal(9), ON - DAY),),
    )
    found = told(labs, half)
    assert found.counted == f"Ibuprofen: blood count since {old}"
    assert (rows(found), found.clears_on) == (["1"], ON + 2 * DAY)
    unknown = told(labs, Facts(taken=(medicine("1"),)))
    assert unknown.missing == ("Ibuprofen: not known since when",)
    plan = DueAfter(
        (Due(TWO_WEEKS, Severity.BLOCK),), families=frozenset({"therapy"}), mark="certified"
    )
    course = Cared("1", "Therapy", "pt", old, families=frozenset({"therapy"}))
    assert rows(told(plan, Facts(cared=(course,)))) == ["1"]
    other = Cared("1", "Massage", "m", old, families=frozenset({"massage"}))
    assert told(plan, Facts(cared=(other,))) is None
    begun_late = Cared("1", "T", "pt", old, None, frozenset({"therapy"}), (ON - DAY, ON))
    assert told(plan, Facts(cared=(begun_late,))) is None


def test_monitoring_after_a_procedure():
    """Until nobody asks any more; an earlier answer counts if it is not too old."""
    looks = DueAfter(
        (Due(TWO_WEEKS, Severity.WARN),),
        after=ESI,
        measured=("bone_density",),
        ahead=Span(days=10),
        until=Span(days=60),
    )

    def at(days, measured=None, **more):
        rows = (Measurement("m", "bone_density", Decimal(1), measured),) if measured else ()
        return told(looks, Facts(done=(done(ON - days * DAY, **more),), measured=rows))

    assert at(13) is None
    assert at(14) is not None
    assert at(60) is not None
    assert at(61) is None
    assert at(14, is_booked=True) is None
    assert at(20, ON - 30 * DAY) is None
    assert at(20, ON - 31 * DAY) is not None


def test_the_one_done_longest_ago_is_due_first():
    """Each of several labs has its own time."""
    looks = DueAfter(
        (Due(TWO_WEEKS, Severity.WARN),),
        taken_classes=frozenset({"nsaid"}),
        measured=("egfr", "blood_count"),
        every=True,
    )

    def with_labs(*labs):
        measured = tuple(
            Measurement(f"{what}{day}", what, Decimal(1), ON - day * DAY) for what, day in labs
        )
        taken = (medicine("1", start=ON - 60 * DAY),)
        return told(looks, Facts(taken=taken, measured=measured))

    assert with_labs(("egfr", 1)) is not None
    assert with_labs(("egfr", 1), ("blood_count", 13)) is None
    assert with_labs(("egfr", 1), ("blood_count", 14)) is not None


def test_reports_are_counted_by_course():
    """The worst of several courses; one that has ended does not count."""
    looks = DueAfterVisits(
        (VisitStep(2, Severity.WARN), VisitStep(4, Severity.BLOCK)),
        frozenset({"therapy"}),
        "progress_report",
    )

    def course(key, visits, **more):
        days = tuple(ON - number * DAY for number in range(1, visits + 1))
        families = frozenset(more.pop("families", {"therapy"}))
        return Cared(key, "Therapy", "pt", ON - 90 * DAY, families=families, visits=days, **more)

    found = told(looks, Facts(cared=(course("1", 1), course("2", 3))))
    assert (str(found.severity), rows(found)) == ("block", ["2"])
    assert found.counted == "4 days of treatment without: progress report"
    assert told(looks, Facts(cared=(course("1", 9, families={"massage"}),))) is None
    assert told(looks, Facts(cared=(course("1", 9, end=ON - DAY),))) is None
    ending = told(looks, Facts(cared=(course("1", 9, end=ON),)))
    assert ending.clears_on == ON + DAY


def test_a_renewed_source_counts_from_the_last_one():
    """Of several old ones the last; a test on the very day is not before it."""
    test = Which(treatments=frozenset({"mbb"}), per="region")
    looks = RenewedAfter(Which(treatments=frozenset({"esi"}), per="region"), test, Span(days=30))
    old, older = done(ON - 60 * DAY, "1"), done(ON - 90 * DAY, "0")
    assert rows(told(looks, Facts(done=(old, older)))) == ["1"]
    assert told(looks, Facts(done=(done(ON - 30 * DAY, "1"), older))) is None
    assert told(looks, Facts(done=(done(ON - 31 * DAY, "1"), older))) is not None

    def renewed(days, **more):
        again = done(ON - days * DAY, "2", treatment="mbb", **more)
        return told(looks, Facts(done=(old, older, again)))

    assert renewed(29) is None
    assert renewed(30) is not None
    assert renewed(0).clears_on == ON + DAY
    assert renewed(29, region=None).missing == ("Epidural: not known where or when",)
    assert renewed(30, region=None).missing == ()
    assert renewed(0, region=None).missing == ()


def test_a_later_dose_counts_only_in_a_window_with_the_proposal():
    """What is booked for the day after the window is somebody else's question."""
    looks = RollingDose((Step(Decimal(100), Severity.BLOCK),), TWO_WEEKS)
    asks = asked(drugs=(steroid(10),))

    def with_later(days):
        later = done(ON + days * DAY, "1", is_booked=True, drugs=(steroid(95),))
        return told(looks, Facts(done=(later,)), asks)

    assert with_later(13).window == (ON - DAY, ON + 13 * DAY)
    assert with_later(14) is None


def test_a_level_cap_asks_only_what_it_says():
    """Two regions on a day do not matter to a rule about levels."""
    facts = Facts(done=(done(ON, "1", CERVICAL, levels=frozenset({"C5"})),))
    assert told(LevelCap(ESI, most=2), facts, asked(levels=frozenset({"L4"}))) is None
    assert told(LevelCap(ESI), facts) is None


@pytest.mark.parametrize("severity", list(Severity))
def test_the_heaviest_of_several_windows_is_told(severity):
    """A later booking that is harmless hides nothing, and one that is not is seen."""
    looks = RollingDose((Step(Decimal(100), severity),), TWO_WEEKS)
    asks = asked(drugs=(steroid(60),))
    harmless = done(ON + 13 * DAY, "2", is_booked=True, drugs=(steroid(1),))
    before = Facts(done=(done(ON - 9 * DAY, "1", drugs=(steroid(60),)), harmless))
    assert rows(told(looks, before, asks)) == ["1"]
    after = Facts(done=(done(ON + 9 * DAY, "1", is_booked=True, drugs=(steroid(60),)),))
    found = told(looks, after, asks)
    assert (rows(found), found.severity) == (["1"], severity)


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
