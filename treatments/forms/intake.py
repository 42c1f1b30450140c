"""The pages of the intake: one form a subject, filled from what was said and giving it back."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from treatments.domain.body import PARTS, Part
from treatments.domain.body_words import label_in
from treatments.domain.instruments import Definition
from treatments.domain.intake import (
    INSTRUMENTS,
    LINES,
    LONGEST_LINE,
    LONGEST_WORDS,
    MOST_LINES,
    Subject,
    Thins,
)

# So many empty lines stand below those that are filled in.
EMPTY_LINES = 3
TITLES: Mapping[Subject, Any] = {
    Subject.REASON: _("What brings you to us?"),
    Subject.WHERE: _("Where does it hurt?"),
    Subject.NOW: _("How strong is the pain now?"),
    Subject.PEG: _("How was the last week?"),
    Subject.HISTORY: _("What illnesses do you have?"),
    Subject.SURGERIES: _("Have you had surgery?"),
    Subject.MEDICINES: _("What medicines do you take?"),
    Subject.ALLERGIES: _("What are you allergic to?"),
}
LEADS: Mapping[Subject, Any] = {
    Subject.REASON: _("Tell us in your own words. When did it begin? What makes it worse?"),
    Subject.WHERE: _("Tap each place that hurts. Tap again to take it away."),
    Subject.NOW: _("Choose one number."),
    Subject.PEG: _("Three questions about the last 7 days."),
    Subject.HISTORY: _("For example diabetes, high blood pressure, cancer. One on each line."),
    Subject.SURGERIES: _("What was done, and in what year, if you know."),
    Subject.MEDICINES: _(
        "All that you take, also from the store: pills, drops, patches, herbs. Look at the boxes."
    ),
    Subject.ALLERGIES: _("Medicines, latex, iodine, food. What happens when you get it?"),
}
_COLUMNS: Mapping[str, Any] = {
    "how_much": _("How much, how often?"),
    "when": _("What year?"),
    "reaction": _("What happens?"),
}
_FIRST: Mapping[Subject, Any] = {
    Subject.HISTORY: _("Illness"),
    Subject.SURGERIES: _("What was done?"),
    Subject.MEDICINES: _("Name of the medicine"),
    Subject.ALLERGIES: _("Allergic to"),
}
_NONE: Mapping[Subject, Any] = {
    Subject.HISTORY: _("I have no other illness"),
    Subject.SURGERIES: _("I never had surgery"),
    Subject.MEDICINES: _("I take no medicines"),
    Subject.ALLERGIES: _("I have no allergies that I know of"),
}
_THINS = [
    (Thins.YES.value, _("Yes")),
    (Thins.NO.value, _("No")),
    (Thins.UNSURE.value, _("Not sure")),
]


class _SeenForm(forms.Form):
    """What all pages share: which text was read before this one was written.

    Each says by `said()` what was said, in the shape of the domain, once it is valid.
    """

    all_optional = True

    seen = forms.CharField(required=False, max_length=16, widget=forms.HiddenInput)


class WordsForm(_SeenForm):
    """The person's own words."""

    words = forms.CharField(
        label=_("In your words"),
        required=False,
        max_length=LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": 6}),
    )

    @staticmethod
    def filled(said: Mapping[str, Any]) -> dict[str, Any]:
        """What to show of what was said before."""
        return {"words": said.get("words", "")}

    def said(self) -> dict[str, Any]:
        """What was said."""
        return {"words": self.cleaned_data["words"].strip()}


class BodyForm(_SeenForm):
    """The body: each part is a box to tick, drawn where it is."""

    parts = forms.MultipleChoiceField(
        label=_("Where it hurts"), required=False, choices=[(part.key, part.key) for part in PARTS]
    )

    @staticmethod
    def filled(said: Mapping[str, Any]) -> dict[str, Any]:
        """What to show of what was said before."""
        return {"parts": said.get("parts", [])}

    def said(self) -> dict[str, Any]:
        """What was said."""
        return {"parts": self.cleaned_data["parts"]}

    def views(self) -> list[tuple[str, list[tuple[Part, str, bool]]]]:
        """The two drawings: each part with its name in the reader's language, and if it is ticked.

        From head to foot, and the person's right before their left, as Tab goes.
        """
        value = self["parts"].value() or []
        language = get_language() or "en"
        return [
            (
                view,
                [
                    (part, label_in(part.key, language), part.key in value)
                    for part in PARTS
                    if part.view == view
                ],
            )
            for view in ("front", "back")
        ]


