"""The sheet of a consultation: what stands in each field, what was wrong with it, what was sent."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict

from treatments.domain import body, consultation, examination
from treatments.domain.consultation import HISTORY, PAINS, TEXTS, WHAT_TO_DO
from treatments.domain.examination import FreeText, Number, Table, Tick
from treatments.models import CatalogueEntry, ConsultationKind, SpineSide


@dataclass(frozen=True)
class Piece:
    """One field. `kind` is "number", "words", "tick" or "text"; `told` is its value in words."""

    name: str
    label: str
    value: str
    error: str
    kind: str = "text"
    options: Sequence[tuple[str, str]] = ()
    told: str = ""


@dataclass(frozen=True)
class Row:
    """One row of a table of the examination."""

    label: str
    cells: list[Piece]

    @property
    def is_empty(self) -> bool:
        """Whether nothing was found or looked for."""
        return not any(cell.value for cell in self.cells)


@dataclass(frozen=True)
class Grid:
    """One table of the examination."""

    table: Table
    rows: list[Row]

    @property
    def filled(self) -> list[Row]:
        """The rows in which something stands."""
        return [row for row in self.rows if not row.is_empty]


@dataclass(frozen=True)
class Flag:
    """A red flag with its answer; `what_to_do` if the answer is yes."""

    entry: CatalogueEntry
    question: str
    answer: Piece
    urgency: str
    what_to_do: str


@dataclass(frozen=True)
class Spot:
    """One part of the drawing of the body."""

    part: body.Part
    piece: Piece


@dataclass(frozen=True)
class Pain:
    """One pain: where, what it is like, how much."""

    number: int
    front: list[Spot]
    back: list[Spot]
    qualities: list[Piece]
    amounts: list[Piece]

    @property
    def is_empty(self) -> bool:
        """Whether nothing was said of it."""
        spots = [spot.piece for spot in (*self.front, *self.back)]
        return not any(piece.value for piece in (*spots, *self.qualities, *self.amounts))

    @property
    def feels(self) -> list[str]:
        """What it is like, in words."""
        return [piece.label for piece in self.qualities if piece.value]

    @property
    def places(self) -> list[str]:
        """The marked parts in words."""
        return [spot.part.label for spot in (*self.front, *self.back) if spot.piece.value]


class Sheet:
    """Every field of a consultation, with what was typed and what was wrong with it."""

    def __init__(
        self,
        kind: str,
        pieces: Mapping[str, str],
        flags: Iterable[CatalogueEntry],
        refused: Mapping[str, str] | None = None,
    ) -> None:
        self._pieces, self._refused = pieces, refused or {}
        self.texts = {name: self._text(name) for name in TEXTS}
        self.history = [self.texts[name] for name in HISTORY[kind]]
        self.other_history = [
            self.texts[name]
            for name in HISTORY["new"]
            if name not in HISTORY[kind] and self.texts[name].value
        ]
        self.flags = [self._flag(entry) for entry in flags]
        self.grids = [self._grid(table) for table in examination.TABLES]
        self.pains = [self._pain(number) for number in range(PAINS)]

    @property
    def errors(self) -> list[tuple[str, str, str]]:
        """Name, label and sentence of each field that makes no sense."""
        names = {flag.entry.key: flag.entry.name for flag in self.flags}
        return [
            (name, consultation.label_of(name, names), sentence)
            for name, sentence in self._refused.items()
        ]

    @property
    def flags_absent(self) -> list[str]:
        """The flags that were asked about and are not there."""
        return [flag.entry.name for flag in self.flags if flag.answer.value == "no"]

    @property
    def flags_open(self) -> list[str]:
        """The flags that nobody has asked about."""
        return [flag.entry.name for flag in self.flags if not flag.answer.value]

    @property
    def is_examined(self) -> bool:
        """Whether anything stands in the examination."""
        return any(grid.filled for grid in self.grids)

    def _piece(
        self, name: str, label: str, kind: str = "text", options: Sequence[tuple[str, str]] = ()
    ) -> Piece:
        value = self._pieces.get(name, "")
        told = consultation.value_of(name, value) if value else ""
        return Piece(name, label, value, self._refused.get(name, ""), kind, options, told)

    def _text(self, name: str) -> Piece:
        return self._piece(f"text-{name}", TEXTS[name])

    def _flag(self, entry: CatalogueEntry) -> Flag:
        urgency = entry.details.get("urgency", "same_day")
        answer = self._piece(
            f"flag-{entry.key}", entry.name, "words", (("no", "No"), ("yes", "Yes"))
        )
        question = entry.details.get("question") or entry.plain
        return Flag(entry, question, answer, urgency, WHAT_TO_DO.get(urgency, ""))

    def _grid(self, table: Table) -> Grid:
        return Grid(table, [self._row(table, key, label) for key, label in table.rows])

    def _row(self, table: Table, key: str, label: str) -> Row:
        kind = table.kind_of(key)
        word = {Number: "number", Tick: "tick", FreeText: "text"}.get(type(kind), "words")
        options = getattr(kind, "options", ())
        names = [(examination.cell_name(table, key, column), column) for column, _ in table.columns]
        return Row(
            label,
            [
                self._piece(name, examination.cell_label(name), word, options)
                for name, _column in names
            ],
        )

    def _pain(self, number: int) -> Pain:
        spots = [
            Spot(part, self._piece(f"pain-{number}-at-{part.key}", part.label, "tick"))
            for part in body.PARTS
        ]
        return Pain(
            number=number,
            front=[spot for spot in spots if spot.part.view == "front"],
            back=[spot for spot in spots if spot.part.view == "back"],
            qualities=[
                self._piece(f"pain-{number}-is-{key}", label, "tick")
                for key, label in body.QUALITIES
            ],
            amounts=[
                self._piece(f"pain-{number}-{name}", f"Pain {words}", "number")
                for name, words in consultation.PAIN_NUMBERS.items()
            ],
        )


def sent_pieces(data: QueryDict, flags: Iterable[str]) -> dict[str, str]:
    """What the page sent: all of it, or only the pieces that it names under `changed`.

    A whole page leaves out the texts that its template does not show; they stay as they are.
    """
    known = consultation.names(flags)
    if changed := data.getlist("changed"):
        return {name: data.get(name, "") for name in known if name in set(changed)}
    return {
        name: data.get(name, "") for name in known if name in data or not name.startswith("text-")
    }


def chosen(data: QueryDict, sent: Mapping[str, str]) -> dict[str, str]:
    """What was sent, without the pieces where the person chose what somebody else had written."""
    return {name: text for name, text in sent.items() if data.get(f"keep-{name}") != "theirs"}


class NewConsultationForm(forms.Form):
    """Which template, and when the person was seen."""

    kind = forms.ChoiceField(choices=ConsultationKind.choices, widget=forms.RadioSelect)
    occurred_at = forms.DateTimeField(
        label="Seen at",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
    )


class DiagnosisForm(forms.Form):
    """One diagnosis: a code that was picked, or words; its cause, side and onset."""

    code = forms.CharField(required=False, max_length=10)
    text = forms.CharField(required=False, max_length=300, label="In words")
    cause = forms.ChoiceField(required=False)
    side = forms.ChoiceField(required=False, choices=[("", "–"), *SpineSide.choices])
    onset_date = forms.DateField(
        required=False, label="Since", widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, *args: Any, causes: Sequence[CatalogueEntry], **kwargs: Any) -> None:
        super().__init__(*args, **{"prefix": "diagnosis"} | kwargs)
        self.causes = {entry.key: entry for entry in causes}
        field: Any = self.fields["cause"]
        field.choices = [("", "–"), *((entry.key, entry.name) for entry in causes)]


class ReasonForm(forms.Form):
    """Why something that is signed is corrected or withdrawn."""

    reason = forms.CharField(max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
