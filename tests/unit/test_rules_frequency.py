"""Limits on how often: counted day by day by another algorithm, and they agree."""

from datetime import date, timedelta
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rule_worlds import compared
from treatments.domain.rules import Facts, Proposal, Rule, Rulebook, earliest_allowed, evaluate
from treatments.domain.rules.facts import Done, Stage
from treatments.domain.rules.finding import Severity
from treatments.domain.rules.kinds.frequency_cap import FrequencyCap
from treatments.domain.rules.kinds.interval import Interval
from treatments.domain.rules.rulebook import Source
from treatments.domain.rules.sessions import Which
from treatments.domain.rules.spans import Span, in_window
from treatments.domain.spine import CountingRegion

LUMBAR, CERVICAL = CountingRegion.LUMBAR_SACRAL, CountingRegion.CERVICAL_THORACIC
ESI = frozenset({"esi"})
START = date(2023, 12, 25)
days = st.integers(0, 900).map(lambda number: START + timedelta(days=number))
spans = st.builds(Span, months=st.integers(0, 13), days=st.integers(0, 40)).filter(
    lambda span: span.months or span.days
)


def epidural(on, region=LUMBAR, number=0, **more):
    return Done(
        key=f"{number}-{on}",
        label="Epidural",
        on=on,
        treatment="esi",
        families=ESI,
        region=region,
        **more,
    )


def asked(region=LUMBAR):
    return Proposal(treatment="esi", families=ESI, stage=Stage.BOOK, region=region)


def book_of(looks, severity=Severity.BLOCK):
    return Rulebook.of(
        [
            Rule(
                key="test",
                version=1,
                kind="frequency_cap",
                family="esi",
                severity=severity,
                looks=looks,
                applies_to=Which(families=ESI),
                stages=frozenset(Stage),
                message="Too many.",
                desk_message="Too soon.",
                source=Source("test", "D"),
            )
        ]
    )


