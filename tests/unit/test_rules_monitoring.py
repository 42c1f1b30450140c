"""What monitoring says is due, and from when it counts."""

from decimal import Decimal

from tests.rule_answers import ESI, TWO_WEEKS, done, medicine, rows, told
from tests.rule_worlds import DAY, ON
from treatments.domain.rules import Facts
from treatments.domain.rules.facts import (
    Cared,
    Measurement,
)
from treatments.domain.rules.finding import Severity
from treatments.domain.rules.kinds.monitoring import (
    Due,
    DueAfter,
    DueAfterVisits,
    Together,
    VisitStep,
)
from treatments.domain.rules.kinds.prerequisite import RenewedAfter
from treatments.domain.rules.sessions import Which
from treatments.domain.rules.spans import Span


def test_monitoring_looks_at_its_own_only():
    """Another medicine or course is not watched, and one that has ended no more."""
    labs = DueAfter(
        (Due(TWO_WEEKS, Severity.WARN),),
        taken_classes=frozenset({"nsaid"}),
        measured=("egfr", "blood_count"),
    )
    old = ON - 30 * DAY
    assert told(labs, Facts(taken=(medicine("1", classes={"opioid"}, start=old),))) is None
    half = Facts(
        taken=(medicine("1", start=old, end=ON + DAY),),
        measured=(Measurement("m", "egfr", Decimal(9), ON - DAY),),
    )
    found = told(labs, half)
    assert found.counted == f"Ibuprofen: since {old} without: blood count"
    assert (rows(found), found.clears_on) == (["1"], ON + 2 * DAY)
    unknown = told(labs, Facts(taken=(medicine("1"),)))
    assert unknown.missing == ("Ibuprofen: not known since when",)
    plan = DueAfter(
        (Due(TWO_WEEKS, Severity.BLOCK),), families=frozenset({"therapy"}), mark="certified"
    )
    course = Cared("1", "Therapy", "pt", old, families=frozenset({"therapy"}))
    assert rows(told(plan, Facts(cared=(course,)))) == ["1"]
    other = Cared("1", "Massage", "m", old, families=frozenset({"massage"}))
    assert told(plan, Facts(cared=(other,))) is None
    begun_late = Cared("1", "T", "pt", old, None, frozenset({"therapy"}), (ON - DAY, ON))
    assert told(plan, Facts(cared=(begun_late,))) is None


def test_monitoring_after_a_procedure():
    """Until nobody asks any more; an earlier answer counts if it is not too old."""
    looks = DueAfter(
        (Due(TWO_WEEKS, Severity.WARN),),
        after=ESI,
        measured=("bone_density",),
        ahead=Span(days=10),
        until=Span(days=60),
    )

    def at(days, measured=None, **more):
        rows = (Measurement("m", "bone_density", Decimal(1), measured),) if measured else ()
        return told(looks, Facts(done=(done(ON - days * DAY, **more),), measured=rows))

    assert at(13) is None
    assert at(14) is not None
    assert at(60) is not None
    assert at(61) is None
    assert at(14, is_booked=True) is None
    assert at(20, ON - 30 * DAY) is None
    assert at(20, ON - 31 * DAY) is not None


def of_therapy(start, **marks):
    """A course with marks, each so many days after its start."""
    days = {mark: tuple(start + day * DAY for day in told) for mark, told in marks.items()}
    return Facts(cared=(Cared("1", "Therapy", "pt", start, families=THERAPY, marks=days),))


THERAPY = frozenset({"therapy"})
SENT = Together(("ordered", "plan_sent"), TWO_WEEKS)
A_MONTH_AGO = ON - 30 * DAY


def test_what_is_missing_of_a_plan_is_named_with_its_day():
    """“Signature missing” alone sends somebody for a signature that nobody needs."""
    looks = DueAfter(
        (Due(TWO_WEEKS, Severity.BLOCK),), families=THERAPY, mark="certified", together=SENT
    )
    until = A_MONTH_AGO + 14 * DAY
    found = told(looks, of_therapy(A_MONTH_AGO))
    assert found.counted == (
        f"Therapy: since {A_MONTH_AGO} without: plan certified or, in its place, "
        f"signed order of a physician on file by {until}, plan sent to the physician by {until}"
    )
    assert found.missing == ()
    ordered = told(looks, of_therapy(A_MONTH_AGO, ordered=[-3]))
    assert ordered.counted.endswith(f"in its place, plan sent to the physician by {until}")
    assert told(looks, of_therapy(A_MONTH_AGO, ordered=[-3], plan_sent=[14])) is None
    assert told(looks, of_therapy(A_MONTH_AGO, ordered=[-3], plan_sent=[15])) is not None
    # The earliest order counts: a second one after the plan was sent takes nothing back.
    assert told(looks, of_therapy(A_MONTH_AGO, ordered=[-3, 5], plan_sent=[1])) is None
    assert told(looks, of_therapy(A_MONTH_AGO, ordered=[1], plan_sent=[1])) is None
    assert told(looks, of_therapy(A_MONTH_AGO, ordered=[2], plan_sent=[1])) is not None
    # A signature is one however long before the first visit it was given.
    assert told(looks, of_therapy(A_MONTH_AGO, certified=[-90])) is None


