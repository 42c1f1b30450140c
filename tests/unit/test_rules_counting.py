"""What the counting kinds say: caps, intervals and levels, word for word."""

from decimal import Decimal

from tests.rule_answers import ESI, HERE, TWO_WEEKS, done, rows, steroid, told
from tests.rule_worlds import CERVICAL, DAY, ON, asked
from treatments.domain.rules import Facts
from treatments.domain.rules.facts import (
    GivenDrug,
)
from treatments.domain.rules.finding import Severity
from treatments.domain.rules.kinds.dose_cap import (
    RollingDose,
    SessionDose,
    Step,
)
from treatments.domain.rules.kinds.frequency_cap import FrequencyCap
from treatments.domain.rules.kinds.interval import Interval
from treatments.domain.rules.kinds.level_cap import LevelCap
from treatments.domain.rules.kinds.prerequisite import OneAtATime, RenewedAfter
from treatments.domain.rules.sessions import Which
from treatments.domain.rules.spans import Span


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


def test_an_injection_of_an_unknown_kind_may_be_one():
    """It is counted for nobody, and warned of wherever it may lie; it is no other operation."""
    unknown = {"treatment": "", "families": frozenset(), "is_unrecognized": True}
    near = done(ON - DAY, "1", **unknown)
    cap, apart = FrequencyCap(HERE, 1, TWO_WEEKS), Interval(ESI, TWO_WEEKS)
    for looks in (cap, apart):
        found = told(looks, Facts(done=(near,)))
        assert (rows(found), bool(found.missing)) == (["1"], True), looks
    elsewhere = done(ON - DAY, "1", **unknown | {"region": CERVICAL})
    assert told(cap, Facts(done=(elsewhere,))) is None
    assert told(apart, Facts(done=(elsewhere,))).missing, "it asks for no region"
    undated = done(None, "1", **unknown)
    assert told(cap, Facts(done=(undated,))).missing == ("Epidural: not known when",)
    operation = Which(families=frozenset({"kyphoplasty"}))
    assert told(FrequencyCap(operation, 1, TWO_WEEKS), Facts(done=(near,))) is None


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


def test_a_level_cap_asks_only_what_it_says():
    """Two regions on a day do not matter to a rule about levels."""
    facts = Facts(done=(done(ON, "1", CERVICAL, levels=frozenset({"C5"})),))
    assert told(LevelCap(ESI, most=2), facts, asked(levels=frozenset({"L4"}))) is None
    assert told(LevelCap(ESI), facts) is None
