"""Saving which columns a board shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from clinic.accounts.guards import require
from clinic.accounts.models import User
from clinic.shared.actions import action
from clinic.shared.database import constraint_errors
from clinic.shared.errors import Conflict, Invalid
from scheduling.models import BoardColumn, BoardView, Resource, Site

COLUMNS_AT_MOST = 60


class NameTaken(Conflict):
    """Another view has this name."""

    code = "board_view_name_taken"
    default_sentence = "There is a view of this name already. Choose another name."


class KeyTaken(Conflict):
    """Another view is called up with this key."""

    code = "board_view_key_taken"
    default_sentence = "Another view has this function key already. Choose another key."


@dataclass(frozen=True)
class ViewWish:
    """How a view is to be: `columns` from left to right; shared, or for oneself alone."""

    name: str
    columns: Sequence[Resource]
    function_key: int | None = None
    is_shared: bool = True


@action
def save_board_view(
    *, site: Site, wish: ViewWish, view: BoardView | None = None, by: User, now: datetime
) -> BoardView:
    """Make a view of the site's board, or change one.

    Raises `Invalid` for columns that are not of this site, `NameTaken`, `KeyTaken`, `NotAllowed`.
    """
    require(by, "scheduling.view_board")
    ids = [column.pk for column in wish.columns]
    if not ids or len(ids) > COLUMNS_AT_MOST or len(set(ids)) != len(ids):
        raise Invalid(f"Choose 1 to {COLUMNS_AT_MOST} columns, each once.")
    if any(column.site_id != site.pk for column in wish.columns):
        raise Invalid("A view shows columns of one site.")
    _refuse_taken_key(site, wish, view, by)
    kept = view or BoardView(site=site)
    kept.name, kept.function_key = wish.name, wish.function_key
    kept.owner = None if wish.is_shared else by
    with constraint_errors(
        {"board_view_is_named_once": NameTaken, "board_view_has_its_own_key": KeyTaken}
    ):
        kept.save()
    kept.columns.all().delete()
    BoardColumn.objects.bulk_create(
        BoardColumn(view=kept, resource=column, position=position)
        for position, column in enumerate(wish.columns)
    )
    return kept


def _refuse_taken_key(site: Site, wish: ViewWish, view: BoardView | None, by: User) -> None:
    """One key calls up one view: of all that whoever may use this one can call up.

    Views that others keep for themselves do not count. Raises `KeyTaken`.
    """
    if wish.function_key is None:
        return
    same = BoardView.objects.filter(site=site, function_key=wish.function_key)
    if view is not None:
        same = same.exclude(pk=view.pk)
    # Locked by the site's row: two desks that choose one key at once queue up.
    Site.objects.select_for_update(no_key=True).get(pk=site.pk)
    seen = same.filter(Q(owner=by) | Q(owner__isnull=True)).first()
    if seen is not None and seen.name != wish.name:
        raise KeyTaken(
            f"“{seen.name}” has F{wish.function_key} already. Choose another key, or change it."
        )


@action
def delete_board_view(*, view: BoardView, by: User, now: datetime) -> None:
    """Forget a view. The columns themselves are untouched. Raises `NotAllowed`."""
    require(by, "scheduling.view_board")
    view.delete()
