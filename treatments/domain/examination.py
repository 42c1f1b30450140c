"""The examination of a consultation: which tables it has, and what may stand in each cell.

What is kept is nested: `{table: {row: {column: value}}}`; what was not examined is absent. The
form, the API and the difference of two versions name a cell `exam-table-row-column`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SIDES = (("left", "Left"), ("right", "Right"))
TEXT_AT_MOST = 20_000


class Nonsense(ValueError):
    """A value that cannot be meant; the text is a sentence for the person."""


@dataclass(frozen=True)
class Number:
    """A whole number from `low` to `high`, in `unit`."""

    low: int
    high: int
    unit: str = ""

    def read(self, text: str) -> int:
        """The number that was typed. Raises `Nonsense`."""
        digits = text.removesuffix("°").removesuffix("+").strip()
        if not (digits.isascii() and digits.isdigit()) or len(digits) > 3:
            raise Nonsense(f"Give a whole number from {self.low} to {self.high}{self.unit}.")
        value = int(digits)
        if not self.low <= value <= self.high:
            raise Nonsense(f"{value} is not between {self.low} and {self.high}{self.unit}.")
        return value


@dataclass(frozen=True)
class Words:
    """One of a few words; `options` are pairs of the word that is kept and the one shown."""

    options: tuple[tuple[str, str], ...]

    def read(self, text: str) -> str:
        """The word. Raises `Nonsense`."""
        if text not in dict(self.options):
            raise Nonsense(f"Choose one of: {', '.join(label for _, label in self.options)}.")
        return text


@dataclass(frozen=True)
class Tick:
    """Found, or not mentioned."""

    def read(self, text: str) -> str:
        """Always "yes". Raises `Nonsense`."""
        if text not in {"yes", "on", "true"}:
            raise Nonsense("Tick it, or leave it empty.")
        return "yes"


@dataclass(frozen=True)
class FreeText:
    """Words of the clinician's own."""

    def read(self, text: str) -> str:
        """The words, with line ends of one kind. Raises `Nonsense`."""
        if "\x00" in text:
            raise Nonsense("This holds a character that cannot be kept.")
        if len(text) > TEXT_AT_MOST:
            raise Nonsense(f"This is longer than {TEXT_AT_MOST} characters.")
        return text.replace("\r\n", "\n").replace("\r", "\n").strip()


Kind = Number | Words | Tick | FreeText

_SENSATION = Words((("normal", "Normal"), ("reduced", "Reduced"), ("absent", "Absent")))
_SIGN = Words((("absent", "Absent"), ("present", "Present")))
_YES_NO = Words((("no", "No"), ("yes", "Yes")))
_LEG_RAISE = Number(0, 120, "°")
# What “the rest is normal” writes into an empty cell; what has no normal value stays empty.
_NORMAL = {"strength": "5", "sensation": "normal", "reflexes": "2", "signs": "absent"}


@dataclass(frozen=True)
class Table:
    """One table: `rows` and `columns` are pairs of a key and what is read aloud."""

    key: str
    title: str
    rows: tuple[tuple[str, str], ...]
    columns: tuple[tuple[str, str], ...]
    kind: Kind
    help: str = ""
    # Rows whose cells are of another kind than the table's.
    other_kinds: Mapping[str, Kind] | None = None

    def kind_of(self, row: str) -> Kind:
        """What may stand in the cells of a row."""
        return (self.other_kinds or {}).get(row, self.kind)

    @property
    def normal(self) -> str:
        """What is normal in every cell, "" if that depends on the person."""
        return _NORMAL.get(self.key, "")


