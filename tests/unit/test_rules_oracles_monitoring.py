"""Monitoring, ages and events by walking from day to day."""

from decimal import Decimal

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
    several,
    spans,
    verdict,
)
from treatments.domain.rules import Facts
from treatments.domain.rules.conditions import Conditions, Earlier, Recent, Threshold
from treatments.domain.rules.facts import Cared, Measurement
from treatments.domain.rules.finding import Severity
from treatments.domain.rules.kinds.exclusion import Exclusion
from treatments.domain.rules.kinds.monitoring import (
    Due,
    DueAfter,
    DueAfterVisits,
    Together,
    VisitStep,
)
from treatments.domain.rules.sessions import Which
from treatments.domain.rules.spans import Span


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


few = st.lists(days(60), max_size=2)


@compared
@given(days(30), few, few, few, days(90), spans(), spans())
def test_an_order_and_a_plan_sent_in_time_do_for_a_signature(
    start, signed, ordered, sent, on, within, due
):
    """Walked from day to day: who ordered it first, and whether it was sent before time was up."""
    marks = {"certified": tuple(signed), "ordered": tuple(ordered), "plan_sent": tuple(sent)}
    course = Cared("1", "Therapy", "pt", start, families=frozenset({"therapy"}), marks=marks)
    is_signed = is_ordered = is_sent = False
    day = min([start, *ordered, *signed])
    while day <= on:
        is_signed |= day in signed
        is_ordered |= day in ordered
        is_sent |= is_ordered and day in sent and day <= ahead(start, within)
        day += DAY
    families, together = frozenset({"therapy"}), Together(("ordered", "plan_sent"), within)
    told = {"families": families, "together": together}
    is_due = start <= on and ahead(start, due) <= on
    facts, block = Facts(cared=(course,)), (Due(due, Severity.BLOCK),)
    expected = "block" if is_due and not is_signed and not is_sent else "nothing"
    assert verdict(DueAfter(block, mark="certified", **told), facts, asked(), on) == expected
    is_asked = any(one <= on for one in ordered)
    expected = "block" if is_due and is_asked and not is_sent else "nothing"
    assert verdict(DueAfter(block, having="ordered", **told), facts, asked(), on) == expected


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
