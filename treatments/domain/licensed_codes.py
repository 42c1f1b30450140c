"""A clinic's file of procedure codes: which code it uses for which entry, and when.

A line names an entry of the catalogue, a code system and a code; the columns `region`, `approach`
and `purpose` narrow it down to some procedures. Nothing of the kind is shipped.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

NEEDED = ("entry", "system", "code")
# The column, and where an entry says which values it knows.
CONDITIONS: Mapping[str, str] = {
    "region": "regions",
    "approach": "approaches",
    "purpose": "purposes",
}
COLUMNS = (*NEEDED, "display", *CONDITIONS)
LONGEST = 300


class CodesRefused(ValueError):
    """A file of codes that cannot be used; `complaints` has a sentence for each line."""

    def __init__(self, complaints: Sequence[str]) -> None:
        self.complaints = list(complaints)
        super().__init__("\n".join(self.complaints))


@dataclass(frozen=True)
class CodeLine:
    """One line of the file; `condition` holds those conditions that are not empty."""

    line: int
    entry: str
    system: str
    code: str
    display: str = ""
    condition: Mapping[str, str] = field(default_factory=dict)

    @property
    def identity(self) -> tuple[Any, ...]:
        """What must be there once."""
        return (self.entry, self.system, self.code, tuple(sorted(self.condition.items())))


def read_lines(rows: Iterable[tuple[int, Mapping[str | None, Any]]]) -> list[CodeLine]:
    """The lines of a file from its rows with their numbers. Raises `CodesRefused` with all faults.

    A row under the key None has more columns than the heading.
    """
    lines: list[CodeLine] = []
    complaints: list[str] = []
    for number, row in rows:
        if None in row:
            complaints.append(f"Line {number}: there are more values than columns.")
            continue
        values = {str(name): (text or "").strip() for name, text in row.items()}
        faults = _faults(values)
        complaints += [f"Line {number}: {fault}" for fault in faults]
        if not faults:
            condition = {name: values[name] for name in CONDITIONS if values.get(name)}
            own = {name: values.get(name, "") for name in (*NEEDED, "display")}
            lines.append(CodeLine(line=number, condition=condition, **own))
    complaints += _twice(lines)
    if complaints:
        raise CodesRefused(complaints)
    return lines


def check_lines(lines: Iterable[CodeLine], entries: Mapping[str, Mapping[str, Any]]) -> None:
    """See that each line fits its entry; `entries` are details by key. Raises `CodesRefused`."""
    complaints = []
    for line in lines:
        if line.entry not in entries:
            complaints.append(f"Line {line.line}: the catalogue has no entry “{line.entry}”.")
            continue
        for name, value in line.condition.items():
            known = entries[line.entry].get(CONDITIONS[name]) or ()
            if value not in known:
                words = ", ".join(known) or "none"
                complaints.append(
                    f"Line {line.line}: {line.entry} has no {name} “{value}” (it has: {words})."
                )
    if complaints:
        raise CodesRefused(complaints)


def _faults(values: Mapping[str, str]) -> list[str]:
    faults = [f"{name} is missing." for name in NEEDED if not values.get(name)]
    for name, text in values.items():
        if len(text) > LONGEST:
            faults.append(f"{name} is longer than {LONGEST} signs.")
        if any(not sign.isprintable() for sign in text):
            faults.append(f"{name} has signs that cannot be printed.")
    return faults


def _twice(lines: Iterable[CodeLine]) -> list[str]:
    seen: dict[tuple[Any, ...], int] = {}
    complaints = []
    for line in lines:
        first = seen.setdefault(line.identity, line.line)
        if first != line.line:
            complaints.append(f"Line {line.line}: the same as line {first}.")
    return complaints
