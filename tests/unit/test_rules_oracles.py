"""Rules about sessions agree with oracles that walk the calendar and try all that is unknown."""

from decimal import Decimal
from itertools import combinations, pairwise

from hypothesis import given
from hypothesis import strategies as st

from tests.rule_worlds import (
    CERVICAL,
    DAY,
    FAMILY,
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
    of_completions,
    placements,
    spans,
    verdict,
    windows_with,
)
from treatments.domain.rules import Facts, earliest_allowed, evaluate
from treatments.domain.rules.facts import Cared, Scored
from treatments.domain.rules.finding import Severity
from treatments.domain.rules.kinds.frequency_cap import FrequencyCap
from treatments.domain.rules.kinds.interval import Interval
from treatments.domain.rules.kinds.level_cap import LevelCap
from treatments.domain.rules.kinds.prerequisite import (
    ConservativeCare,
    Elapsed,
    OneAtATime,
    RenewedAfter,
)
from treatments.domain.rules.kinds.repeat import RepeatAfterRelief
from treatments.domain.rules.kinds.response import PriorResponses
from treatments.domain.rules.sessions import Which

HERE = Which(families=FAMILY, per="region")
ANYWHERE = Which(families=FAMILY)
reliefs = st.sampled_from([None, 20, 49, 50, 80])


@compared
@given(histories(dated=False), days(), st.integers(1, 4), spans(least=15))
def test_the_cap_counts_as_every_window_does(done, on, most, span):
    """A session too many is a denial; one that may be too many is never passed over."""
    undated = sum(row.on is None and row.region is not CERVICAL for row in done)

    def too_many(rows, more=0):
        counted = {row.on for row in rows if row.on} | {on}
        return any(
            sum(begin < day <= end for day in counted) + more > most
            for begin, end in windows_with(on, span)
        )

    answers = [too_many(rows, more) for rows in placements(done) for more in (0, undated)]
    assert verdict(FrequencyCap(HERE, most, span), Facts(done=done), asked(), on) == (
        of_completions(answers)
    )


@compared
@given(histories(dated=False), days(), spans())
def test_the_interval_is_that_of_every_pair(done, on, span):
    """Too soon after one, or before one that is booked; the same day is one session."""
    undated = any(row.on is None and row.region is not CERVICAL for row in done)

    def too_near(rows):
        pairs = [sorted((row.on, on)) for row in rows if row.on and row.on != on]
        return any(later < ahead(earlier, span) for earlier, later in pairs)

    answers = [
        too_near(rows) or perhaps for rows in placements(done) for perhaps in {False, undated}
    ]
    assert verdict(Interval(HERE, span), Facts(done=done), asked(), on) == of_completions(answers)


@compared
@given(
    histories(most=4),
    days(40),
    st.sets(st.sampled_from(["L2", "L3", "L4"]), max_size=2),
    st.integers(1, 3),
)
def test_levels_of_a_day_are_counted_once(done, on, levels, most):
    """Left and right of one level are one; what nobody places may be one more."""
    facts, proposal = Facts(done=done), asked(levels=frozenset(levels))
    answers = [
        len(levels.union(*(row.levels for row in rows if row.on == on))) > most
        for rows in placements(done)
    ]
    assert verdict(LevelCap(HERE, most=most), facts, proposal, on) == of_completions(answers)


@compared
@given(histories(most=4), days(40), st.sampled_from([LUMBAR, CERVICAL, None]))
def test_one_region_a_day_whatever_the_unknown_ones_are(done, on, region):
    """Two regions on one day are not paid."""
    places = {None: [LUMBAR, CERVICAL]}
    rows = [places.get(row.region, [row.region]) for row in done if row.on == on]
    ways = [[]]
    for choices in [*rows, places.get(region, [region])]:
        ways = [[*way, choice] for way in ways for choice in choices]
    answers = [len(set(way)) > 1 for way in ways] if rows else [False]
    found = verdict(LevelCap(ANYWHERE, one_region=True), Facts(done=done), asked(region=region), on)
    assert found == of_completions(answers)


