"""Rules about drugs, people and monitoring agree with oracles that walk day by day."""

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rule_worlds import (
    DAY,
    LUMBAR,
    ON,
    START,
    ahead,
    asked,
    back,
    book_of,
    compared,
    days,
    histories,
    rule_of,
    spans,
    verdict,
    windows_with,
)
from treatments.domain.rules import Facts, evaluate
from treatments.domain.rules.conditions import Conditions, Earlier, Recent, Threshold
from treatments.domain.rules.facts import Cared, GivenDrug, Measurement, Proposal, Stage, Taken
from treatments.domain.rules.finding import HeldDrug, Severity
from treatments.domain.rules.kinds.dose_cap import (
    DailyMaximum,
    DaysTaken,
    RollingDose,
    SessionDose,
    Step,
)
from treatments.domain.rules.kinds.drug_hold import Unmet, in_time
from treatments.domain.rules.kinds.exclusion import Exclusion
from treatments.domain.rules.kinds.hold_table import Bleeding, ClassRow, DrugRow, Hold, HoldTable
from treatments.domain.rules.kinds.monitoring import Due, DueAfter, DueAfterVisits, VisitStep
from treatments.domain.rules.rulebook import Rulebook
from treatments.domain.rules.sessions import Which
from treatments.domain.rules.spans import Span
from treatments.domain.spine import CountingRegion

STEROID = frozenset({"steroid"})
amounts = st.one_of(st.none(), st.sampled_from([40, 80]).map(Decimal))


@st.composite
def steroids(draw):
    """No steroid, one, or two, of doses that may not be known."""
    return tuple(
        GivenDrug(key, STEROID, draw(amounts), Decimal(factor))
        for key, factor in draw(st.sets(st.sampled_from([("ta", 1), ("dexa", 5)]), max_size=2))
    )


given_sessions = histories(dated=False, most=5, drugs=steroids())
steps = st.tuples(st.integers(40, 300), st.integers(301, 600), st.booleans()).map(
    lambda told: (
        Step(Decimal(told[0]), Severity.WARN, inclusive=told[2]),
        Step(Decimal(told[1]), Severity.BLOCK),
    )
)


def too_much(steps, known, unknown):
    """Block, warn or nothing for what is known; what is not known could make it worse."""
    reached = [
        step for step in steps if known > step.above or (step.inclusive and known == step.above)
    ]
    if any(step.severity is Severity.BLOCK for step in reached):
        return "block"
    if unknown:
        return "perhaps"
    return "warn" if reached else "nothing"


def heaviest(verdicts):
    """The heaviest of several windows."""
    for one in ("block", "perhaps", "warn", "nothing"):
        if one in verdicts:
            return one
    raise AssertionError(verdicts)


@compared
@given(given_sessions, steroids(), days(), spans(), steps)
def test_steroids_add_up_in_every_window(done, drugs, on, span, steps):
    """Every window with the proposal in it, those that end on a later booking as well."""
    if drugs:
        undated = any(row.on is None and row.drugs for row in done)
        expected = heaviest(
            [
                _judged(
                    steps, [row for row in done if row.on and begin < row.on <= end], drugs, undated
                )
                for begin, end in windows_with(on, span)
            ]
        )
        found = verdict(RollingDose(steps, span), Facts(done=done), asked(drugs=drugs), on)
        assert found == expected


def _judged(steps, rows, drugs, undated):
    every = [*drugs, *(drug for row in rows for drug in row.drugs)]
    known = sum(drug.milligrams * drug.mpe_factor for drug in every if drug.milligrams is not None)
    return too_much(steps, known, undated or any(drug.milligrams is None for drug in every))


@compared
@given(given_sessions, steroids(), days(40), steps)
def test_a_session_is_a_day(done, drugs, on, steps):
    """What else is given on that day counts, and nothing of another day."""
    same_day = [row for row in done if row.on == on]
    expected = _judged(steps, same_day, drugs, undated=False) if drugs else "nothing"
    found = verdict(SessionDose(steps), Facts(done=done), asked(drugs=drugs), on)
    assert found == expected


@st.composite
def medicines(draw, number):
    """A medicine with days that may not be known."""
    start = draw(st.one_of(st.none(), days()))
    length = draw(st.one_of(st.none(), st.integers(0, 40)))
    return Taken(
        key=str(number),
        label="Medicine",
        drug=draw(st.sampled_from(["ibuprofen", "naproxen"])),
        classes=frozenset({"nsaid"}),
        start=start,
        end=None if length is None else (start or START) + length * DAY,
        daily=draw(st.one_of(st.none(), st.sampled_from([Decimal(400), Decimal(800)]))),
    )


several = st.tuples(medicines(0), medicines(1), medicines(2))