def test_what_will_be_written_down_clears_it_on_its_day():
    """A plan that is certified from Monday on holds from Monday on."""
    looks = DueAfter(
        (Due(TWO_WEEKS, Severity.BLOCK),),
        families=THERAPY,
        mark="certified",
        together=Together(("ordered", "plan_sent"), Span(days=60)),
    )
    assert told(looks, of_therapy(A_MONTH_AGO, certified=[32])).clears_on == ON + 2 * DAY
    coming = of_therapy(A_MONTH_AGO, ordered=[31], plan_sent=[33])
    assert told(looks, coming).clears_on == ON + 3 * DAY


def test_a_rule_for_courses_with_an_order_looks_at_no_others():
    """Where nobody ordered it there is nobody to send it to."""
    looks = DueAfter(
        (Due(TWO_WEEKS, Severity.INFO),), families=THERAPY, having="ordered", together=SENT
    )
    assert told(looks, of_therapy(A_MONTH_AGO)) is None
    assert told(looks, of_therapy(A_MONTH_AGO, ordered=[31])) is None
    found = told(looks, of_therapy(A_MONTH_AGO, ordered=[30]))
    assert str(found.severity) == "info"
    assert told(looks, of_therapy(A_MONTH_AGO, ordered=[0], plan_sent=[3])) is None
    # Medicines and procedures have no such marks.
    looks = DueAfter(
        (Due(TWO_WEEKS, Severity.INFO),), taken_classes=frozenset({"nsaid"}), having="ordered"
    )
    assert told(looks, Facts(taken=(medicine("1", start=A_MONTH_AGO),))) is None


def test_what_only_goes_on_is_said_so():
    """“Is it still needed?” has nothing that would be missing."""
    looks = DueAfter((Due(TWO_WEEKS, Severity.INFO),), taken_classes=frozenset({"nsaid"}))
    found = told(looks, Facts(taken=(medicine("1", start=A_MONTH_AGO),)))
    assert found.counted == f"Ibuprofen: since {A_MONTH_AGO} it goes on"


def test_the_one_done_longest_ago_is_due_first():
    """Each of several labs has its own time."""
    looks = DueAfter(
        (Due(TWO_WEEKS, Severity.WARN),),
        taken_classes=frozenset({"nsaid"}),
        measured=("egfr", "blood_count"),
        every=True,
    )

    def with_labs(*labs):
        measured = tuple(
            Measurement(f"{what}{day}", what, Decimal(1), ON - day * DAY) for what, day in labs
        )
        taken = (medicine("1", start=ON - 60 * DAY),)
        return told(looks, Facts(taken=taken, measured=measured))

    assert with_labs(("egfr", 1)) is not None
    assert with_labs(("egfr", 1), ("blood_count", 13)) is None
    assert with_labs(("egfr", 1), ("blood_count", 14)) is not None


def test_reports_are_counted_by_course():
    """The worst of several courses; one that has ended does not count."""
    looks = DueAfterVisits(
        (VisitStep(2, Severity.WARN), VisitStep(4, Severity.BLOCK)),
        frozenset({"therapy"}),
        "progress_report",
    )

    def course(key, visits, **more):
        days = tuple(ON - number * DAY for number in range(1, visits + 1))
        families = frozenset(more.pop("families", {"therapy"}))
        return Cared(key, "Therapy", "pt", ON - 90 * DAY, families=families, visits=days, **more)

    found = told(looks, Facts(cared=(course("1", 1), course("2", 3))))
    assert (str(found.severity), rows(found)) == ("block", ["2"])
    assert found.counted == "4 days of treatment without: progress report"
    assert told(looks, Facts(cared=(course("1", 9, families={"massage"}),))) is None
    assert told(looks, Facts(cared=(course("1", 9, end=ON - DAY),))) is None
    ending = told(looks, Facts(cared=(course("1", 9, end=ON),)))
    assert ending.clears_on == ON + DAY


def test_a_renewed_source_counts_from_the_last_one():
    """Of several old ones the last; a test on the very day is not before it."""
    test = Which(treatments=frozenset({"mbb"}), per="region")
    looks = RenewedAfter(Which(treatments=frozenset({"esi"}), per="region"), test, Span(days=30))
    old, older = done(ON - 60 * DAY, "1"), done(ON - 90 * DAY, "0")
    assert rows(told(looks, Facts(done=(old, older)))) == ["1"]
    assert told(looks, Facts(done=(done(ON - 30 * DAY, "1"), older))) is None
    assert told(looks, Facts(done=(done(ON - 31 * DAY, "1"), older))) is not None

    def renewed(days, **more):
        again = done(ON - days * DAY, "2", treatment="mbb", **more)
        return told(looks, Facts(done=(old, older, again)))

    assert renewed(29) is None
    assert renewed(30) is not None
    assert renewed(0).clears_on == ON + DAY
    assert renewed(29, region=None).missing == ("Epidural: not known where or when",)
    assert renewed(30, region=None).missing == ()
    assert renewed(0, region=None).missing == ()
