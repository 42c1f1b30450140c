"""The table that is printed at the end, and the machine it is about."""

import os
import platform
from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """One figure: ours, the raw one, and what was to be reached (`at_most` or at least)."""

    what: str
    ours: float
    unit: str
    raw: float | None = None
    target: float | None = None
    at_most: bool = True

    @property
    def ratio(self) -> float | None:
        """How many times as much as raw SQL we need: above 1 we are slower."""
        if not self.raw:
            return None
        return self.ours / self.raw if self.at_most else self.raw / self.ours

    @property
    def is_reached(self) -> bool | None:
        """Whether the target is met; None without one."""
        if self.target is None:
            return None
        return self.ours <= self.target if self.at_most else self.ours >= self.target

    def cells(self) -> list[str]:
        """The line as the table shows it."""
        sign = "≤" if self.at_most else "≥"
        return [
            self.what,
            _of(self.ours, self.unit),
            _of(self.raw, self.unit) if self.raw is not None else "–",
            f"{self.ratio:.1f}" if self.ratio else "–",
            f"{sign} {_number(self.target)} {self.unit}".strip()
            if self.target is not None
            else "–",
            {True: "yes", False: "NO", None: "–"}[self.is_reached],
        ]


HEAD = ["what", "ours", "raw SQL", "ratio", "target", "reached"]


def table(lines: list[Line]) -> str:
    """The lines as a table that is also Markdown."""
    rows = [HEAD, *(line.cells() for line in lines)]
    widths = [max(len(row[n]) for row in rows) for n in range(len(HEAD))]
    shown = ["| " + " | ".join(map(str.ljust, row, widths)) + " |" for row in rows]
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([shown[0], rule, *shown[1:]])


def machine() -> str:
    """Processor, cores, and how busy the machine was with other things."""
    with open("/proc/cpuinfo") as cpuinfo:
        models = [line.split(":")[1].strip() for line in cpuinfo if line.startswith("model name")]
    busy, model = os.getloadavg()[0], models[0] if models else platform.machine()
    return f"{os.cpu_count()} cores ({model}), load {busy:.1f}"


def _of(value: float, unit: str) -> str:
    return f"{_number(value)} {unit}".strip()


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.2f}"