@compared
@given(several, days(), st.integers(0, 40), st.sampled_from([400, 800, 1600]))
def test_the_daily_dose_is_that_of_the_fullest_day(taken, start, length, daily):
    """Two courses that follow one another are not taken at once."""
    told = {"drug": "ibuprofen", "classes": ["nsaid"], "daily": Decimal(daily), "start": start}
    proposal = asked(
        documented=told | {"daily_maximum": Decimal(1600), "end": start + length * DAY}
    )
    levels = (Step(Decimal(80), Severity.WARN), Step(Decimal(100), Severity.BLOCK))
    verdicts, known, unknown, day = [], [], False, start
    while day <= start + length * DAY:
        rows = [
            t
            for t in taken
            if t.drug == "ibuprofen" and (t.start or day) <= day and (t.end or day) >= day
        ]
        unknown |= any(t.daily is None for t in rows)
        known.append(daily + sum(t.daily for t in rows if t.daily is not None))
        day += DAY
    verdicts.append(too_much(levels, Decimal(100 * max(known)) / 1600, unknown))
    looks = DailyMaximum(levels, frozenset({"nsaid"}))
    assert verdict(looks, Facts(taken=taken), proposal, ON) == heaviest(verdicts)


@compared
@given(several, days(), st.integers(0, 8), st.integers(1, 12), spans(months=0))
def test_days_of_a_drug_are_counted_one_by_one(taken, start, length, most, within):
    """Courses that touch count together; without an end nobody can count."""
    taken = tuple(t for t in taken if t.start and t.end)
    told = {"drug": "ibuprofen", "start": start, "end": start + length * DAY}
    counted = {start + number * DAY for number in range(length + 1)}
    for one in taken:
        if one.drug == "ibuprofen" and one.end >= back(start, within) and one.start <= told["end"]:
            day = one.start
            while day <= one.end:
                counted.add(day)
                day += DAY
    looks = DaysTaken(frozenset({"ibuprofen"}), most, within)
    found = verdict(looks, Facts(taken=taken), asked(documented=told), start)
    assert found == ("block" if len(counted) > most else "nothing")


@compared
@given(several, days(), spans(), spans(), st.lists(st.tuples(st.booleans(), days()), max_size=4))
def test_what_is_due_is_found_by_walking_from_the_start(taken, on, first, second, answers):
    """Labs of a medicine: each day is asked whether the time is over."""
    measured = tuple(
        Measurement(str(number), "egfr" if is_egfr else "hba1c", Decimal(1), day)
        for number, (is_egfr, day) in enumerate(answers)
    )
    expected = set()
    for one in taken:
        if (one.start or on) > on or (one.end or on) < on:
            continue
        if one.start is None:
            expected.add("perhaps")
            continue
        if any(m.what == "egfr" and one.start <= m.on <= on for m in measured):
            continue
        day, told = one.start, "nothing"
        while day <= on:
            if day == ahead(one.start, second) or day > ahead(one.start, second):
                told = "block"
            elif day >= ahead(one.start, first) and told != "block":
                told = "warn"
            day += DAY
        expected.add(told)
    looks = DueAfter(
        (Due(first, Severity.WARN), Due(second, Severity.BLOCK)),
        taken_classes=frozenset({"nsaid"}),
        measured=("egfr",),
    )
    found = verdict(looks, Facts(taken=taken, measured=measured), asked(), on)
    order = ("block", "warn", "perhaps", "nothing")
    assert found == next(one for one in order if one in expected or one == "nothing")


@compared
@given(days(60), st.lists(days(), max_size=4), days(200), spans())
def test_the_clock_starts_again_at_each_signature(start, signed, on, due):
    """A plan is certified anew, counted from the last time."""
    course = Cared(
        "1",
        "Therapy",
        "pt",
        start,
        families=frozenset({"therapy"}),
        marks={"certified": tuple(signed)},
    )
    clock, day = start, start
    while day <= on:
        if day in signed:
            clock = day
        day += DAY
    looks = DueAfter(
        (Due(due, Severity.BLOCK),), families=frozenset({"therapy"}), mark="certified", every=True
    )
    expected = "block" if start <= on and ahead(clock, due) <= on else "nothing"
    assert verdict(looks, Facts(cared=(course,)), asked(), on) == expected


@compared
@given(st.sets(days(40), max_size=20), st.sets(days(40), max_size=3), days(60))
def test_visits_are_counted_between_reports(visits, reports, on):
    """Each day of treatment once; a report starts the count again."""
    course = Cared(
        "1",
        "Therapy",
        "pt",
        START,
        families=frozenset({"therapy"}),
        visits=tuple(visits),
        marks={"progress_report": tuple(reports)},
    )
    count, day = 0, START
    while day <= on:
        count += day in visits or day == on
        if day in reports:
            count = 0
        day += DAY
    looks = DueAfterVisits(
        (VisitStep(3, Severity.WARN), VisitStep(6, Severity.BLOCK)),
        frozenset({"therapy"}),
        "progress_report",
    )
    expected = "block" if count >= 6 else "warn" if count >= 3 else "nothing"
    assert verdict(looks, Facts(cared=(course,)), asked(), on) == expected