@cache
def begin_of(end, span):
    """By walking: months back one at a time from the first of the month, then days."""
    year, month = end.year, end.month
    for _ in range(span.months):
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
    last = (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day
    begin = date(year, month, min(end.day, last))
    for _ in range(span.days):
        begin -= timedelta(days=1)
    return begin


def reaches_back_to(end, day, span):
    return begin_of(end, span) < day <= end


def too_many(done, on, most, span):
    """Every single window of the calendar in which the proposal lies."""
    sessions = {*done, on}
    for ahead in range(1200):
        end = on + timedelta(days=ahead)
        if not reaches_back_to(end, on, span):
            break
        if sum(begin_of(end, span) < day <= end for day in sessions) > most:
            return True
    return False


@compared
@given(days, days, spans)
def test_windows_agree_with_walking(day, end, span):
    """Month ends and leap days are where window arithmetic goes wrong."""
    assert in_window(day, end=end, span=span) == reaches_back_to(end, day, span)


@compared
@given(days, spans)
def test_the_first_free_day_is_the_first(day, span):
    """One day too early is a denial, one too late a person who waits for nothing."""
    free = span.first_day_free_of(day)
    assert not in_window(day, end=free, span=span)
    assert in_window(day, end=free - timedelta(days=1), span=span)


@compared
@given(st.lists(days, max_size=9), days, st.integers(1, 4), spans)
def test_the_cap_agrees_with_every_window(done, on, most, span):
    """The engine looks only at windows that end on a session; the oracle looks at all."""
    facts = Facts(done=tuple(epidural(day, number=n) for n, day in enumerate(done)))
    rules = book_of(FrequencyCap(Which(families=ESI, per="region"), most, span))
    assert bool(evaluate(facts, asked(), rules, on)) == too_many(done, on, most, span)


@compared
@given(st.lists(days, max_size=7), days, st.integers(1, 3), spans)
def test_the_earliest_day_is_the_first_that_passes(done, on, most, span):
    """The desk offers times from this day on."""
    facts = Facts(done=tuple(epidural(day, number=n) for n, day in enumerate(done)))
    rules = book_of(FrequencyCap(Which(families=ESI, per="region"), most, span))
    expected = next(
        day
        for day in (on + timedelta(days=number) for number in range(2000))
        if not too_many(done, day, most, span)
    )
    assert earliest_allowed(facts, asked(), rules, on).on == expected


@compared
@given(st.lists(days, max_size=6), days, spans)
def test_intervals_agree_with_every_pair(done, on, span):
    """Too soon after the one before, or before one that is booked."""
    facts = Facts(done=tuple(epidural(day, number=n) for n, day in enumerate(done)))
    rules = book_of(Interval(Which(families=ESI), span))
    near = any(
        (day < on and on < span.after(day)) or (day > on and day < span.after(on)) for day in done
    )
    assert bool(evaluate(facts, asked(), rules, on)) == near


FOUR = FrequencyCap(Which(families=ESI, per="region"), 4, Span(months=12))


def test_a_fifth_epidural_within_a_year_is_refused_until_the_first_is_a_year_old():
    """`esi-max-4-per-region-12mo`, as it will be met at the desk."""
    done = [date(2026, 1, 5), date(2026, 3, 2), date(2026, 6, 8), date(2026, 9, 14)]
    facts = Facts(done=tuple(epidural(day) for day in done))
    (finding,) = evaluate(facts, asked(), book_of(FOUR), date(2026, 11, 21))
    assert finding.severity is Severity.BLOCK
    assert finding.clears_on == date(2027, 1, 5)
    assert [row.on for row in finding.evidence] == done
    assert earliest_allowed(facts, asked(), book_of(FOUR), date(2026, 11, 21)).on == date(
        2027, 1, 5
    )


def test_another_region_does_not_count():
    """Neck and low back are counted apart."""
    facts = Facts(done=tuple(epidural(date(2026, 1, n), CERVICAL) for n in (1, 8, 15, 22)))
    assert evaluate(facts, asked(), book_of(FOUR), date(2026, 2, 1)) == []


@pytest.mark.parametrize(
    ("unclear", "says"),
    [
        (epidural(date(2026, 1, 22), None, is_outside=True), "not known where"),
        (epidural(None, is_outside=True), "not known when"),
    ],
)
def test_what_is_not_known_never_passes_silently(unclear, says):
    """The fifth may be hidden in what another clinic did not tell."""
    known = tuple(epidural(date(2026, 1, n)) for n in (1, 8, 15))
    (finding,) = evaluate(Facts(done=(*known, unclear)), asked(), book_of(FOUR), date(2026, 2, 1))
    assert finding.severity is Severity.WARN
    assert says in finding.missing[0]


def test_left_and_right_on_one_day_are_one_session():
    """Section 0.3: a session is a calendar day."""
    both = (
        epidural(date(2026, 1, 1), side="left", number=1),
        epidural(date(2026, 1, 1), side="right"),
    )
    facts = Facts(done=(*both, *(epidural(date(2026, 1, n)) for n in (8, 15))))
    assert evaluate(facts, asked(), book_of(FOUR), date(2026, 2, 1)) == []


def test_a_visit_without_a_region_takes_the_worst_of_them():
    """What the desk can say in a word must not be a way around the limit."""
    done = tuple(epidural(START + timedelta(days=day), number=day) for day in (0, 20, 40, 60))
    looks = FrequencyCap(Which(families=ESI, per="region"), 4, Span(months=12))
    (found,) = evaluate(Facts(done=done), asked(None), book_of(looks), START + timedelta(days=90))
    assert found.severity is Severity.BLOCK
    assert found.missing == ("which region this visit is for",)
    assert found.desk_message.startswith("Say which region")
    assert found.clears_on == Span(months=12).first_day_free_of(START)


def test_a_visit_without_a_region_is_stopped_plainly_where_each_region_is_full():
    """No answer would help then, so none is asked."""
    days = (0, 20, 40, 60)
    done = tuple(
        epidural(START + timedelta(days=day), region, number=f"{region}{day}")
        for day in days
        for region in (LUMBAR, CERVICAL)
    )
    looks = FrequencyCap(Which(families=ESI, per="region"), 4, Span(months=12))
    (found,) = evaluate(Facts(done=done), asked(None), book_of(looks), START + timedelta(days=90))
    assert (found.severity, found.missing) == (Severity.BLOCK, ())


def test_a_visit_that_stands_without_a_region_is_warned_of():
    """Looked at again it is nobody's to say at once, and nobody is sent away."""
    done = tuple(epidural(START + timedelta(days=day), number=day) for day in (0, 20, 40, 60))
    looks = FrequencyCap(Which(families=ESI, per="region"), 4, Span(months=12))
    proposal = Proposal(treatment="esi", families=ESI, stage=Stage.NIGHTLY, key="visit")
    (found,) = evaluate(Facts(done=done), proposal, book_of(looks), START + timedelta(days=90))
    assert (found.severity, found.missing) == (Severity.WARN, ("which region this visit is for",))
