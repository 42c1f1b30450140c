"""Counting visits and authorized units, against the slow and obvious way."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treatments.domain.authorizations import Allowance, AuthorizationState
from treatments.domain.courses import Grant, Use, how_often, used_units
from treatments.domain.spine import LevelKind, Region, UnknownLevel, fitting_levels
from treatments.domain.therapy import Attended, since_report, standing

DAY = date(2026, 3, 1)
days = st.integers(0, 30).map(lambda n: DAY + timedelta(days=n))
visits = st.lists(st.builds(Attended, days, st.booleans()), max_size=30)
uses = st.lists(
    st.builds(Use, days, st.sampled_from(["a", "b", None]), st.sampled_from(["pt", "esi"])),
    max_size=25,
)
grants = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", None]),
        st.sampled_from(["pt", "esi"]),
        st.integers(1, 6),
        days,
        days,
    ),
    max_size=4,
).map(
    lambda rows: [
        Grant(key, course, kind, units, min(first, last), max(first, last))
        for key, (course, kind, units, first, last) in enumerate(rows)
    ]
)


@given(visits)
def test_a_report_counts_from_the_day_after_it(attended):
    """Walked through day by day."""
    count = 0
    for day in sorted({visit.day for visit in attended}):
        is_report = any(visit.is_report for visit in attended if visit.day == day)
        count = 0 if is_report else count + 1
    assert since_report(attended) == count


@given(visits, st.one_of(st.none(), st.integers(0, 40)))
def test_visits_left_are_what_is_authorized_less_what_is_used(attended, authorized):
    """Never less than none, and unknown stays unknown."""
    where = standing(attended, planned=12, authorized=authorized, certified_until=None)
    assert where.used == len(attended)
    expected = None if authorized is None else max(0, authorized - len(attended))
    assert where.left == expected
    assert where.is_used_up == (expected == 0)


@given(grants, uses)
def test_each_use_is_counted_at_most_once_and_only_where_it_is_covered(allowed, used):
    """A visit that two authorizations cover must not eat both of them."""
    counts = used_units(allowed, used)
    assert all(0 <= counts[grant.key] <= grant.units for grant in allowed)
    assert sum(counts.values()) <= len(used)
    for grant in allowed:
        assert counts[grant.key] <= sum(grant.covers(use) for use in used)


@given(grants, uses)
def test_a_use_stays_uncounted_only_if_everything_that_covers_it_is_full(allowed, used):
    """Otherwise a unit would be lost."""
    counts = used_units(allowed, used)
    if sum(counts.values()) < len(used):
        covered = [use for use in used if any(grant.covers(use) for grant in allowed)]
        spare = [g for g in allowed if counts[g.key] < g.units]
        not_full = [use for use in covered if all(g in spare for g in allowed if g.covers(use))]
        # Whatever is covered by grants with room only was counted.
        assert len(not_full) <= sum(counts.values())


@pytest.mark.parametrize(
    ("used", "today", "state"),
    [
        (0, DAY - timedelta(days=1), AuthorizationState.NOT_YET),
        (0, DAY, AuthorizationState.VALID),
        (0, DAY + timedelta(days=46), AuthorizationState.ENDS_SOON),
        (0, DAY + timedelta(days=60), AuthorizationState.ENDS_SOON),
        (0, DAY + timedelta(days=61), AuthorizationState.EXPIRED),
        (10, DAY, AuthorizationState.FEW_LEFT),
        (12, DAY, AuthorizationState.USED_UP),
        (13, DAY, AuthorizationState.USED_UP),
    ],
)
def test_an_authorization_says_the_worst_that_is_true(used, today, state):
    """The desk calls the payer before the last visit, not after it."""
    allowance = Allowance(12, used, DAY, DAY + timedelta(days=60))
    assert allowance.state(today) == state
    assert allowance.left == max(0, 12 - used)


def test_what_is_withdrawn_holds_no_more():
    """Whatever else is true of it."""
    assert Allowance(12, 0, DAY, DAY, is_revoked=True).state(DAY) == AuthorizationState.REVOKED


@pytest.mark.parametrize(
    ("times", "words"),
    [
        ("1.000", "once a day"),
        ("2", "twice a day"),
        ("3", "3 times a day"),
        ("0.5", "every 2 days"),
        ("0.333", "every 3 days"),
        ("0.143", "once a week"),
    ],
)
def test_how_often_is_said_in_words(times, words):
    """The list of medicines is read by people."""
    assert how_often(Decimal(times)) == words


def test_levels_fit_their_region():
    """A level between two regions may be charted under either."""
    kinds = [LevelKind.INTERSPACE, LevelKind.ROOT, LevelKind.CAUDAL]
    assert fitting_levels(["L5-S1", "L4-L5"], Region.LUMBAR, kinds) == ["L4-L5", "L5-S1"]
    assert fitting_levels(["T12-L1"], Region.THORACIC, kinds) == ["T12-L1"]
    assert fitting_levels(["T12-L1"], Region.LUMBAR, kinds) == ["T12-L1"]
    for level in ("C4-C5", "L9", "SI", "T12"):
        with pytest.raises(UnknownLevel):
            fitting_levels([level], Region.LUMBAR, kinds)