@compared
@given(days(), st.integers(0, 30), st.integers(1, 20))
def test_age_is_counted_by_birthdays(on, older, most):
    """Born on a leap day, or not: the birthday is the day that counts."""
    for birth in (back(on, spans_of(older)), ahead(back(on, spans_of(older)), spans_of(0, 1))):
        age, day = 0, birth
        while day < on:
            day += DAY
            age += (day.month, day.day) == (birth.month, birth.day) or (
                (birth.month, birth.day) == (2, 29)
                and (day.month, day.day) == (3, 1)
                and day.year % 4 != 0
            )
        for looks, is_in in (
            (Exclusion(age_from=most), age >= most),
            (Exclusion(age_until=most), age <= most),
        ):
            found = verdict(looks, Facts(birth_date=birth), asked(), on)
            assert found == ("block" if is_in else "nothing")


def spans_of(years, days=0):
    """So many years and days."""
    return Span(months=12 * years, days=days)


@compared
@given(st.lists(st.tuples(days(), st.integers(20, 40)), max_size=4), days(), spans(), st.booleans())
def test_the_last_measurement_counts_if_it_is_young_enough(values, on, within, needed):
    """An old value is no value."""
    measured = tuple(
        Measurement(str(number), "egfr", Decimal(value), day)
        for number, (day, value) in enumerate(sorted(set(values)))
    )
    last, day = None, START
    while day <= on:
        last = next((m for m in measured if m.on == day), last)
        day += DAY
    expected = "perhaps" if needed else "nothing"
    if last is not None and last.on >= back(on, within):
        expected = "block" if last.value < 30 else "nothing"
    looks = Exclusion(
        thresholds=(Threshold("egfr", least=Decimal(30), within=within, is_needed=needed),)
    )
    one_a_day = len({m.on for m in measured}) == len(measured)
    if one_a_day:
        assert verdict(looks, Facts(measured=measured), asked(), on) == expected


@compared
@given(st.one_of(st.none(), days()), days(), spans(), several)
def test_recent_events_and_medicines_of_the_day(event, on, within, taken):
    """A bypass two weeks ago; a medicine that is still taken."""
    facts = Facts(since={"cabg": event} if event else {}, taken=taken)
    recent = event is not None and event <= on < ahead(event, within)
    found = verdict(Exclusion(recent=(Recent("cabg", within),)), facts, asked(), on)
    assert found == ("block" if recent else "nothing")
    takes = any((t.start or on) <= on <= (t.end or on) for t in taken)
    found = verdict(Exclusion(taken_classes=frozenset({"nsaid"})), facts, asked(), on)
    assert found == ("block" if takes else "nothing")


@compared
@given(histories(most=4), days(), spans(), spans())
def test_what_was_done_earlier(done, on, least, most):
    """At least so long ago, and less than so long."""
    fits = [row for row in done if row.on < on and ahead(row.on, least) <= on < ahead(row.on, most)]
    sure, maybe = (
        [row for row in fits if row.region is LUMBAR],
        [row for row in fits if row.region is None],
    )
    looks = Exclusion(earlier=(Earlier(Which(per="region"), least, most),))
    expected = "block" if sure else "perhaps" if maybe else "nothing"
    assert verdict(looks, Facts(done=done), asked(), on) == expected


@compared
@given(days(), st.integers(0, 6), st.one_of(st.none(), st.integers(1, 80)))
def test_a_last_dose_is_in_time_if_every_hour_of_it_is(on, ago, hours):
    """Only the day is known: every hour of it and every hour of the procedure are tried."""
    ends = [Fraction(0), Fraction(12), Fraction(2399, 100)]
    gaps = [24 * ago + at - dose for at in ends for dose in ends]
    row = HeldDrug("1", "Heparin", "heparin", "high", "", hours=hours, last_dose_on=on - 3 * DAY)
    taken = Taken("1", "Heparin", "heparin", frozenset(), last_dose_on=on - ago * DAY)
    found = in_time(row, taken, on)
    if hours is None:
        assert found is (ago >= 3)
    else:
        answers = {gap >= hours for gap in gaps}
        assert found is (answers.pop() if len(answers) == 1 else None)


