"""Writing down harm, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any

from clinic.accounts.guards import require
from clinic.accounts.models import User
from clinic.shared.actions import action
from clinic.shared.errors import Conflict, Invalid
from patients.actions.standing import lock_record
from patients.models import Patient
from treatments.domain.states import RecordStatus
from treatments.models import (
    AdverseEvent,
    CatalogueEntry,
    CtcaeGrade,
    EventOutcome,
    Procedure,
    Section,
    TreatmentCourse,
)

CLOCKS_DIFFER = timedelta(minutes=5)
_GONE = frozenset({RecordStatus.ENTERED_IN_ERROR, RecordStatus.AMENDED})
_OVER = frozenset({EventOutcome.RESOLVED, EventOutcome.RESOLVED_WITH_SEQUELAE, EventOutcome.FATAL})


class StaleEvent(Conflict):
    """Two people changed the same fields.

    `details["fields"]` has `yours` and `theirs` for each of them, `details["changed"]` the names
    of all that the writer changed, `details["revision"]` the revision to save on after choosing.
    """

    code = "stale_event"
    title = "Somebody else changed this too"
    default_sentence = "Somebody else changed the same fields meanwhile. Choose what stays."


class EventAlready(Conflict):
    """The same was written down before."""

    code = "event_already"
    title = "This is written down already"
    default_sentence = (
        "The same event of the same time is written down already. Change that one,"
        " or say in the description what is different about this one."
    )


class EventWithdrawn(Conflict):
    """It was entered in error."""

    code = "event_withdrawn"
    title = "This event was taken back"
    default_sentence = (
        "This event was marked as entered in error. It stays as it is; write down a new one."
    )


@dataclass(frozen=True)
class Harm:
    """What happened. `risk` is an entry of the catalogue's section `risk`."""

    risk: CatalogueEntry
    onset_at: datetime
    grade: int
    relatedness: str
    description: str
    actions_taken: str = ""
    outcome: str = EventOutcome.ONGOING
    resolved_date: date | None = None
    reported_to: str = ""
    reported_date: date | None = None
    procedure: Procedure | None = None
    course: TreatmentCourse | None = None


@action
def record_adverse_event(
    *, patient: Patient, harm: Harm, today: date, by: User, now: datetime
) -> AdverseEvent:
    """Write down something bad that happened; `today` is the day where it is written down.

    Raises `Invalid` for times that cannot be or words that contradict each other, `EventAlready`,
    `NotAllowed`.
    """
    require(by, "treatments.record_adverse_events")
    lock_record(patient)
    _check(patient, harm, today=today, now=now)
    columns = _columns(harm)
    if AdverseEvent.objects.standing().filter(patient=patient, **_same(columns)).exists():
        raise EventAlready
    return AdverseEvent.objects.create(patient=patient, recorded_by=by, recorded_at=now, **columns)


@action
def change_adverse_event(
    *, event: AdverseEvent, harm: Harm, revision: int, today: date, by: User, now: datetime
) -> AdverseEvent:
    """Write down what is known now; the event was read at `revision`.

    What somebody else changed meanwhile in other fields stays. Raises `StaleEvent`,
    `EventWithdrawn`, and otherwise as `record_adverse_event`.
    """
    require(by, "treatments.record_adverse_events")
    lock_record(event.patient)
    rows = AdverseEvent.objects.select_related("patient", "risk", "procedure", "course")
    current = rows.get(pk=event.pk)
    if current.error_at is not None:
        raise EventWithdrawn
    changed = _changed(current, harm, revision)
    merged = _harm_of(current, changed)
    _check(current.patient, merged, today=today, now=now, linked=current.procedure_id)
    if not changed:
        return current
    for name, value in changed.items():
        setattr(current, name, value)
    current.revision += 1
    current.save(update_fields=[*changed, "revision"])
    return current


def _same(columns: Mapping[str, Any]) -> dict[str, Any]:
    """What makes an event the same as another one."""
    names = ("risk", "onset_at", "procedure", "course", "description")
    return {name: columns[name] for name in names}


def _columns(harm: Harm) -> dict[str, Any]:
    texts = {
        name: getattr(harm, name).strip()
        for name in ("description", "actions_taken", "reported_to")
    }
    return {item.name: getattr(harm, item.name) for item in fields(Harm)} | texts


def _harm_of(event: AdverseEvent, changed: Mapping[str, Any]) -> Harm:
    said = {item.name: getattr(event, item.name) for item in fields(Harm)}
    return Harm(**(said | dict(changed)))


