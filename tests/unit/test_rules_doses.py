"""What the dose caps say: of a session, a window, a day, and by weight."""

from decimal import Decimal

import pytest

from tests.rule_answers import STEROID, TWO_WEEKS, done, medicine, rows, steroid, told
from tests.rule_worlds import DAY, ON, asked
from treatments.domain.rules import Facts
from treatments.domain.rules.facts import (
    GivenDrug,
    Measurement,
)
from treatments.domain.rules.finding import Severity
from treatments.domain.rules.kinds.dose_cap import (
    DailyMaximum,
    DaysTaken,
    RollingDose,
    SessionDose,
    Step,
    Sum,
    judged,
)


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


def test_a_later_dose_counts_only_in_a_window_with_the_proposal():
    """What is booked for the day after the window is somebody else's question."""
    looks = RollingDose((Step(Decimal(100), Severity.BLOCK),), TWO_WEEKS)
    asks = asked(drugs=(steroid(10),))

    def with_later(days):
        later = done(ON + days * DAY, "1", is_booked=True, drugs=(steroid(95),))
        return told(looks, Facts(done=(later,)), asks)

    assert with_later(13).window == (ON - DAY, ON + 13 * DAY)
    assert with_later(14) is None


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
