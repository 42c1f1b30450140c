"""What an import did, in lines and in a table."""

from collections import Counter
from collections.abc import Iterator, Sequence

from patients.domain.tally import Outcome, Tally
from treatments.domain.fhir import BundleRefused, Refusal
from treatments.domain.fhir.bundle import IMPORTED

MOST_LINES = 20


class ImportReport:
    """Adds up bundle after bundle; keeps counts, never content."""

    def __init__(self) -> None:
        self.tally = Tally()
        self.others: Counter[str] = Counter()
        self.loaded = 0
        self.refused = 0

    def load(self, tally: Tally, census: Counter[str]) -> None:
        """Count a bundle that is in."""
        self.loaded += 1
        self.tally += tally
        self._count_others(census)

    def refuse(self, refused: BundleRefused) -> None:
        """Count a bundle that is not, with everything in it."""
        self.refused += 1
        for resource_type, count in refused.census.items():
            if resource_type in IMPORTED:
                self.tally[resource_type, Outcome.REFUSED] += count
        self._count_others(refused.census)

    @property
    def progress(self) -> str:
        """One short phrase."""
        refused = f", {self.refused} refused" if self.refused else ""
        return f"{self.loaded} bundles loaded{refused}"

    def table(self) -> Iterator[str]:
        """The counts, line by line."""
        yield f"{self.loaded} bundles loaded, {self.refused} refused."
        yield ""
        yield _row("", [outcome.value for outcome in Outcome])
        for resource_type in sorted(IMPORTED):
            counts = [self.tally[resource_type, outcome] for outcome in Outcome]
            yield _row(resource_type, [f"{count:,}" for count in counts])
        if self.others:
            yield ""
            yield "Counted, but not imported:"
            for resource_type, count in sorted(self.others.items()):
                yield _row(resource_type, [f"{count:,}"])

    def _count_others(self, census: Counter[str]) -> None:
        for resource_type, count in census.items():
            if resource_type not in IMPORTED:
                self.others[resource_type] += count


def lines_about(name: str, refusals: Sequence[Refusal], *, label: str) -> Iterator[str]:
    """A line for each: file, entry, fullUrl and reason; at most `MOST_LINES` of them."""
    for refusal in refusals[:MOST_LINES]:
        yield _printable(f"{label}: {name}: {_place(refusal)}{refusal.reason}")
    left = len(refusals) - MOST_LINES
    if left > 0:
        yield _printable(f"{label}: {name}: and {left} more.")


def _place(refusal: Refusal) -> str:
    place = refusal.place
    if place.entry is None:
        return ""
    return f"entry[{place.entry}]" + (f" ({place.full_url}): " if place.full_url else ": ")


def _row(name: str, cells: Sequence[str]) -> str:
    return f"{name:<22}" + "".join(f"{cell:>11}" for cell in cells)


def _printable(line: str) -> str:
    """Without what could steer a terminal: names and addresses come from outside."""
    return "".join(character if character.isprintable() else "?" for character in line)
