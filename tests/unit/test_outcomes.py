"""Scores, relief and diaries against sums written another way, and against worked examples."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treatments.domain import outcomes
from treatments.domain.instruments import (
    BadAnswers,
    InstrumentError,
    checked_answers,
    read_definition,
    score_of,
)
from treatments.domain.outcomes import DiaryEntry, Reading, Relief, block_result, lasting_relief
from treatments.management.instrument_files import read_file, read_shipped

START = datetime(2026, 3, 1, 15, tzinfo=UTC)
NRS = ("nrs-now", "1")


def raw(count=3, scoring="mean", top=10, may_miss=0, **more):
    items = [{"id": f"q{n}", "text": f"Question {n}", "maximum": top} for n in range(count)]
    return {
        "key": "made-up",
        "version": "1",
        "name": "Made up",
        "scoring": scoring,
        "may_miss": may_miss,
        "items": items,
    } | more


def reading(day, score, instrument=NRS, row=None):
    return Reading(instrument, START + timedelta(days=day), Decimal(score), row)


@given(
    scoring=st.sampled_from(["mean", "sum", "percent"]),
    top=st.integers(1, 20),
    may_miss=st.integers(0, 3),
    data=st.data(),
)
def test_a_score_is_what_fractions_say(scoring, top, may_miss, data):
    """A score decides about treatment; it is compared with exact arithmetic."""
    definition = read_definition(raw(5, scoring, top, may_miss))
    given_ = {f"q{n}": data.draw(st.none() | st.integers(0, top)) for n in range(5)}
    answers = {name: value for name, value in given_.items() if value is not None}
    score = score_of(definition, checked_answers(definition, given_))
    if len(answers) < 5 - may_miss:
        assert score is None
        return
    mean = Fraction(sum(answers.values()), len(answers))
    exact = {"mean": mean, "sum": mean * 5, "percent": mean / top * 100}[scoring]
    assert abs(Fraction(score) - exact) <= Fraction(1, 2000)
    low, high = definition.reach
    assert low <= score <= high


@pytest.mark.parametrize("wrong", [11, -1, "3", 2.5, True, Decimal(3)])
def test_an_answer_off_the_scale_is_refused(wrong):
    """An 11 on a scale to 10 is a slip of the finger."""
    definition = read_definition(raw(1, "value"))
    with pytest.raises(BadAnswers) as refusal:
        checked_answers(definition, {"q0": wrong})
    assert "choose from 0 to 10" in refusal.value.fields["q0"]
    with pytest.raises(BadAnswers):
        checked_answers(definition, {"q7": 1})


@pytest.mark.parametrize(
    "broken",
    [
        raw(0),
        raw(2, "value"),
        raw(2, "median"),
        raw(2, may_miss=2),
        raw(2, mcid="-1"),
        raw(2, mcid=1.5),
        raw(2, mcid="many"),
        raw(2, colour="red"),
        raw(2, version=1),
        raw(1, top=0),
        raw(1, bands=[{"upto": "5", "name": "b"}, {"upto": "3", "name": "a"}]),
        raw(1, items=[{"id": "a", "text": "A"}, {"id": "a", "text": "B"}]),
        "text",
    ],
)
def test_a_definition_that_makes_no_sense_is_refused(broken):
    """A clinic's own file is typed by hand."""
    with pytest.raises(InstrumentError, match=r"file\.yaml"):
        read_definition(broken, where="file.yaml")


def test_what_is_shipped_is_free_and_whole():
    """No text that belongs to somebody else may be in the tree."""
    found = {one.definition.key: one.definition for one in read_shipped()}
    assert set(found) == {"nrs-average", "nrs-now", "nrs-worst", "peg", "block-diary"}
    assert all(item.text_es for one in found.values() for item in one.items)
    assert score_of(found["peg"], {"pain": 7, "enjoyment": 8, "activity": 5}) == Decimal("6.667")


def test_a_file_says_where_it_is_wrong(tmp_path):
    """Whoever writes one finds the place."""
    path = tmp_path / "odi.yaml"
    path.write_text("instruments:\n  - {key: a, version: '1', name: A, scoring: mean, items: []}")
    with pytest.raises(InstrumentError, match=r"odi\.yaml, instrument 1: there must be"):
        read_file(path)


@given(before=st.integers(0, 10), after=st.integers(0, 10))
def test_relief_is_the_share_that_is_gone(before, after):
    """The one number that decides about repeats."""
    found = outcomes.relief(reading(0, before), reading(1, after))
    if before == 0:
        assert found.percent is None
        assert "0" in found.why_not
    else:
        exact = Fraction(before - after, before) * 100
        assert abs(Fraction(found.percent) - exact) < Fraction(1, 10**9)
    other = Reading(("nrs-now", "2"), START, Decimal(after))
    assert outcomes.relief(reading(0, before), other).percent is None
    assert outcomes.relief(None, other).why_not


@pytest.mark.parametrize(
    ("before", "after", "noticed"),
    [(8, 6, True), (8, 7, False), (3, 2, True), (8, 9, False), (5, 5, False)],
)
def test_a_change_matters_by_points_or_by_percent(before, after, noticed):
    """2 points or 30 %: from 3 to 2 is 33 %."""
    definition = read_definition(raw(1, "value", mcid="2", mcid_percent="30"))
    assert outcomes.matters(definition, reading(0, before), reading(1, after)) is noticed
    assert outcomes.matters(definition, reading(0, 8), reading(1, 1, ("peg", "1"))) is None


