"""Joining two records of one person, and taking that back.

What belongs to a person is found by its foreign key to `Patient`, in every app there is: a table
that is added tomorrow is merged as well.
"""

from datetime import datetime
from typing import Any

import psycopg
from django.apps import apps
from django.db import IntegrityError, models, transaction

from clinic.accounts.guards import require
from clinic.accounts.models import User
from clinic.shared.actions import action
from clinic.shared.database import violated_constraint
from clinic.shared.errors import Conflict, Invalid
from patients.models import MergedRow, Patient, PatientMerge
from patients.models.belongings import belongings


class CannotMerge(Conflict):
    """The two records contradict each other."""

    code = "cannot_merge"


class CannotUndo(Conflict):
    """What was merged has been merged on, or was taken back already."""

    code = "cannot_undo"


@action
def merge_patients(
    *, kept: Patient, merged: Patient, reason: str, by: User, now: datetime
) -> PatientMerge:
    """Move everything of `merged` to `kept`; the empty record stays, and leads to the other.

    Names, birth date and the like stay what they are on each record: nothing is guessed. A row
    that `kept` has as well (the same phone number) stays where it is. Raises `Invalid`,
    `CannotMerge` if both have a visit at the same time, `NotAllowed`.
    """
    require(by, "patients.merge")
    if kept.pk == merged.pk:
        raise Invalid("These are not two records but one.")
    if not reason.strip():
        raise Invalid("Say how you know that this is one person.")
    both = Patient.objects.select_for_update(no_key=True).order_by("pk")
    locked = {person.pk: person for person in both.filter(pk__in=[kept.pk, merged.pk])}
    if any(person.replaced_by_id for person in locked.values()):
        raise CannotMerge("One of the two was joined into another record in the meantime.")
    merge = PatientMerge.objects.create(
        kept=kept, merged=merged, reason=reason.strip(), merged_at=now, merged_by=by
    )
    for model, column in belongings():
        if model is PatientMerge:
            continue
        _note(merge, model, column, _move(model, column, merged, kept))
    Patient.objects.filter(pk=merged.pk).update(replaced_by=kept)
    return merge


@action
def undo_merge(*, merge: PatientMerge, by: User, now: datetime) -> None:
    """Give each row back to the record it came from, if it is still with the other one.

    What was written since stays with the kept record. Raises `CannotUndo`, `NotAllowed`.
    """
    require(by, "patients.merge")
    # People first and by id, as in a merge: of two at once, the second sees what the first did.
    people = Patient.objects.select_for_update(no_key=True).order_by("pk")
    locked = {
        person.pk: person for person in people.filter(pk__in=[merge.kept_id, merge.merged_id])
    }
    current = PatientMerge.objects.select_for_update().get(pk=merge.pk)
    if current.undone_at:
        raise CannotUndo("This merge was taken back already.")
    if locked[current.kept_id].replaced_by_id:
        raise CannotUndo("The kept record was itself merged. Take that back first.")
    Patient.objects.filter(pk=current.merged_id).update(replaced_by=None)
    tables: dict[tuple[str, str], list[str]] = {}
    for row in current.rows.all():
        tables.setdefault((row.table, row.column), []).append(row.row_pk)
    for (table, column), pks in tables.items():
        rows = apps.get_model(table)._default_manager.filter(pk__in=pks)
        rows.filter(**{column: current.kept_id}).update(**{column: current.merged_id})
    current.undone_at, current.undone_by = now, by
    current.save(update_fields=["undone_at", "undone_by"])


def _move(model: type[models.Model], column: str, merged: Patient, kept: Patient) -> list[Any]:
    """Move a table's rows; the keys of those that moved.

    All at once, or one by one if the kept record has the like of some of them.
    """
    pks = list(model._default_manager.filter(**{column: merged}).values_list("pk", flat=True))
    if pks and _moved(model, column, pks, kept):
        return pks
    return [pk for pk in pks if _moved(model, column, [pk], kept)]


def _moved(model: type[models.Model], column: str, pks: list[Any], kept: Patient) -> bool:
    """Whether these rows could be moved together; False if the kept record has their like."""
    try:
        with transaction.atomic():
            model._default_manager.filter(pk__in=pks).update(**{column: kept})
    except IntegrityError as error:
        if violated_constraint(error) == "patient_is_in_one_place":
            sentence = "Both have a visit at the same time. Cancel or move one of them first."
            raise CannotMerge(sentence) from error
        if not isinstance(error.__cause__, psycopg.errors.UniqueViolation):
            raise
        return False
    return True


def _note(merge: PatientMerge, model: type[models.Model], column: str, pks: list[Any]) -> None:
    MergedRow.objects.bulk_create(
        MergedRow(merge=merge, table=model._meta.label_lower, column=column, row_pk=str(pk))
        for pk in pks
    )
