"""Loading codes: the diagnoses everybody may use, and what a clinic is licensed to use."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from clinic.accounts.models import User
from clinic.shared.actions import action
from clinic.shared.errors import Invalid
from treatments.domain.diagnosis_codes import Code
from treatments.domain.licensed_codes import CodeLine, check_lines
from treatments.models import CatalogueCode, CatalogueEntry, DiagnosisCode

_AT_ONCE = 5000


@dataclass(frozen=True)
class LoadedCodes:
    """How many rows are new, say something else than before, are gone, and stayed."""

    added: int
    changed: int
    removed: int
    unchanged: int


@action
def load_diagnosis_codes(
    *, codes: Callable[[], Iterable[Code]], by: User | None, now: datetime
) -> LoadedCodes:
    """Make the table say what an edition says; `by` is None for the machine's operator.

    `codes` gives them parents first, and again if the transaction has to be tried again. A code
    that left the edition stays, because a record may speak of it, but can no longer be chosen;
    those are counted as removed. Raises `Invalid` for an empty edition.
    """
    known = set(DiagnosisCode.objects.values_list("code", flat=True))
    added = changed = unchanged = 0
    for batch in _batches(codes()):
        present = DiagnosisCode.objects.in_bulk([c.code for c in batch if c.code in known])
        rows = [_row(code) for code in batch]
        new = [row for row in rows if row.code not in present]
        other = [
            row for row in rows if row.code in present and _says(row) != _says(present[row.code])
        ]
        DiagnosisCode.objects.bulk_create(new)
        DiagnosisCode.objects.bulk_update(other, ["name", "is_billable", "parent"], batch_size=500)
        known -= {code.code for code in batch}
        added, changed = added + len(new), changed + len(other)
        unchanged += len(batch) - len(new) - len(other)
    if not added + changed + unchanged:
        raise Invalid("This edition has no codes. Nothing was changed.")
    gone = DiagnosisCode.objects.filter(code__in=known, is_billable=True)
    return LoadedCodes(added, changed, gone.update(is_billable=False), unchanged)


@action
def load_codes(*, lines: Sequence[CodeLine], by: User | None, now: datetime) -> LoadedCodes:
    """Attach a clinic's codes to entries, all lines or none.

    The lines are everything there is of the code systems they name: codes of those systems that are
    not among them are taken off. Raises `CodesRefused`.
    """
    wanted = {line.identity: line for line in lines}
    keys = {line.entry for line in wanted.values()}
    entries = CatalogueEntry.objects.filter(pk__in=keys)
    check_lines(wanted.values(), dict(entries.values_list("pk", "details")))
    systems = {line.system for line in wanted.values()}
    present = {_identity(row): row for row in CatalogueCode.objects.filter(system__in=systems)}
    gone = [row.pk for identity, row in present.items() if identity not in wanted]
    CatalogueCode.objects.filter(pk__in=gone).delete()
    new = [_attached(line) for identity, line in wanted.items() if identity not in present]
    CatalogueCode.objects.bulk_create(new, batch_size=1000)
    changed = []
    for identity, row in present.items():
        if identity in wanted and row.display != wanted[identity].display:
            row.display = wanted[identity].display
            changed.append(row)
    CatalogueCode.objects.bulk_update(changed, ["display"], batch_size=1000)
    kept = len(wanted) - len(new) - len(changed)
    return LoadedCodes(len(new), len(changed), len(gone), kept)


def _batches(codes: Iterable[Code]) -> Iterator[list[Code]]:
    rest = iter(codes)
    while batch := list(islice(rest, _AT_ONCE)):
        yield batch


def _row(code: Code) -> DiagnosisCode:
    return DiagnosisCode(
        code=code.code,
        name=code.name,
        is_billable=code.is_billable,
        parent_id=code.parent or None,
    )


def _says(row: DiagnosisCode) -> tuple[str, bool, str | None]:
    return row.name, row.is_billable, row.parent_id


def _identity(row: CatalogueCode) -> tuple[object, ...]:
    return (row.entry_id, row.system, row.code, tuple(sorted(row.condition.items())))


def _attached(line: CodeLine) -> CatalogueCode:
    return CatalogueCode(
        entry_id=line.entry,
        system=line.system,
        code=line.code,
        display=line.display,
        condition=dict(line.condition),
    )
