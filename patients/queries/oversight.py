"""Who read and who changed what about whom: for the privacy officer, and for the person."""

import heapq
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pghistory.models
from django.apps import apps
from django.db.models import Model

from clinic.accounts.guards import require
from clinic.accounts.models import User, Viewer
from clinic.audit.models import ReadEvent, ReadEventQuerySet, ReadKind
from clinic.audit.reading import record_read
from clinic.shared.errors import NotFound
from patients.models import Patient

OWN_LENGTH = 200
CHANGES_LENGTH = 300


@dataclass(frozen=True)
class ReadFilter:
    """What is looked for in the read log; what is empty does not matter."""

    patient_id: UUID | None = None
    user: str = ""
    role: str = ""
    kind: str = ""
    what: str = ""
    purpose: str = ""
    reason: str = ""
    ip: str = ""
    address: str = ""
    request_id: str = ""
    begin: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True)
class Read:
    """A row of the read log with the names of the people it is about."""

    event: ReadEvent
    people: list[Patient]


@dataclass(frozen=True)
class Change:
    """One version of one row: what happened to it, when, and by whom."""

    changed_at: datetime
    thing: str
    label: str
    user: User | None
    action: str
    request_id: str
    ip: str
    values: dict[str, Any]


def reads(viewer: Viewer, wanted: ReadFilter) -> ReadEventQuerySet:
    """The read log, newest first, as far as it matches. Raises `NotAllowed`."""
    require(viewer, "audit.view")
    found: ReadEventQuerySet = ReadEvent.objects.select_related("user")
    if wanted.patient_id:
        found = found.about(Patient.objects.ids_of(wanted.patient_id))
    for name in ("role", "kind", "purpose", "request_id"):
        if getattr(wanted, name):
            found = found.filter(**{name: getattr(wanted, name)})
    for name in ("what", "reason", "address"):
        if getattr(wanted, name):
            found = found.filter(**{f"{name}__icontains": getattr(wanted, name)})
    if wanted.user:
        found = found.filter(user__name__icontains=wanted.user) | found.filter(
            user__email__icontains=wanted.user
        )
    if wanted.ip:
        found = found.filter(ip=wanted.ip)
    return found.between(wanted.begin, wanted.end).order_by("-occurred_at", "-id")


def with_people(viewer: Viewer, events: list[ReadEvent]) -> list[Read]:
    """The same rows with the people in them. That is a look at these people as well."""
    require(viewer, "audit.view")
    ids = {patient_id for event in events for patient_id in event.patient_ids}
    people = Patient.objects.in_bulk(list(ids))
    record_read(viewer, "read log", people, kind=ReadKind.LIST)
    return [
        Read(event, [people[pk] for pk in event.patient_ids if pk in people]) for event in events
    ]


def note_export(viewer: Viewer, what: str, patient_ids: Iterator[UUID]) -> None:
    """Write down that a file with these people was handed out. Raises `NotAllowed`."""
    require(viewer, "audit.view")
    record_read(viewer, what, patient_ids, kind=ReadKind.EXPORT)


def changes(viewer: Viewer, patient_id: UUID) -> list[Change]:
    """What was written about a person, in every app, newest first. Raises `NotFound`, `NotAllowed`.

    Read from the versions that the database keeps, so it includes what no action wrote.
    """
    require(viewer, "audit.view")
    if not Patient.objects.filter(pk=patient_id).exists():
        raise NotFound
    record_read(viewer, "change log", [patient_id])
    versions = _versions(Patient.objects.ids_of(patient_id))
    newest = heapq.nlargest(CHANGES_LENGTH, versions, key=lambda row: row[1].pgh_created_at)
    users = User.objects.in_bulk(
        {(row.pgh_context or {}).get("user") for _, row in newest} - {None}
    )
    return [_change(model, row, users) for model, row in newest]


def viewers_of_own_record(viewer: Viewer, patient: Patient, *, now: datetime) -> list[ReadEvent]:
    """Who looked at this record in the last year, newest first; not the person themself.

    `patient` is one of the viewer's own. Raises `NotAllowed`.
    """
    user = require(viewer, "patients.view_own")
    record_read(viewer, "who viewed the record", [patient.pk])
    seen = ReadEvent.objects.about(Patient.objects.ids_of(patient.pk))
    seen = seen.between(now - timedelta(days=366), None)
    return list(
        seen.exclude(user=user).select_related("user").order_by("-occurred_at", "-id")[:OWN_LENGTH]
    )


def _versions(patient_ids: list[UUID]) -> Iterator[tuple[type[Model], Any]]:
    for model in apps.get_models():
        if not issubclass(model, pghistory.models.Event) or model._meta.proxy:
            continue
        tracked: Any = getattr(model, "pgh_tracked_model", None)
        column = _key_to_a_person(tracked)
        if column:
            rows = model._default_manager.filter(**{f"{column}__in": patient_ids})
            for row in rows.order_by("-pgh_created_at", "-pgh_id")[:CHANGES_LENGTH]:
                yield tracked, row


def _key_to_a_person(model: type[Model] | None) -> str:
    if model is Patient:
        return "pgh_obj_id"
    for field in model._meta.fields if model else ():
        if field.related_model is Patient:
            return str(field.attname)
    return ""


def _change(model: type[Model], row: Any, users: Mapping[int, User]) -> Change:
    context = row.pgh_context or {}
    values = {
        field.name: getattr(row, field.attname)
        for field in row._meta.fields
        if not field.name.startswith("pgh_") and getattr(row, field.attname) not in (None, "")
    }
    return Change(
        changed_at=row.pgh_created_at,
        thing=str(model._meta.verbose_name),
        label=row.pgh_label,
        user=users.get(context.get("user", 0)),
        action=str(context.get("action", "")).rsplit(".", 1)[-1],
        request_id=context.get("request", ""),
        ip=context.get("ip") or "",
        values=values,
    )
