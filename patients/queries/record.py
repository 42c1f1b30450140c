"""Everything the clinic holds about one person, in whatever app it is kept."""

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Field, Model

from clinic.accounts.guards import require
from clinic.accounts.models import Viewer
from clinic.audit.models import ReadEvent, ReadKind
from clinic.audit.reading import record_read
from clinic.messaging.models import Message
from clinic.shared.errors import NotFound
from patients.models import Patient
from patients.models.belongings import belongings

# Ours, and of no meaning to anybody else.
_LEFT_OUT = {"search_name", "digits"}


@dataclass(frozen=True)
class Section:
    """One table's rows about the person: the columns' names, and a dictionary a row."""

    title: str
    columns: list[str]
    rows: list[dict[str, Any]]


@dataclass(frozen=True)
class WholeRecord:
    """A person, and everything that belongs to them. `taken_at` is when it was read."""

    patient: Patient
    taken_at: datetime
    sections: list[Section]


def whole_record(viewer: Viewer, patient_id: UUID, *, now: datetime, kind: ReadKind) -> WholeRecord:
    """Everything about a person, for handing it to them. Raises `NotFound`, `NotAllowed`."""
    require(viewer, "patients.export_record")
    patient = Patient.objects.filter(pk=patient_id).first()
    if patient is None:
        raise NotFound
    record_read(viewer, "whole record", [patient.pk], kind=kind)
    ids = Patient.objects.ids_of(patient.pk)
    messages = Message.objects.filter(patient_id__in=ids).order_by("id")
    sections = [
        _section(Patient, [patient]),
        *_belongings_of(patient),
        _section(Message, list(messages)),
        _reads_of(ids),
    ]
    if kind == ReadKind.PRINT:
        sections = [_without_files(section) for section in sections]
    return WholeRecord(patient, now, _by_title(sections))


def _by_title(sections: list[Section]) -> list[Section]:
    """One section a title, without empty ones: a merge names a person in two columns."""
    together: dict[str, Section] = {}
    for section in sections:
        first = together.setdefault(section.title, section)
        if first is not section:
            first.rows.extend(row for row in section.rows if row not in first.rows)
    return [section for section in together.values() if section.rows]


def _without_files(section: Section) -> Section:
    """For paper: a scanned file is printed from itself."""
    return Section(section.title, [c for c in section.columns if c != "content"], section.rows)


def _belongings_of(patient: Patient) -> Iterator[Section]:
    """Tables with a key to the person, and those with a key to such a row (events of visits)."""
    for model, column in sorted(belongings(), key=lambda pair: pair[0]._meta.label):
        rows = list(model._default_manager.filter(**{column: patient}).order_by("pk"))
        yield _section(model, rows)
        for relation in model._meta.related_objects:
            child: Any = relation.related_model
            if rows and not hasattr(child, "pgh_tracked_model"):
                found = child._default_manager.filter(**{f"{relation.field.name}__in": rows})
                yield _section(child, list(found.order_by("pk")))


def _reads_of(patient_ids: list[UUID]) -> Section:
    """Who looked; without the other people whom the same look may have shown."""
    events = ReadEvent.objects.about(patient_ids).order_by("id")
    section = _section(ReadEvent, list(events))
    columns = [name for name in section.columns if name != "patient_ids"]
    rows = [{name: row[name] for name in columns} for row in section.rows]
    return Section(section.title, columns, rows)


def _section(model: type[Model], rows: list[Any]) -> Section:
    fields = [f for f in model._meta.fields if f.name not in _LEFT_OUT]
    title = str(model._meta.verbose_name_plural).capitalize()
    columns = [field.name for field in fields]
    return Section(title, columns, [{f.name: _value(f, row) for f in fields} for row in rows])


def _value(field: "Field[Any, Any]", row: Any) -> Any:
    """As it is stored; a range as its two ends, a file in Base64."""
    value = getattr(row, field.attname)
    if isinstance(value, bytes | memoryview):
        return b64encode(value).decode()
    if hasattr(value, "lower") and hasattr(value, "upper") and not isinstance(value, str):
        return [value.lower, value.upper]
    return value