STRENGTH = Table(
    "strength",
    "Strength",
    (
        ("C5", "C5 elbow flexion"),
        ("C6", "C6 wrist extension"),
        ("C7", "C7 elbow extension"),
        ("C8", "C8 finger flexion"),
        ("T1", "T1 finger abduction"),
        ("L2", "L2 hip flexion"),
        ("L3", "L3 knee extension"),
        ("L4", "L4 ankle dorsiflexion"),
        ("L5", "L5 big toe extension"),
        ("S1", "S1 ankle plantar flexion"),
    ),
    SIDES,
    Number(0, 5),
    "0 no movement, 3 against gravity, 5 full",
)
SENSATION = Table(
    "sensation",
    "Sensation",
    (
        *((f"C{number}", f"C{number}") for number in range(5, 9)),
        *((f"T{number}", f"T{number}") for number in (1, 4, 10)),
        *((f"L{number}", f"L{number}") for number in range(1, 6)),
        *((f"S{number}", f"S{number}") for number in (1, 2)),
        ("S3-S5", "S3–S5 saddle"),
    ),
    SIDES,
    _SENSATION,
)
REFLEXES = Table(
    "reflexes",
    "Reflexes",
    (
        ("biceps", "Biceps (C5)"),
        ("brachioradialis", "Brachioradialis (C6)"),
        ("triceps", "Triceps (C7)"),
        ("knee", "Knee (L4)"),
        ("ankle", "Ankle (S1)"),
    ),
    SIDES,
    Number(0, 4, "+"),
    "0 none, 2+ usual, 4+ with clonus",
)
SIGNS = Table(
    "signs",
    "Signs",
    (
        ("babinski", "Babinski"),
        ("hoffmann", "Hoffmann"),
        ("clonus", "Ankle clonus"),
        ("spurling", "Spurling"),
    ),
    SIDES,
    _SIGN,
)
LEG_RAISE = Table(
    "leg_raise",
    "Straight-leg raise",
    (("angle", "Raised to, in degrees"), ("pain", "Brings on the leg pain")),
    SIDES,
    _LEG_RAISE,
    other_kinds={"pain": _YES_NO},
)
MOTION = Table(
    "motion",
    "Range of motion, in degrees",
    (
        ("flexion", "Flexion"),
        ("extension", "Extension"),
        ("bending_left", "Bending left"),
        ("bending_right", "Bending right"),
        ("turning_left", "Turning left"),
        ("turning_right", "Turning right"),
    ),
    (("cervical", "Neck"), ("lumbar", "Low back")),
    Number(0, 120, "°"),
)
TENDERNESS = Table(
    "tenderness",
    "Tender at",
    tuple(
        (level, level)
        for level in (
            *(f"C{number}" for number in range(1, 8)),
            *(f"T{number}" for number in range(1, 13)),
            *(f"L{number}" for number in range(1, 6)),
            *("S1", "SI"),
        )
    ),
    (("left", "Left"), ("midline", "Midline"), ("right", "Right")),
    Tick(),
)
OTHER = Table(
    "other",
    "Other findings",
    (("gait", "Gait and posture"), ("findings", "Anything else")),
    (("text", "Found"),),
    FreeText(),
)
TABLES: tuple[Table, ...] = (
    *(STRENGTH, SENSATION, REFLEXES, SIGNS),
    *(LEG_RAISE, MOTION, TENDERNESS, OTHER),
)


def cell_name(table: Table, row: str, column: str) -> str:
    """What a cell is called in forms."""
    return f"exam-{table.key}-{row}-{column}"


CELLS: Mapping[str, tuple[Table, str, str]] = {
    cell_name(table, row, column): (table, row, column)
    for table in TABLES
    for row, _ in table.rows
    for column, _ in table.columns
}


def read_cell(name: str, text: str) -> str:
    """What was typed, as it is kept, as text. Raises `Nonsense`, `KeyError` for no such cell."""
    table, row, _column = CELLS[name]
    return str(table.kind_of(row).read(text))


def cell_label(name: str) -> str:
    """The cell as it is read aloud: “Strength, L4 ankle dorsiflexion, left”."""
    table, row, column = CELLS[name]
    told = [table.title, dict(table.rows)[row]]
    if len(table.columns) > 1:
        told.append(dict(table.columns)[column].lower())
    return ", ".join(told)


def cell_value(name: str, text: str) -> str:
    """The value as it is read aloud: “Reduced”, “4/5”, “40°”."""
    table, row, _column = CELLS[name]
    kind = table.kind_of(row)
    if isinstance(kind, Words):
        return dict(kind.options).get(text, text)
    if isinstance(kind, Number):
        return f"{text}/5" if table.key == "strength" else f"{text}{kind.unit}"
    return "Yes" if isinstance(kind, Tick) else text


def flatten(examination: Mapping[str, Any]) -> dict[str, str]:
    """The cells of an examination by name; what is not of this shape is left out."""
    found = {}
    for name, (table, row, column) in CELLS.items():
        value = examination.get(table.key, {}).get(row, {}).get(column)
        if value not in (None, ""):
            found[name] = str(value)
    return found


def nest(cells: Mapping[str, str]) -> dict[str, Any]:
    """The examination that has these cells. Raises `Nonsense`."""
    examination: dict[str, Any] = {}
    for name, (table, row, column) in CELLS.items():
        if text := cells.get(name, ""):
            rows = examination.setdefault(table.key, {})
            rows.setdefault(row, {})[column] = table.kind_of(row).read(text)
    return examination
