"""Warnings that only say that something is not recorded: one line for all of them.

Each rule's finding stays on record by itself. Where somebody reads a list before the day, five
rules that wait for the same two facts are one sentence with one answer; when the procedure is
written down each is told by itself again.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any, Protocol, TypeVar

from treatments.domain.rules.finding import Severity


class Told(Protocol):
    """A finding, just found or on record."""

    @property
    def severity(self) -> str:
        """A word of `Severity`."""
        ...

    @property
    def missing(self) -> Sequence[str]:
        """What is not known."""
        ...

    @property
    def evidence(self) -> Sequence[Any]:
        """The rows that speak for it."""
        ...


def is_waiting(finding: Told) -> bool:
    """Whether it warns of nothing on record, but only of what is not recorded."""
    return finding.severity == Severity.WARN and bool(finding.missing) and not finding.evidence


Found = TypeVar("Found")


def gathered(
    found: Iterable[Found],
    *,
    of: Callable[[Found], Told],
    about: Callable[[Found], Hashable],
    alike: Callable[[Found], Hashable] | None = None,
) -> list[list[Found]]:
    """The same in the same order; those that wait and are `about` one thing are one, at the first.

    So are others that are `alike`, if that is told. `of` tells the finding of each.
    """
    lines: dict[Hashable, list[Found]] = {}
    for number, one in enumerate(found):
        thing: Hashable = ("alone", number)
        if is_waiting(of(one)):
            thing = ("waits", about(one))
        elif alike is not None:
            thing = ("alike", alike(one))
        lines.setdefault(thing, []).append(one)
    return list(lines.values())


def not_recorded(found: Sequence[Told]) -> str:
    """What is not recorded, each fact once, and how many rules wait for it."""
    facts = ", ".join(dict.fromkeys(word for finding in found for word in finding.missing))
    return f"Not recorded: {facts} ({len(found)} rules wait for it)."
