"""Procedures as a clinician usually does them."""

from datetime import datetime

from clinic.accounts.models import User
from clinic.shared.actions import action
from clinic.shared.database import constraint_errors
from clinic.shared.errors import Conflict, Invalid
from treatments.models import Procedure, ProcedureFavorite
from treatments.models.procedure_content import content_of, habits_of

LONGEST_NAME = 80


class NameTaken(Conflict):
    """Two favourites of one name cannot be told apart."""

    code = "name_taken"
    default_sentence = "You have a favourite of this name already."


_MEANINGS = {"favorite_name_is_used_once": NameTaken}


@action
def keep_favorite(*, procedure: Procedure, name: str, by: User, now: datetime) -> ProcedureFavorite:
    """Keep how a procedure was done, without anything about the person.

    Raises `Invalid`, `NameTaken`.
    """
    if procedure.treatment is None:
        raise Invalid("What was done elsewhere is nobody's favourite here.")
    with constraint_errors(_MEANINGS):
        return ProcedureFavorite.objects.create(
            clinician=by,
            treatment=procedure.treatment,
            name=_named(name),
            values=habits_of(content_of(procedure)),
        )


@action
def rename_favorite(
    *, favorite: ProcedureFavorite, name: str, by: User, now: datetime
) -> ProcedureFavorite:
    """Another name. Raises `Invalid`, `NameTaken`."""
    favorite.name = _named(name)
    with constraint_errors(_MEANINGS):
        favorite.save(update_fields=["name"])
    return favorite


@action
def drop_favorite(*, favorite: ProcedureFavorite, by: User, now: datetime) -> None:
    """Take it off the list; what was recorded from it stays."""
    favorite.delete()


def _named(name: str) -> str:
    clean = " ".join(name.split())
    if not clean or len(clean) > LONGEST_NAME:
        raise Invalid(f"A name has 1 to {LONGEST_NAME} characters.")
    return clean