@given(
    before=st.integers(0, 10),
    scores=st.lists(st.tuples(st.integers(-5, 200), st.integers(0, 10)), unique_by=lambda s: s[0]),
)
def test_relief_lasts_as_long_as_a_walk_along_the_scores_says(before, scores):
    """A limit asks whether half of the relief held for three months; compared with a slow walk."""
    found = lasting_relief(START, reading(0, before), [reading(*one) for one in scores])
    good = {day: before > 0 and (before - score) * 2 >= before for day, score in scores if day > 0}
    first = min((day for day, is_good in good.items() if is_good), default=None)
    if first is None:
        assert (found.began_at, found.held_until, found.lasted) == (None, None, None)
        assert not found.holds_still
        return
    lost = min((day for day, ok in good.items() if day > first and not ok), default=None)
    held = max(day for day, ok in good.items() if ok and (lost is None or day < lost))
    assert found.began_at == START + timedelta(days=first)
    assert found.lasted == timedelta(days=held)
    assert found.holds_still == (lost is None)
    assert (found.lost_at is None) or found.lost_at == START + timedelta(days=lost)


def test_relief_that_holds_still_is_at_least_so_long():
    """“At least until”: the last score says nothing about tomorrow."""
    found = lasting_relief(START, reading(0, 8), [reading(14, 3, row="a"), reading(91, 4, row="b")])
    assert found.lasted == timedelta(days=91)
    assert found.holds_still
    assert found.best == Relief(Decimal("62.5"))
    assert found.rows == ("a", "b")
    ended = lasting_relief(START, reading(0, 8), [reading(14, 3), reading(91, 7)])
    assert (ended.lasted, ended.holds_still) == (timedelta(days=14), False)


def diary(*scores):
    hours = outcomes.DIARY_HOURS
    return [
        DiaryEntry(hour, Decimal(score), str(hour))
        for hour, score in zip(hours, scores, strict=False)
        if score is not None
    ]


@pytest.mark.parametrize(
    ("before", "scores", "agents", "responded", "hours"),
    [
        (8, (1, 1, 1, 6, 8, 8), ["lidocaine"], True, 2),
        (8, (1, 6, 7, 8, 8, 8), ["lidocaine"], False, "0.5"),
        (8, (1, 1, 6, 8, 8, 8), ["bupivacaine"], False, 1),
        (8, (2, 1, 1, 1, 5, 8), ["bupivacaine"], True, 4),
        (8, (1, 1, 6, 8, 8, 8), ["lidocaine", "bupivacaine"], False, 1),
        (10, (3, 3, 3, 3, 3, 3), ["lidocaine"], False, 0),
        (10, (2, 2, 2, 2, 2, 2), ["lidocaine"], True, 8),
        (8, (1,), ["lidocaine"], None, "0.5"),
        (8, (1, 1, 1), [], None, 2),
        (8, (), ["lidocaine"], None, 0),
        (None, (1, 1), ["lidocaine"], None, 0),
        (0, (0, 0), ["lidocaine"], None, 0),
    ],
)
def test_a_block_answers_its_question(before, scores, agents, responded, hours):
    """80 % relief for as long as the agent lasts decides about the next step."""
    pain = None if before is None else Decimal(before)
    found = block_result(pain, diary(*scores), agents)
    assert found.is_responder is responded
    assert found.hours == Decimal(hours)
    assert bool(found.why_not) == (responded is None)
    assert len(found.rows) == len(scores)


@given(
    before=st.integers(1, 10),
    scores=st.lists(st.none() | st.integers(0, 10), max_size=6),
    agent=st.sampled_from(["lidocaine", "bupivacaine"]),
)
def test_a_responder_is_never_called_without_the_hours(before, scores, agent):
    """The first unbroken run of good hours, found by looking at every stretch of the diary."""
    entries = diary(*scores)
    found = block_result(Decimal(before), entries, [agent])
    good = [(before - entry.score) * 5 >= before * 4 for entry in entries]
    runs = [
        (start, end)
        for start in range(len(good))
        for end in range(start, len(good))
        if all(good[start : end + 1])
        and (start == 0 or not any(good[:start]))
        and (end + 1 == len(good) or not good[end + 1])
    ]
    hours = entries[runs[0][1]].hours if runs else 0
    assert found.hours == hours
    least = {"lidocaine": 1, "bupivacaine": 2}[agent]
    assert (found.is_responder is True) == (bool(runs) and hours >= least)


@given(scores=st.lists(st.tuples(st.integers(1, 400), st.integers(0, 10)), max_size=12))
def test_the_nearest_score_is_inside_the_window(scores):
    """“Two weeks after” is not six weeks after."""
    readings = [reading(*one) for one in scores]
    found = outcomes.nearest(readings, START, day=14, first=7, last=28)
    inside = [day for day, _score in scores if 7 <= day <= 28]
    if not inside:
        assert found is None
    else:
        assert abs((found.at - START).days - 14) == min(abs(day - 14) for day in inside)
