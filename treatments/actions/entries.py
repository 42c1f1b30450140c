"""What a manager does with the catalogue: adds entries, changes their own, retires any."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from django.utils.text import slugify

from clinic.accounts.guards import require
from clinic.accounts.models import User
from clinic.shared.actions import action
from clinic.shared.database import constraint_errors
from clinic.shared.errors import Conflict, Invalid
from treatments.domain.catalogue import CatalogueError, Entry, checked, missing_references
from treatments.models import CatalogueEntry, Section

PERMISSION = "treatments.manage_catalogue"
LONGEST_KEY = 60
# "new" is the address of the form for another one.
_RESERVED = {"new"}


class EntryNameTaken(Conflict):
    """Two entries of a section cannot have one name."""

    code = "entry_name_taken"
    title = "This name is taken"
    default_sentence = "There is an entry with this name already. It may be retired: bring it back."


class EntryIsShipped(Conflict):
    """What is shipped follows the files it is shipped in."""

    code = "entry_is_shipped"
    title = "This entry is shipped with Dorsa"
    default_sentence = (
        "This entry is shipped with Dorsa, and the next update would write over the change. "
        "Retire it, and add one of your own instead."
    )


class EntryChanged(Conflict):
    """Somebody changed the entry after the form was opened."""

    code = "entry_changed"
    title = "Changed meanwhile"
    default_sentence = "Somebody changed this entry meanwhile. Look at it, then save again."


@dataclass(frozen=True)
class EntryWords:
    """What people read of an entry, and its `details` as `treatments.domain.details` knows them."""

    kind: str
    name: str
    plain: str
    name_es: str = ""
    plain_es: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)


@action
def add_entry(*, section: Section, words: EntryWords, by: User, now: datetime) -> CatalogueEntry:
    """An entry of the clinic's own; its key is made from its name and never changes.

    Raises `EntryNameTaken`, `Invalid`, `NotAllowed`.
    """
    require(by, PERMISSION)
    entry = CatalogueEntry(key=_key_for(words.name), section=section)
    return _save(entry, words)


@action
def change_entry(
    *, entry: CatalogueEntry, words: EntryWords, version: int | None, by: User, now: datetime
) -> CatalogueEntry:
    """Say something else with an entry of the clinic's own; what was written with it stays.

    `version` is the one that was read. Raises `EntryIsShipped`, `EntryChanged`, `EntryNameTaken`,
    `Invalid`, `NotAllowed`.
    """
    require(by, PERMISSION)
    row = _locked(entry)
    if row.is_shipped:
        raise EntryIsShipped
    if version is not None and version != row.version:
        raise EntryChanged
    if words.details.get("form") != row.details.get("form"):
        raise Invalid("The kind of course stays as it is; courses were written with it.")
    row.version += 1
    return _save(row, words)


@action
def retire_entry(*, entry: CatalogueEntry, by: User, now: datetime) -> CatalogueEntry:
    """Offer it no more; what was written with it stays. Raises `NotAllowed`."""
    require(by, PERMISSION)
    row = _locked(entry)
    if row.retired_at is None:
        row.retired_at, row.retired_by = now, by
        row.save(update_fields=["retired_at", "retired_by"])
    return row


@action
def restore_entry(*, entry: CatalogueEntry, by: User, now: datetime) -> CatalogueEntry:
    """Offer it again. Raises `NotAllowed`."""
    require(by, PERMISSION)
    row = _locked(entry)
    if row.retired_at is not None:
        row.retired_at = row.retired_by = None
        row.save(update_fields=["retired_at", "retired_by"])
    return row


def _locked(entry: CatalogueEntry) -> CatalogueEntry:
    return CatalogueEntry.objects.select_for_update(of=("self",)).get(pk=entry.pk)


def _key_for(name: str) -> str:
    stem = slugify(name)[: LONGEST_KEY - 4].strip("-") or "entry"
    taken = {
        *_RESERVED,
        *CatalogueEntry.objects.filter(key__startswith=stem).values_list("key", flat=True),
    }
    key, number = stem, 2
    while key in taken:
        key, number = f"{stem}-{number}", number + 1
    return key


def _save(row: CatalogueEntry, words: EntryWords) -> CatalogueEntry:
    values = {name: text for name, text in asdict(words).items() if name != "details"}
    details = dict(words.details)
    try:
        wanted = checked(Entry(key=row.key, section=row.section, details=details, **values))
    except CatalogueError as error:
        raise Invalid(str(error).removeprefix(f"{row.key}: ")) from error
    if complaints := missing_references(wanted, _others()):
        raise Invalid(complaints[0])
    for name, value in values.items():
        setattr(row, name, value.strip())
    row.details = details
    with constraint_errors({"catalogue_name_is_used_once": EntryNameTaken}):
        row.save()
    return row


def _others() -> list[Entry]:
    """What is in the catalogue, as far as an entry may name it; retired entries count too."""
    rows = CatalogueEntry.objects.filter(
        section__in=[Section.RISK, Section.DRUG, Section.TREATMENT]
    )
    return [
        Entry(
            key=row.key,
            section=row.section,
            kind=row.kind,
            name=row.name,
            plain=row.plain,
            details=row.details,
        )
        for row in rows
    ]
