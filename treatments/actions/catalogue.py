"""Keeping the catalogue: what is shipped, and what a manager adds and retires."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from clinic.accounts.models import User
from clinic.shared.actions import action
from treatments.domain.catalogue import Entry, checked
from treatments.models import CatalogueEntry

_COLUMNS = ("section", "kind", "name", "name_es", "plain", "plain_es", "position", "details")


@dataclass(frozen=True)
class LoadedCatalogue:
    """How many entries are new, and how many say something else than before."""

    added: int
    changed: int


@action
def load_catalogue(*, entries: Iterable[Entry], by: User | None, now: datetime) -> LoadedCatalogue:
    """Make the shipped entries say what the files say; `by` is None for the machine's operator.

    An entry that a manager retired stays retired. An entry that left the files stays as it is,
    because a record may speak of it. Raises `CatalogueError`.
    """
    wanted = {entry.key: checked(entry) for entry in entries}
    present = CatalogueEntry.objects.in_bulk(list(wanted))
    new, changed = [], []
    for entry in wanted.values():
        row = present.get(entry.key)
        values = {name: getattr(entry, name) for name in _COLUMNS}
        if row is None:
            new.append(
                CatalogueEntry(key=entry.key, version=entry.version, is_shipped=True, **values)
            )
        elif any(getattr(row, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(row, name, value)
            row.version += 1
            changed.append(row)
    CatalogueEntry.objects.bulk_create(new)
    if changed:
        CatalogueEntry.objects.bulk_update(changed, [*_COLUMNS, "version"])
    return LoadedCatalogue(added=len(new), changed=len(changed))
