"""What a consultation holds: nothing that was said is lost or bent on its way in and out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treatments.domain import body, consultation, examination
from treatments.domain.consultation import put_together, read_piece, take_apart
from treatments.domain.examination import Nonsense
from treatments.domain.merging import Clash, merge

FLAGS = ("fever", "saddle-numbness")
NAMES = consultation.names(FLAGS)


def sensible(name):
    """A strategy for what may stand in a piece."""
    if name.startswith("text-"):
        return st.text("abc äß\n", min_size=1, max_size=30).map(str.strip).filter(bool)
    if name.startswith("flag-"):
        return st.sampled_from(["yes", "no"])
    if name.endswith(("-now", "-worst", "-average")):
        return st.integers(0, 10).map(str)
    if name in examination.CELLS:
        table, row, _ = examination.CELLS[name]
        kind = table.kind_of(row)
        if isinstance(kind, examination.Number):
            return st.integers(kind.low, kind.high).map(str)
        if isinstance(kind, examination.Words):
            return st.sampled_from([word for word, _ in kind.options])
        if isinstance(kind, examination.FreeText):
            return st.text("abc", min_size=1)
    return st.just("yes")


@st.composite
def sheets(draw, size=12):
    names = draw(st.lists(st.sampled_from(NAMES), max_size=size, unique=True))
    return {name: draw(sensible(name)) for name in names}


@given(sheets())
def test_what_is_put_together_comes_apart_the_same(pieces):
    """Columns are what the database keeps, pieces are what people typed: they must agree."""
    assert {name: read_piece(name, text) for name, text in pieces.items()} == pieces
    assert take_apart(put_together(pieces)) == pieces


@given(sheets(), sheets(), sheets())
def test_two_writers_lose_nothing(base, yours, theirs):
    """Each name is judged alone, by a rule written down here once more."""
    sent = {name: yours.get(name, "") for name in {*base, *yours}}
    merged, clashes = merge(base, sent, theirs, nothing="")
    for name in {*base, *sent, *theirs}:
        was, mine, other = (
            base.get(name, ""),
            sent.get(name, base.get(name, "")),
            theirs.get(name, ""),
        )
        clash = [c for c in clashes if c.name == name]
        if was != mine != other != was:
            assert clash == [Clash(name, mine, other)]
            assert merged.get(name, "") == other
        else:
            assert not clash
            # Whoever changed it is heard; if nobody did, it stays.
            assert merged.get(name, "") == (mine if mine != was else other)


@given(sheets(), sheets())
def test_a_difference_names_what_changed_and_nothing_else(before, after):
    """A correction must show all of itself."""
    told = consultation.differences(before, after, dict.fromkeys(FLAGS, "Flag"))
    changed = [n for n in {*before, *after} if before.get(n) != after.get(n)]
    assert len(told) == len(changed)
    assert consultation.differences(before, before, {}) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("exam-strength-L4-left", "6"),
        ("exam-strength-L4-left", "-1"),
        ("exam-strength-L4-left", "4.5"),
        ("exam-strength-L4-left", "٤"),
        ("exam-reflexes-knee-right", "5"),
        ("exam-leg_raise-angle-left", "190"),
        ("exam-motion-flexion-lumbar", "121"),
        ("exam-sensation-L5-left", "funny"),
        ("exam-tenderness-L4-left", "maybe"),
        ("pain-0-worst", "11"),
        ("flag-fever", "perhaps"),
        ("text-plan", "x" * 20_001),
        ("text-plan", "a\x00b"),
    ],
)
def test_nonsense_is_refused_with_a_sentence(name, text):
    """A strength of 6 is a slip of the finger; written down it becomes a finding."""
    with pytest.raises(Nonsense) as refusal:
        read_piece(name, text)
    assert str(refusal.value).endswith(".")


@pytest.mark.parametrize(
    "name",
    [
        "exam-strength-L9-left",
        "pain-0-at-tail",
        "pain-7-now",
        "text-signed_by",
        "pain-0-is-back-head",
    ],
)
def test_what_does_not_exist_is_not_written(name):
    """A name that nobody shows must not reach the record."""
    with pytest.raises(KeyError):
        read_piece(name, "1")


def test_signs_that_people_write_are_understood():
    """Clinicians write “2+” and “40°”."""
    assert read_piece("exam-reflexes-knee-left", "2+") == "2"
    assert read_piece("exam-leg_raise-angle-left", " 40° ") == "40"
    assert read_piece("text-plan", "Rest\r\nIce ") == "Rest\nIce"


def test_left_is_left_from_both_sides():
    """Seen from the front, the person's right is on the left of the drawing."""
    by_key = body.BY_KEY
    assert by_key["front-shoulder-right"].x < body.WIDTH / 2 < by_key["front-shoulder-left"].x
    assert by_key["back-shoulder-left"].x < body.WIDTH / 2 < by_key["back-shoulder-right"].x
    boxes = [(p.view, p.x, p.y) for p in body.PARTS]
    assert len(set(boxes)) == len(body.PARTS)
    assert all(p.x >= 0 and p.x + p.width <= body.WIDTH for p in body.PARTS)
    assert all(p.y >= 0 and p.y + p.height <= body.HEIGHT for p in body.PARTS)


def test_what_contradicts_itself_cannot_be_signed():
    """Pain now cannot be worse than the worst."""
    whole = {"text-reason": "Pain", "text-plan": "Rest", "pain-0-now": "8", "pain-0-worst": "10"}
    assert consultation.complaints(whole) == []
    assert consultation.complaints({}) == ["Say why they came.", "Write an assessment or a plan."]
    assert "more than the worst (7)" in consultation.complaints(whole | {"pain-0-worst": "7"})[0]