@compared
@given(histories(most=4), days(40))
def test_nothing_else_on_the_same_day(done, on):
    """Blocks of two kinds on one day hide which of them helped."""
    answers = [any(row.on == on for row in rows) for rows in placements(done)]
    found = verdict(LevelCap(HERE, alone=True), Facts(done=done), asked(), on)
    assert found == of_completions(answers)


@compared
@given(
    histories(dated=False, most=4),
    st.lists(reliefs, min_size=4, max_size=4),
    days(),
    st.integers(1, 3),
    spans(months=1),
    spans(months=4),
)
def test_responses_are_found_by_trying_every_choice(done, told, on, count, apart, within):
    """So many good ones, far enough apart, recent enough; an unknown one may be good."""
    known = dict(zip((row.key for row in done), told, strict=False))
    scores = _answers(done, known)
    jokers = sum(row.on is None and row.region is not CERVICAL for row in done)

    def enough(good, more):
        chosen = {row.on for row in good if row.on and back(on, within) < row.on < on}
        return count - more <= 0 or any(
            all(ahead(a, apart) <= b for a, b in pairwise(picked))
            for picked in combinations(sorted(chosen), count - more)
        )

    answers = [
        not enough([row for row in rows if good[row.key]], more)
        for rows in placements(done)
        for more in {0, jokers}
        for good in _goods(rows, known)
    ]
    looks = PriorResponses(HERE, count, Decimal(50), apart=apart, within=within)
    found = verdict(looks, Facts(done=done, scores=scores), asked(), on)
    assert found == of_completions(answers)


def _answers(done, known):
    return tuple(
        Scored(f"s-{row.key}", row.on, "nrs", 3, row.key, percent_relief=known[row.key])
        for row in done
        if row.on and known.get(row.key) is not None
    )


def _goods(rows, known):
    """Every way in which those without an answer may have gone; without a day none is asked."""
    ways = [{}]
    for row in rows:
        relief = known.get(row.key) if row.on else 0
        outcomes = [True, False] if relief is None else [relief >= 50]
        ways = [{**way, row.key: outcome} for way in ways for outcome in outcomes]
    return ways


@compared
@given(
    histories(most=4),
    st.lists(st.tuples(reliefs, st.integers(0, 120)), min_size=4, max_size=4),
    days(),
    spans(months=2),
    st.integers(1, 3),
)
def test_a_repeat_looks_at_the_last_one(done, told, on, lasting, since):
    """It must have had its time, and an answer from then on must tell enough."""
    scores = tuple(
        Scored(f"s-{row.key}", row.on + late * DAY, "nrs", 3, row.key, percent_relief=relief)
        for row, (relief, late) in zip(done, told, strict=False)
        if relief is not None
    )

    def refused(rows):
        before = sorted({row.on for row in rows if row.on < on})
        if len(before) < since:
            return [False]
        if on < ahead(before[-1], lasting):
            return [True]
        keys = {row.key for row in rows if row.on == before[-1]}
        late = [
            score.percent_relief
            for score in scores
            if score.procedure in keys and ahead(before[-1], lasting) <= score.on <= on
        ]
        return [max(late) < 50] if late else [True, False]

    answers = [answer for rows in placements(done) for answer in refused(rows)]
    looks = RepeatAfterRelief(HERE, Decimal(50), lasting, since=since)
    found = verdict(looks, Facts(done=done, scores=scores), asked(), on)
    assert found == of_completions(answers)


courses = st.lists(st.tuples(days(), st.one_of(st.none(), st.integers(0, 60))), max_size=4)


@compared
@given(courses, days(200), spans(months=2), st.one_of(st.none(), spans(months=4)))
def test_days_of_care_are_counted_one_by_one(courses, on, least, within):
    """A day in two courses is one day; a course that goes on is taken to go on."""
    cared = tuple(
        Cared(str(number), "Therapy", "pt", start, None if length is None else start + length * DAY)
        for number, (start, length) in enumerate(courses)
    )
    day, counted = START, 0
    while day < on:
        is_recent = within is None or day >= back(on, within)
        counted += is_recent and any(c.start <= day < (c.end or on) for c in cared)
        day += DAY
    needed = sum(30 for _ in range(least.months)) + least.days
    found = verdict(ConservativeCare(least, within), Facts(cared=cared), asked(), on)
    assert found == ("nothing" if counted >= needed else "block" if cared else "perhaps")