TABLE = HoldTable(
    classes=(
        ClassRow(Which(treatments=frozenset({"stimulator"})), Bleeding.HIGH),
        ClassRow(
            Which(treatments=frozenset({"branch"})),
            Bleeding.INTERMEDIATE,
            region=CountingRegion.CERVICAL_THORACIC,
            but_levels="T",
        ),
        ClassRow(Which(treatments=frozenset({"branch", "trigger"})), Bleeding.LOW),
    ),
    drugs={
        "warfarin": DrugRow(
            high=Hold(days=5), intermediate=Hold(days=4), low=Hold(shared=True), needs_inr=True
        ),
        "heparin": DrugRow(high=Hold(hours=24), intermediate=Hold(hours=6), low=Hold(hours=4)),
        "dabigatran": DrugRow(high=Hold(days=4), low_clearance=Hold(days=6), needs_clearance=True),
    },
    risk_factors=frozenset({"liver_disease"}),
    old_age_from=75,
)
THINS = frozenset({"anticoagulant"})


@compared
@given(
    st.sampled_from(["stimulator", "branch", "trigger"]),
    st.sampled_from([*CountingRegion, None]),
    st.sampled_from([frozenset(), frozenset({"T4"}), frozenset({"C5", "T1"})]),
    st.booleans(),
    st.sets(st.sampled_from(["warfarin", "heparin", "dabigatran"])),
    st.integers(0, 8),
    st.integers(74, 75),
)
def test_the_plan_is_what_the_table_says(treatment, region, levels, ill, drugs, ago, age):
    """Class by class, raised by one, and the last dose counted back on fingers."""
    taken = tuple(
        Taken(drug, drug, drug, THINS, last_dose_on=ON - ago * DAY) for drug in sorted(drugs)
    )
    facts = Facts(
        birth_date=ON.replace(year=ON.year - age),
        states=frozenset({"liver_disease"}) if ill else frozenset(),
        taken=taken,
    )
    order = ["low", "intermediate", "high"]
    number = {"stimulator": 2, "trigger": 0}.get(treatment)
    if number is None:
        is_neck = region is not CountingRegion.LUMBAR_SACRAL and levels != frozenset({"T4"})
        number = 1 if is_neck else 0
    if ill or age >= 75 or len(drugs) > 1:
        number = min(number + 1, 2)
    holds = {
        "warfarin": [None, 4 * 24, 5 * 24],
        "heparin": [4, 6, 24],
        "dabigatran": [None, None, 4 * 24],
    }
    proposal = Proposal(treatment, frozenset(), Stage.CHECK_IN, region=region, levels=levels)
    plan = TABLE.plan(facts, proposal, ON, THINS)
    assert [row.drug for row in plan] == sorted(drugs)
    for row in plan:
        hours = holds[row.drug][number]
        assert row.bleeding_class == order[number]
        assert row.is_shared is (row.drug == "warfarin" and number == 0)
        day, left = ON, hours
        while left and left > 0:
            day, left = day - DAY, left - 24
        assert row.last_dose_on == (day if hours else None)
    looks = Unmet("table", THINS)
    rules = Rulebook.of([rule_of(TABLE, "table"), rule_of(looks, "unmet")])
    found = evaluate(facts, proposal, rules, ON)
    late = [
        row
        for row in plan
        if row.last_dose_on and row.hours is None and ON - ago * DAY > row.last_dose_on
    ]
    if late:
        assert [str(one.severity) for one in found] == ["block"]
    assert [held.drug for one in found for held in one.holds if held in late] == [
        row.drug for row in late
    ]


@pytest.mark.parametrize(
    ("clearance", "days_before"), [(Decimal("29.9"), 6), (Decimal(30), 4), (None, 4)]
)
def test_weak_kidneys_hold_longer(clearance, days_before):
    """A drug that stays longer must be stopped sooner; an unknown clearance is noted."""
    measured = (
        (Measurement("1", "creatinine_clearance", clearance, ON),) if clearance is not None else ()
    )
    facts = Facts(taken=(Taken("1", "Dabigatran", "dabigatran", THINS),), measured=measured)
    proposal = Proposal("stimulator", frozenset(), Stage.BOOK)
    (row,) = TABLE.plan(facts, proposal, ON, THINS)
    assert row.last_dose_on == ON - timedelta(days=days_before)
    assert (clearance is None) == ("Creatinine clearance is not known." in row.notes)


def test_conditions_are_met_by_any_of_them():
    """One that holds is enough, and what is not known does not hide it."""
    conditions = Conditions(
        states=frozenset({"infection"}), ask_for=frozenset({"pregnancy"}), age_from=65
    )
    met = conditions.met(Facts(states=frozenset({"infection"})), asked(), ON)
    assert met.is_met is True
    assert met.missing == ("pregnancy", "date of birth")
    nothing = Facts(absent=frozenset({"pregnancy"}), birth_date=START)
    assert conditions.met(nothing, asked(), ON).is_met is False
    assert conditions.met(Facts(birth_date=START), asked(), ON).is_met is None
    assert book_of(Exclusion()).rules[0].looks.look(Facts(), asked(), ON) is None
