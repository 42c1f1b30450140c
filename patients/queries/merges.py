"""Two records that may be one person: what a merge would do, and what merges there were."""

from dataclasses import dataclass

from django.db.models import Model

from clinic.accounts.guards import require
from clinic.accounts.models import Viewer
from clinic.audit.reading import record_read
from clinic.shared.errors import NotFound
from patients.models import Patient, PatientMerge
from patients.models.belongings import belongings

LIST_LENGTH = 100


@dataclass(frozen=True)
class Belonging:
    """How many rows of one kind each of the two records has."""

    thing: str
    kept: int
    merged: int


def merge_preview(viewer: Viewer, kept: Patient, merged: Patient) -> list[Belonging]:
    """What would move, by kind; both come from a door. Raises `NotAllowed`."""
    require(viewer, "patients.merge")
    counts = [
        Belonging(_name(model), _count(model, column, kept), _count(model, column, merged))
        for model, column in belongings()
        if model is not PatientMerge
    ]
    return [row for row in counts if row.kept or row.merged]


def merges(viewer: Viewer) -> list[PatientMerge]:
    """The merges there were, newest first. Raises `NotAllowed`."""
    require(viewer, "patients.merge")
    found = list(
        PatientMerge.objects.select_related("kept", "merged", "merged_by", "undone_by")[
            :LIST_LENGTH
        ]
    )
    record_read(
        viewer, "merges", {pk for merge in found for pk in (merge.kept_id, merge.merged_id)}
    )
    return found


def access_merge(viewer: Viewer, merge_id: int) -> PatientMerge:
    """One of them. Raises `NotFound`, `NotAllowed`."""
    require(viewer, "patients.merge")
    merge = PatientMerge.objects.select_related("kept", "merged").filter(pk=merge_id).first()
    if merge is None:
        raise NotFound
    record_read(viewer, "merge", [merge.kept_id, merge.merged_id])
    return merge


def _name(model: type[Model]) -> str:
    return str(model._meta.verbose_name_plural)


def _count(model: type[Model], column: str, patient: Patient) -> int:
    return model._default_manager.filter(**{column: patient}).count()