class NumbersForm(_SeenForm):
    """The questions of an instrument, a row of numbers each."""

    def __init__(self, *args: Any, definition: Definition, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        spanish = (get_language() or "en").startswith("es")
        self.definition = definition
        for item in definition.items:
            low = (spanish and item.low_es) or item.low
            high = (spanish and item.high_es) or item.high
            self.fields[f"n-{item.id}"] = forms.TypedChoiceField(
                label=(spanish and item.text_es) or item.text,
                required=False,
                coerce=int,
                empty_value=None,
                choices=[(str(number), str(number)) for number in item.choices],
                widget=forms.RadioSelect,
                help_text=f"{item.minimum} = {low} · {item.maximum} = {high}",
            )

    @staticmethod
    def filled(said: Mapping[str, Any]) -> dict[str, Any]:
        """What to show of what was said before."""
        return {f"n-{name}": str(value) for name, value in said.items()}

    def questions(self) -> list[forms.BoundField]:
        """One field a question."""
        return [self[name] for name in self.fields if name.startswith("n-")]

    def said(self) -> dict[str, Any]:
        """What was said."""
        given = {item.id: self.cleaned_data[f"n-{item.id}"] for item in self.definition.items}
        return {name: value for name, value in given.items() if value is not None}


class LinesForm(_SeenForm):
    """A list: a few columns a line, empty lines for more, and a box for "none"."""

    def __init__(self, *args: Any, subject: Subject, lines: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.subject, self.columns = subject, LINES[subject]
        self.count = min(MOST_LINES, max(lines, self._sent(), EMPTY_LINES))
        self.fields["none"] = forms.BooleanField(label=_NONE[subject], required=False)
        for number in range(self.count):
            for column in self.columns:
                self.fields[f"{column}-{number}"] = self._field(column)

    def _field(self, column: str) -> forms.Field:
        if column == "thins":
            return forms.ChoiceField(
                label=_("Is it a blood thinner?"),
                choices=_THINS,
                required=False,
                widget=forms.RadioSelect,
            )
        label = _FIRST[self.subject] if column == "what" else _COLUMNS[column]
        return forms.CharField(label=label, required=False, max_length=LONGEST_LINE)

    def _sent(self) -> int:
        """How many lines a form that was sent has."""
        numbers = [
            int(name.removeprefix("what-")) + 1
            for name in self.data
            if name.startswith("what-") and name.removeprefix("what-").isdigit()
        ]
        return max([number for number in numbers if number <= MOST_LINES], default=0)

    @staticmethod
    def filled(said: Mapping[str, Any]) -> dict[str, Any]:
        """What to show of what was said before."""
        shown: dict[str, Any] = {"none": said.get("none", False)}
        for number, line in enumerate(said.get("lines", [])):
            shown |= {f"{column}-{number}": value for column, value in line.items()}
        return shown

    def rows(self) -> Iterator[Sequence[forms.BoundField]]:
        """The fields of each line."""
        for number in range(self.count):
            yield [self[f"{column}-{number}"] for column in self.columns]

    def clean(self) -> dict[str, Any]:
        """A line says what it is about, and "none" stands alone."""
        told = super().clean() or {}
        for number in range(self.count):
            more = [c for c in self.columns if c not in {"what", "thins"}]
            if not told.get(f"what-{number}") and any(told.get(f"{c}-{number}") for c in more):
                self.add_error(f"what-{number}", _("Please write what this is about."))
        if told.get("none") and any(told.get(f"what-{n}") for n in range(self.count)):
            self.add_error(
                "none", _("You ticked this, and also wrote something. Please choose one.")
            )
        return told

    def said(self) -> dict[str, Any]:
        """What was said."""
        lines = []
        for number in range(self.count):
            line = {c: self.cleaned_data[f"{c}-{number}"].strip() for c in self.columns}
            if "thins" in line:
                line["thins"] = line["thins"] or Thins.UNSURE.value
            if line["what"]:
                lines.append(line)
        return {"lines": lines, "none": bool(self.cleaned_data["none"])}


PageForm = WordsForm | BodyForm | NumbersForm | LinesForm


class DecisionForm(forms.Form):
    """What staff make of one line."""

    subject = forms.CharField(max_length=20)
    item = forms.CharField(max_length=16)
    verdict = forms.ChoiceField(
        choices=[("taken", "Take into the record"), ("known", "Known already"), ("refused", "Not")]
    )
    reason = forms.CharField(label="Why not", max_length=500, required=False)


def page_form(
    subject: Subject,
    *,
    definition: Definition | None,
    data: Mapping[str, Any] | None = None,
    said: Mapping[str, Any] | None = None,
    seen: str = "",
    more: int = 0,
) -> PageForm:
    """The form of a subject: with what was sent, or filled with what was said before."""
    if subject in INSTRUMENTS:
        if definition is None:
            raise LookupError(f"There are no questions for {subject}.")
        initial = {**NumbersForm.filled(said or {}), "seen": seen}
        return NumbersForm(data, initial=initial, definition=definition)
    if subject in LINES:
        lines = len((said or {}).get("lines", [])) + (1 if said else 0) + more
        initial = {**LinesForm.filled(said or {}), "seen": seen}
        return LinesForm(data, initial=initial, subject=subject, lines=lines)
    kind = WordsForm if subject == Subject.REASON else BodyForm
    return kind(data, initial={**kind.filled(said or {}), "seen": seen})