@compared
@given(st.one_of(st.none(), days()), days(), spans(), spans(months=6), st.booleans())
def test_what_has_passed_since_is_walked(day, on, least, most, needed):
    """Pain that is too new, a fracture that is too old."""
    looks = Elapsed("pain", least=least, most=most, is_needed=needed)
    found = verdict(looks, Facts(since={"pain": day} if day else {}), asked(), on)
    if day is None:
        assert found == ("perhaps" if needed else "nothing")
    else:
        assert found == ("block" if on < ahead(day, least) or ahead(day, most) < on else "nothing")


@compared
@given(histories(), days())
def test_no_second_one_is_booked(done, on):
    """What comes next is decided when the last one is known."""
    answers = [any(row.is_booked and row.on != on for row in rows) for rows in placements(done)]
    assert verdict(OneAtATime(HERE), Facts(done=done), asked(), on) == of_completions(answers)


@compared
@given(histories(), histories(), days(), spans(months=1))
def test_an_old_one_is_tested_again(done, tests, on, span):
    """If the last is too long ago, there must be a newer test since."""
    done = tuple(row for row in done if row.region is LUMBAR)
    tests = tuple(row for row in tests if row.key not in {one.key for one in done})
    facts = Facts(done=(*done, *(_named(row, "mbb") for row in tests)))
    old = max((row.on for row in done if row.on < on), default=None)
    answers = [
        old is not None
        and ahead(old, span) < on
        and not any(ahead(old, span) < row.on < on for row in rows)
        for rows in placements(tests)
    ]
    looks = RenewedAfter(
        Which(treatments=frozenset({"esi"}), per="region"),
        Which(treatments=frozenset({"mbb"}), per="region"),
        span,
    )
    assert verdict(looks, facts, asked(), on) == of_completions(answers)


def _named(row, treatment):
    return type(row)(**{**row.__dict__, "treatment": treatment})


small = spans(months=1)


@compared
@given(
    histories(dated=False, most=5),
    st.lists(reliefs, min_size=5, max_size=5),
    courses,
    st.integers(1, 3),
    st.lists(small, min_size=5, max_size=5),
    days(60),
)
def test_the_earliest_day_is_found_by_trying_every_day(done, told, courses, most, lengths, on):
    """The desk offers times from this day on: none before it passes, and it does."""
    cared = tuple(
        Cared(str(number), "Therapy", "pt", start, None if length is None else start + length * DAY)
        for number, (start, length) in enumerate(courses)
    )
    known = dict(zip((row.key for row in done), told, strict=False))
    facts = Facts(done=done, cared=cared, scores=_answers(done, known), since={"pain": START})
    rules = book_of(
        FrequencyCap(HERE, most, lengths[0]),
        Interval(ANYWHERE, lengths[1]),
        RepeatAfterRelief(HERE, Decimal(50), lengths[2]),
        ConservativeCare(lengths[3]),
        Elapsed("pain", least=lengths[4]),
        LevelCap(HERE, most=1),
        *([OneAtATime(HERE)] if most == 3 else []),
        *([PriorResponses(ANYWHERE, 1, Decimal(50), within=lengths[4])] if most == 2 else []),
    )
    found = earliest_allowed(facts, asked(levels=frozenset({"L5"})), rules, on)
    day = on
    while day < (found.on or ON + 250 * DAY):
        assert any(
            finding.severity is Severity.BLOCK
            for finding in evaluate(facts, asked(levels=frozenset({"L5"})), rules, day)
        ), day
        day += DAY
    if found.on is not None:
        findings = evaluate(facts, asked(levels=frozenset({"L5"})), rules, found.on)
        assert Severity.BLOCK not in {finding.severity for finding in findings}
