"""What other clinics wrote is counted as what it was; what nobody can read is said to be unread."""

from datetime import UTC, date, datetime
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from treatments.domain.outside_procedures import (
    counting_region_in,
    is_unrecognized,
    treatment_of,
)
from treatments.domain.rules import Facts, Proposal
from treatments.domain.rules.facts import Done, Stage
from treatments.domain.rules.kinds.frequency_cap import FrequencyCap
from treatments.domain.rules.kinds.interval import Interval
from treatments.domain.rules.sessions import Which
from treatments.domain.rules.spans import Span
from treatments.domain.spine import CountingRegion
from treatments.facts.procedures import done_of
from treatments.models import Procedure

ESI, MBB = "epidural-steroid-injection", "medial-branch-block"
RFA, SNRB = "radiofrequency-ablation", "selective-nerve-block"
SI, FACET = "sacroiliac-joint-injection", "facet-injection"
WORDINGS = [
    ("Lumbar epidural steroid injection", ESI),
    ("Lumbar epidural steroid injection under local anesthesia", ESI),
    ("Lumbar epidural steroid injection with monitored anesthesia care", ESI),
    ("Lumbar TFESI", ESI),
    ("L5-S1 TFESI left", ESI),
    ("Caudal ESI", ESI),
    ("LESI #2", ESI),
    ("Cervical ILESI", ESI),
    ("transforaminal injection of steroid", ESI),
    ("Injection of steroid, transforaminal, lumbar", ESI),
    ("interlaminar injection", ESI),
    ("Caudal injection of corticosteroid", ESI),
    ("Epidural injection of methylprednisolone through a catheter with steroid", ESI),
    ("Selective nerve root block L5", SNRB),
    ("SNRB right S1", SNRB),
    ("Medial branch block", MBB),
    ("Lumbar MBB L3-L5", MBB),
    ("Medial branch radiofrequency ablation", RFA),
    ("RFA of lumbar medial branches", RFA),
    ("Facet denervation", RFA),
    ("Rhizotomy", RFA),
    ("Radiofrequency neurotomy of lumbar facet", RFA),
    ("Facet joint injection", FACET),
    ("Zygapophyseal joint block", FACET),
    ("SI joint injection", SI),
    ("Sacroiliac injection under fluoroscopy", SI),
    ("Trigger point injection", "trigger-point-injection"),
    ("Stellate ganglion block", "sympathetic-block"),
    ("Injection of knee joint", "intra-articular-infiltration"),
    ("Kyphoplasty T12", "kyphoplasty"),
    ("Epidural blood patch", ""),
    ("Epidural anesthesia for labor", ""),
    ("Removal of epidural catheter", ""),
    ("Transcutaneous electrical nerve stimulation", ""),
    ("Transforaminal lumbar interbody fusion", ""),
    ("Sacroiliac joint fusion", ""),
    ("Radiofrequency ablation of varicose vein", ""),
    ("Appendectomy", ""),
]


@pytest.mark.parametrize(("text", "key"), WORDINGS)
def test_a_wording_means_a_treatment(text, key):
    """An epidural across town that is not counted is the fifth one here."""
    assert treatment_of(text) == key


@pytest.mark.parametrize(
    ("text", "is_so"),
    [
        ("Spinal injection", True),
        ("Injection procedure, lumbar, NOS", True),
        ("Nerve block", True),
        ("Steroid shot in the back", True),
        ("Influenza vaccine injection", False),
        ("Intravitreal injection", False),
        ("Epidural blood patch", False),
        ("Lumbar TFESI", False),
        ("Appendectomy", False),
    ],
)
def test_what_names_an_injection_and_is_not_read_is_said(text, is_so):
    """Silence about it would count as nothing having been done."""
    assert is_unrecognized(text) is is_so


def unread(on, region=None):
    """An injection elsewhere of an unknown kind."""
    label = "Not recognized: Spinal injection"
    return Done("1", label, on, "", region=region, is_outside=True, is_unrecognized=True)


