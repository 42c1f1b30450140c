"""What is known of a person, and which of it a rule is about."""

from decimal import Decimal

import pytest

from tests.rule_worlds import CERVICAL, DAY, FAMILY, LUMBAR, ON, asked
from treatments.domain.rules import Facts
from treatments.domain.rules.facts import (
    Done,
    GivenDrug,
    Measurement,
    Taken,
)
from treatments.domain.rules.sessions import Which
from treatments.domain.rules.spans import Span

STEROID = frozenset({"steroid"})


def done(on, key="d", region=LUMBAR, **more):
    """An epidural."""
    told = {"label": "Epidural", "treatment": "esi", "families": FAMILY, "region": region}
    return Done(key=key, on=on, **told | more)


def steroid(milligrams, factor=1):
    """A steroid of so many milligrams."""
    return GivenDrug("ta", STEROID, milligrams and Decimal(milligrams), factor and Decimal(factor))


def test_a_span_is_read_and_said():
    """What a manager writes and what the finding says are the same length."""
    assert Span.parse("P1Y2M3W4D") == Span(months=14, days=25)
    assert str(Span(months=1)) == "1 month"
    assert str(Span(months=12)) == "12 months"
    assert str(Span(days=1)) == "1 day"
    assert str(Span(months=2, days=3)) == "2 months and 3 days"
    for text in ("", "P", "12M", "P12", "PT4H"):
        with pytest.raises(ValueError, match="no span"):
            Span.parse(text)


def test_what_is_known_of_a_person():
    """Yes, no, and nobody knows; the newest of what was measured by then."""
    facts = Facts(
        states=frozenset({"diabetes"}),
        absent=frozenset({"infection"}),
        measured=(
            Measurement("1", "inr", Decimal(1), ON - DAY),
            Measurement("2", "inr", Decimal(2), ON),
            Measurement("3", "inr", Decimal(3), ON + DAY),
            Measurement("4", "egfr", Decimal(4), ON),
        ),
    )
    assert facts.has("diabetes") is True
    assert facts.has("infection") is False
    assert facts.has("pregnancy") is None
    assert facts.last("inr", until=ON).key == "2"
    assert facts.last("inr", until=ON - DAY).key == "1"
    assert facts.last("weight", until=ON) is None


def test_a_medicine_overlaps_days_it_is_taken():
    """Both ends belong to it, and an unknown end is no bound."""
    taken = Taken("1", "X", "x", frozenset(), ON, ON + 2 * DAY)
    assert taken.overlaps(ON - DAY, ON)
    assert taken.overlaps(ON + 2 * DAY, ON + 9 * DAY)
    assert not taken.overlaps(ON - DAY, ON - DAY)
    assert not taken.overlaps(ON + 3 * DAY, ON + 3 * DAY)
    assert Taken("1", "X", "x", frozenset()).overlaps(ON, ON)


def test_equivalents_need_a_dose_and_a_factor():
    """A dose nobody knows is no nought."""
    assert steroid(40, 2).equivalent == 80
    assert steroid(None).equivalent is None
    assert steroid(40, None).equivalent is None
    assert steroid(0).equivalent == 0
    assert not GivenDrug("lidocaine").is_steroid
    assert asked(drugs=(GivenDrug("lidocaine"), steroid(40))).has_steroid
    assert not asked(drugs=(GivenDrug("lidocaine"),)).has_steroid


def test_evidence_names_the_row():
    """One click leads to what was counted."""
    row = done(ON, "7").evidence
    assert (row.kind, row.key, row.label, row.on) == ("procedure", "7", "Epidural", ON)
    assert done(ON, "7", is_booked=True).evidence.kind == "appointment"


def test_which_procedures_a_rule_is_about():
    """Families, treatments, purposes, approaches and levels narrow it, each if it is said."""
    proposal = asked(purpose="diagnostic", approach="caudal", levels=frozenset({"L4", "L5"}))
    for yes, no in [
        ({"families": FAMILY}, {"families": frozenset({"rfa"})}),
        ({"treatments": frozenset({"esi"})}, {"treatments": frozenset({"rfa"})}),
        ({"purposes": frozenset({"diagnostic"})}, {"purposes": frozenset({"therapeutic"})}),
        ({"approaches": frozenset({"caudal"})}, {"approaches": frozenset({"thermal"})}),
        ({"levels": frozenset({"L5"})}, {"levels": frozenset({"L1"})}),
    ]:
        assert Which(**yes).concerns(proposal)
        assert not Which(**no).concerns(proposal)
        row = done(ON, purpose="diagnostic", approach="caudal", levels=frozenset({"L5"}))
        assert Which(**yes).picks(row, proposal) is True
        assert Which(**no).picks(row, proposal) is False
    vague = done(ON, purpose="", approach="", levels=frozenset())
    for wanted in (
        {"purposes": frozenset({"diagnostic"})},
        {"approaches": frozenset({"caudal"})},
        {"levels": frozenset({"L5"})},
        {"per": "level"},
        {"per": "side"},
    ):
        assert Which(**wanted).picks(vague, proposal) is None


@pytest.mark.parametrize(
    ("side", "other", "is_same"),
    [
        ("left", "left", True),
        ("left", "right", False),
        ("left", "bilateral", True),
        ("bilateral", "right", True),
        ("", "left", None),
        ("left", "", None),
    ],
)
def test_sides_meet(side, other, is_same):
    """Both sides meet either of them."""
    assert Which(per="side").picks(done(ON, side=side), asked(side=other)) is is_same


def test_two_places_are_both_asked():
    """Another region is another place, whatever the side; an unknown side may be the same."""
    both = Which(per="region_side")
    proposal = asked(side="left")
    assert both.picks(done(ON, side="left"), proposal) is True
    assert both.picks(done(ON, side="right"), proposal) is False
    assert both.picks(done(ON, side="", region=CERVICAL), proposal) is False
    assert both.picks(done(ON, side=""), proposal) is None


def test_whether_a_steroid_was_given():
    """What is written without drugs had none; what is outside or still to come may have."""
    which = Which(with_steroid=True)
    assert which.picks(done(ON, drugs=(steroid(40),)), asked()) is True
    assert which.picks(done(ON, drugs=(GivenDrug("lidocaine"),)), asked()) is False
    assert which.picks(done(ON), asked()) is False
    assert which.picks(done(ON, is_outside=True), asked()) is None
    assert which.picks(done(ON, is_booked=True), asked()) is None


def test_one_steroid_among_other_drugs_is_enough():
    """Most injections are a steroid with a local anesthetic."""
    mixed = (GivenDrug("lidocaine"), steroid(40))
    assert Which(with_steroid=True).picks(done(ON, drugs=mixed), asked()) is True
    facts = Facts(done=(done(ON, "1", drugs=mixed), done(ON, "2", drugs=(GivenDrug("x"),))))
    assert [row.key for row in facts.given("")] == ["1"]
    assert [row.key for row in facts.given("x")] == ["2"]
    assert facts.given("y") == ()
    assert [row.key for row in facts.of_families(FAMILY)] == ["1", "2"]
    assert [row.key for row in facts.of_families(frozenset({"rfa"}))] == []
    assert [row.key for row in facts.of_families(frozenset())] == ["1", "2"]