def _changed(current: AdverseEvent, harm: Harm, revision: int) -> dict[str, Any]:
    """What the writer changed, seen from the revision they read. Raises `StaleEvent`."""
    wanted = _columns(harm)
    differs = {name: value for name, value in wanted.items() if getattr(current, name) != value}
    if revision == current.revision or not differs:
        return differs
    rows: Any = current
    seen = rows.versions.filter(revision=revision).order_by("pgh_id").last()
    if seen is None:
        raise _stale(current, differs, differs)
    # Somebody else changed the others; the writer left them as they had read them.
    mine = {name: value for name, value in differs.items() if _plain(seen, name) != _key(value)}
    clashes = {
        name: value for name, value in mine.items() if _plain(seen, name) != _plain(current, name)
    }
    if clashes:
        raise _stale(current, clashes, mine)
    return mine


def _stale(
    current: AdverseEvent, clashes: Mapping[str, Any], mine: Mapping[str, Any]
) -> StaleEvent:
    told = {
        name: {"yours": _told(value), "theirs": _told(getattr(current, name))}
        for name, value in clashes.items()
    }
    details = {"fields": told, "changed": list(mine), "revision": current.revision}
    return StaleEvent(details=details)


def _plain(row: Any, name: str) -> Any:
    """The value of a column, a foreign key by its id."""
    return getattr(row, f"{name}_id", None) if name in _KEYS else getattr(row, name)


_KEYS = frozenset({"risk", "procedure", "course"})


def _key(value: Any) -> Any:
    return getattr(value, "pk", value)


def _told(value: Any) -> Any:
    return value if isinstance(value, str | int | None) else str(value)


def _check(
    patient: Patient, harm: Harm, *, today: date, now: datetime, linked: int | None = None
) -> None:
    wrong: dict[str, str] = {}
    if harm.risk.section != Section.RISK:
        wrong["risk"] = "Choose one of the risks of the catalogue."
    if not harm.description.strip():
        wrong["description"] = "Say what happened."
    if (harm.grade == CtcaeGrade.DEATH) != (harm.outcome == EventOutcome.FATAL):
        wrong["outcome"] = "Grade 5 and a fatal outcome go together."
    wrong |= _wrong_links(patient, harm, linked)
    wrong |= _wrong_times(harm, today=today, now=now)
    if wrong:
        details = {"fields": {name: [sentence] for name, sentence in wrong.items()}}
        raise Invalid(next(iter(wrong.values())), details=details)


def _wrong_links(patient: Patient, harm: Harm, linked: int | None) -> dict[str, str]:
    """What was linked before it was withdrawn may stay as it is."""
    wrong = {}
    gone = harm.procedure is not None and harm.procedure.record_status in _GONE
    if gone and harm.procedure is not None and harm.procedure.pk != linked:
        wrong["procedure"] = "This procedure was withdrawn or replaced. Choose another one."
    if harm.procedure is not None and harm.procedure.patient_id != patient.pk:
        wrong["procedure"] = "This procedure is somebody else's."
    if harm.course is not None and harm.course.patient_id != patient.pk:
        wrong["course"] = "This course is somebody else's."
    return wrong


def _wrong_times(harm: Harm, *, today: date, now: datetime) -> dict[str, str]:
    wrong = {}
    if harm.onset_at > now + CLOCKS_DIFFER:
        wrong["onset_at"] = "This is in the future."
    elif sentence := _too_early(harm):
        wrong["onset_at"] = sentence
    for name in ("resolved_date", "reported_date"):
        day = getattr(harm, name)
        if day is not None and day > today:
            wrong[name] = "This day is in the future."
        elif day is not None and day < _day_of(harm.onset_at):
            wrong[name] = "This is before it began."
    if harm.resolved_date is not None and harm.outcome not in _OVER:
        wrong["resolved_date"] = "It has an end only when it is over."
    if harm.reported_date is not None and not harm.reported_to.strip():
        wrong["reported_to"] = "Say to whom it was reported."
    return wrong


def _too_early(harm: Harm) -> str:
    begun = harm.procedure.performed_at if harm.procedure else None
    if begun is not None and harm.onset_at < begun:
        return "This is before the procedure it is said to come from."
    first = harm.course.start_date if harm.course else None
    if first is not None and harm.onset_at.date() < first - timedelta(days=1):
        return "This is before the course it is said to come from."
    return ""


def _day_of(instant: datetime) -> date:
    """The day of an instant, or the day before: it differs from place to place."""
    return instant.date() - timedelta(days=1)
