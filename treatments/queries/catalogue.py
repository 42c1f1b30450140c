"""Reading the catalogue: what may be written down, and what a manager made of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from clinic.accounts.guards import require
from clinic.accounts.models import User, Viewer
from clinic.shared.errors import NotFound
from clinic.shared.paging import Pager
from treatments.domain.descriptions import label_of, said
from treatments.models import CatalogueEntry, Section

VIEW, MANAGE = "treatments.view_catalogue", "treatments.manage_catalogue"
HISTORY_LENGTH = 50
_DONE = {
    "add_entry": "Added",
    "load_catalogue": "Loaded",
    "change_entry": "Changed",
    "retire_entry": "Retired",
    "restore_entry": "Offered again",
}
_TOLD = ("name", "name_es", "plain", "plain_es", "kind", "details")


@dataclass(frozen=True)
class EntryChange:
    """A version of an entry: who wrote it, when, and what it says that the one before did not."""

    changed_at: datetime
    user: User | None
    action: str
    differences: list[tuple[str, str, str]]


def entries(
    viewer: Viewer,
    *,
    section: Section | None = None,
    text: str = "",
    retired: bool | None = None,
    page: Pager = list,
) -> Sequence[CatalogueEntry]:
    """Entries in the order of the catalogue. Raises `NotAllowed`.

    `text` is looked for in names, plain lines, keys and synonyms; `retired` None means both.
    """
    require(viewer, VIEW)
    rows = CatalogueEntry.objects.select_related("retired_by")
    if section:
        rows = rows.filter(section=section)
    if retired is not None:
        rows = rows.filter(retired_at__isnull=not retired)
    return page(_matching(rows, text))


def access_entry(viewer: Viewer, key: str) -> CatalogueEntry:
    """One entry, retired or not, with its codes. Raises `NotFound`, `NotAllowed`."""
    require(viewer, VIEW)
    rows = CatalogueEntry.objects.select_related("retired_by").prefetch_related("codes")
    entry = rows.filter(pk=key).first()
    if entry is None:
        raise NotFound
    return entry


def entry_history(viewer: Viewer, entry: CatalogueEntry) -> list[EntryChange]:
    """What became of an entry, newest first. Raises `NotAllowed`."""
    require(viewer, MANAGE)
    rows: Any = entry.versions.order_by("-pgh_created_at", "-pgh_id")  # type: ignore[attr-defined]
    rows = list(rows[: HISTORY_LENGTH + 1])
    ids = {(row.pgh_context or {}).get("user") for row in rows} - {None}
    users = User.objects.in_bulk(ids)
    return [
        EntryChange(
            changed_at=row.pgh_created_at,
            user=users.get((row.pgh_context or {}).get("user", 0)),
            action=_DONE.get(str((row.pgh_context or {}).get("action", "")).rsplit(".", 1)[-1], ""),
            differences=_differences(before, row) if before else [],
        )
        for row, before in zip(rows, [*rows[1:], None], strict=True)
    ][:HISTORY_LENGTH]


def choices(viewer: Viewer, section: Section) -> list[tuple[str, str]]:
    """Keys and names of what is offered in a section, for a form. Raises `NotAllowed`."""
    require(viewer, VIEW)
    rows = CatalogueEntry.objects.offered(section)
    return list(rows.values_list("key", "name"))


def _matching(rows: QuerySet[CatalogueEntry], text: str) -> QuerySet[CatalogueEntry]:
    for word in text.split()[:8]:
        rows = rows.filter(
            Q(name__icontains=word)
            | Q(name_es__icontains=word)
            | Q(plain__icontains=word)
            | Q(key__icontains=word)
            | Q(details__synonyms__icontains=word)
        )
    return rows


def _differences(before: Any, after: Any) -> list[tuple[str, str, str]]:
    found: list[tuple[str, str, str]] = []
    for name in _TOLD:
        old, new = getattr(before, name), getattr(after, name)
        if name == "details":
            keys = sorted({*old, *new})
            found += [
                (label_of(key), said(key, old.get(key)), said(key, new.get(key)))
                for key in keys
                if old.get(key) != new.get(key)
            ]
        elif old != new:
            found.append((label_of(name), said(name, old), said(name, new)))
    return found
