"""Every version of a row that is about a person, kept by the database itself.

Triggers write the versions (django-pghistory), so that bulk updates and plain SQL leave them too.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import pghistory
import pgtrigger
from django.apps import apps

M = TypeVar("M", bound=type[Any])


def keep_history(*, without: Sequence[str] = ()) -> Callable[[M], M]:
    """A class decorator: each insert, update and delete of a row leaves a row that stays.

    `without` names columns that are computed or that change without meaning anything. The versions
    carry who acted, in which action and request (`clinic.shared.origin`).
    """

    def decorate(model: M) -> M:
        tracked: M = pghistory.track(
            pghistory.InsertEvent(),
            pghistory.UpdateEvent(condition=pgtrigger.AnyChange(exclude=list(without))),
            pghistory.DeleteEvent(),
            exclude=list(without) or None,
            obj_field=pghistory.ObjForeignKey(related_name="versions"),
            append_only=True,
            model_name=f"{model.__name__}Version",
            meta={"app_label": model._meta.app_label},
        )(model)
        _index_what_is_asked(model)
        return tracked

    return decorate


def _index_what_is_asked(model: type[Any]) -> None:
    """Versions are looked for by their row and by their person (`patients.queries.oversight`).

    The library gives each foreign key of a version an index; every write of a row would pay for it.
    """
    versions: Any = apps.get_registered_model(model._meta.app_label, f"{model.__name__}Version")
    for field in versions._meta.local_fields:
        if field.is_relation and field.name != "pgh_obj" and not _is_a_person(field):
            field.db_index = False


def _is_a_person(key: Any) -> bool:
    # A model, or its name as long as it is not loaded.
    target = key.remote_field.model
    return str(getattr(target, "_meta", target)).lower() == "patients.patient"


def never_deleted() -> pgtrigger.Trigger:
    """A trigger for `Meta.triggers`: no path deletes such a row."""
    return pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)


def never_changed(*, but: Sequence[str] = ()) -> pgtrigger.Trigger:
    """A trigger for `Meta.triggers`: what is written stays written, except for the columns `but`.

    A correction is a new row.
    """
    condition = pgtrigger.AnyChange(exclude=list(but)) if but else None
    return pgtrigger.Protect(name="never_changed", operation=pgtrigger.Update, condition=condition)