ASKED = Proposal(ESI, frozenset({"esi"}), Stage.BOOK, region=CountingRegion("lumbar_sacral"))
WHICH = Which(families=frozenset({"esi"}), per="region")


@pytest.mark.parametrize("day", [date(2026, 5, 20), None])
@pytest.mark.parametrize(
    "rule", [FrequencyCap(WHICH, 1, Span(months=12)), Interval(WHICH, Span(days=28))]
)
def test_a_limit_says_that_it_may_count(rule, day):
    """It neither passes nor stops: somebody must ask what it was."""
    found = rule.look(Facts(done=(unread(day),)), ASKED, date(2026, 6, 1))
    assert found.missing
    assert all("Not recognized: Spinal injection" in text for text in found.missing)


def test_one_in_another_region_does_not_count():
    """Of the neck it says nothing about the low back."""
    facts = Facts(done=(unread(date(2026, 5, 20), CountingRegion("cervical_thoracic")),))
    rule = FrequencyCap(WHICH, 1, Span(months=12))
    assert rule.look(facts, ASKED, date(2026, 6, 1)) is None


def test_the_chart_says_so_beside_it():
    """A clinician who reads the chart can ask the person."""
    at = datetime(2026, 5, 1, tzinfo=UTC)
    row = Procedure(text="Spinal injection", record_status="outside", performed_at=at)
    assert row.is_unrecognized
    assert not Procedure(text="Lumbar TFESI", record_status="outside").is_unrecognized
    told = Procedure(text="Spinal injection", record_status="outside", treatment_id=ESI)
    assert not told.is_unrecognized


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("Lumbar epidural steroid injection L4/L5", "lumbar_sacral"),
        ("LESI under fluoroscopy", "lumbar_sacral"),
        ("TFESI L5-S1 left", "lumbar_sacral"),
        ("Caudal epidural", "lumbar_sacral"),
        ("Lumbosacral transforaminal injection", "lumbar_sacral"),
        ("Epidural injection, low back", "lumbar_sacral"),
        ("Cervical interlaminar epidural C7-T1", "cervical_thoracic"),
        ("CESI", "cervical_thoracic"),
        ("Thoracic facet injection T7/8", "cervical_thoracic"),
        ("Epidural T12-L1", "cervical_thoracic"),
        ("Epidural steroid injection", None),
        ("Epidural with C-arm", None),
        ("Cervical and lumbar epidural", None),
        ("Epidural injection 2 of 3", None),
        ("The patient’s 2 epidurals of 2025", None),
    ],
)
def test_where_it_was_done_is_read_from_the_words(text, region):
    """Four “lumbar epidurals” elsewhere did not stop the fifth: nobody had said where again."""
    assert counting_region_in(text) == region


def at_noon(day):
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("first", "last", "counted"),
    [
        (date(2026, 3, 5), None, date(2026, 3, 5)),
        (date(2026, 3, 5), date(2026, 3, 5), date(2026, 3, 5)),
        (date(2026, 3, 1), date(2026, 3, 31), date(2026, 3, 31)),
        (date(2026, 1, 1), date(2026, 12, 31), None),
        (date(2025, 1, 1), date(2025, 12, 31), None),
        (date(2011, 1, 1), date(2011, 12, 31), date(2011, 12, 31)),
        (date(2026, 11, 1), date(2026, 11, 30), None),
        (None, None, None),
    ],
)
def test_some_time_in_a_year_is_no_day(first, last, counted):
    """“2026” counted as the last of December: four of them passed without a word."""
    known = SimpleNamespace(treatments={}, drugs=None)
    begin, end = (day and at_noon(day) for day in (first, last))
    row = (
        1,
        "Lumbar epidural",
        None,
        begin,
        end,
        "outside",
        "",
        [],
        "",
        "",
        "",
        None,
        None,
        "",
        None,
    )
    assert done_of(row, known, ZoneInfo("America/New_York"), date(2026, 11, 22)).on == counted
