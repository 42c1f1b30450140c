"""Scores as they are asked for: a row of numbers for each question."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django import forms

from treatments.actions.diary_merging import StaleDiary
from treatments.actions.outcomes import Answered
from treatments.domain.instruments import Definition, Item
from treatments.domain.outcomes import DIARY_HOURS, line_name, whole
from treatments.models import Instrument, Occasion, Procedure, Respondent, TreatmentCourse

# So long a score still belongs to what was done last.
STILL_RIGHT_AFTER = timedelta(hours=2)
STILL_LATER = timedelta(days=400)
# The lines of a diary; the one before the block has no hour.
LINES = (None, *DIARY_HOURS)
ASKED = [choice for choice in Occasion.choices if choice[0] != Occasion.DIARY]


def local_input() -> forms.DateTimeInput:
    """A box for a day and a time by the clock of the place."""
    return forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


def scale_field(item: Item, label: str) -> forms.TypedChoiceField:
    """One question: buttons from its lowest to its highest number."""
    choices = [(number, str(number)) for number in item.choices]
    ends = f"{item.minimum}: {item.low} · {item.maximum}: {item.high}" if item.low else ""
    return forms.TypedChoiceField(
        label=label,
        choices=choices,
        coerce=int,
        empty_value=None,
        required=False,
        widget=forms.RadioSelect,
        help_text=ends,
    )


class ScoresForm(forms.Form):
    """Several questionnaires on one page; what is not answered is not written down."""

    all_optional = True
    about = forms.ChoiceField(label="Belongs to", required=False)
    occasion = forms.ChoiceField(label="When", choices=ASKED, widget=forms.RadioSelect)
    authored_at = forms.DateTimeField(label="Answered at", widget=local_input())
    respondent = forms.ChoiceField(label="Answered by", choices=Respondent.choices)
    wants_again = forms.TypedChoiceField(
        label="Would have it again",
        choices=[("", "Not asked"), ("yes", "Yes"), ("no", "No")],
        coerce=lambda said: said == "yes",
        empty_value=None,
        required=False,
    )
    note = forms.CharField(
        label="Note", required=False, max_length=2000, widget=forms.Textarea({"rows": 2})
    )

    def __init__(
        self,
        *args: Any,
        asked: Sequence[tuple[Instrument, Definition]],
        procedures: Sequence[Procedure] = (),
        courses: Sequence[TreatmentCourse] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.asked = [(row, made) for row, made in asked if not made.is_diary]
        self.links: dict[str, Any] = {f"p{row.pk}": row for row in procedures}
        self.links |= {f"c{row.pk}": row for row in courses}
        fields: dict[str, Any] = self.fields
        fields["about"].choices = [
            ("", "Nothing in particular"),
            *((key, _named(row)) for key, row in self.links.items()),
        ]
        for row, made in self.asked:
            for item in made.items:
                fields[_name(row, item)] = scale_field(item, item.text)

    def groups(self) -> list[tuple[Definition, list[Any]]]:
        """Each questionnaire with its questions, for the page."""
        return [(made, [self[_name(row, item)] for item in made.items]) for row, made in self.asked]

    def about_fields(self) -> list[Any]:
        """What surrounds the questions, for the page."""
        names = ("about", "authored_at", "respondent", "wants_again", "note")
        return [self[name] for name in names]

    def answered(self) -> list[Answered]:
        """What was answered. Call it only when the form is valid."""
        said = self.cleaned_data
        link = self.links.get(said["about"])
        found = []
        for row, made in self.asked:
            answers = {item.id: said[_name(row, item)] for item in made.items}
            if any(value is not None for value in answers.values()):
                found.append(
                    Answered(
                        instrument=row,
                        answers=answers,
                        authored_at=said["authored_at"],
                        respondent=said["respondent"],
                        occasion=said["occasion"],
                        procedure=link if isinstance(link, Procedure) else None,
                        course=link if isinstance(link, TreatmentCourse) else None,
                        wants_again=said["wants_again"],
                        note=said["note"],
                    )
                )
        return found


class DiaryForm(forms.Form):
    """The diary of a block: pain before, and at each of its hours."""

    all_optional = True

    def __init__(self, *args: Any, item: Item, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["before"] = scale_field(item, "Before the block")
        for hour in DIARY_HOURS:
            self.fields[_hour_name(hour)] = scale_field(item, _hour_label(hour))
            # The words at the ends are said once, at the top.
            self.fields[_hour_name(hour)].help_text = ""
        for line in LINES:
            # What the page was made from, so that only what was touched is written.
            self.fields[f"seen-{_hour_name(line)}"] = forms.IntegerField(
                required=False, min_value=0, max_value=1000, widget=forms.HiddenInput
            )

    def seen(self) -> dict[Decimal | None, int | None]:
        """What the page said before. Call it only when the form is valid."""
        return {hour: self.cleaned_data[f"seen-{_hour_name(hour)}"] for hour in LINES}

    def show_both(self, written: dict[str, Any], refusal: StaleDiary) -> None:
        """Go on from what is `written` now, with what was changed here, and say what differs."""
        names = {line_name(hour): _hour_name(hour) for hour in LINES}
        mine = {names[line] for line in refusal.details["changed"]}
        typed = {name: self.cleaned_data[name] for name in mine}
        self.data = {
            name: "" if said is None else str(said) for name, said in (written | typed).items()
        }
        for line, both in refusal.details["fields"].items():
            theirs = "took it back" if both["theirs"] is None else f"wrote {both['theirs']}"
            sentence = f"Somebody else {theirs} meanwhile. Saving again keeps what is chosen here."
            self.add_error(names[line], sentence)

    def entries(self) -> dict[Decimal, int | None]:
        """Pain by hour. Call it only when the form is valid."""
        return {hour: self.cleaned_data[_hour_name(hour)] for hour in DIARY_HOURS}


class VoidForm(forms.Form):
    """Why an answer counts no more."""

    reason = forms.CharField(label="Why", max_length=500)


def usual_link(procedures: Sequence[Procedure], now: datetime) -> dict[str, Any]:
    """What the form shows first, by the time since what was done last."""
    for row in procedures:
        if row.performed_at is None:
            continue
        passed = now - row.performed_at
        if passed > STILL_LATER:
            break
        if passed < timedelta() or row.is_draft:
            return {"about": f"p{row.pk}", "occasion": Occasion.BASELINE}
        is_fresh = passed <= STILL_RIGHT_AFTER
        occasion = Occasion.AFTER if is_fresh else Occasion.FOLLOW_UP
        return {"about": f"p{row.pk}", "occasion": occasion}
    return {"about": "", "occasion": Occasion.ROUTINE}


def initial_diary(before: Decimal | None, lines: Sequence[Any]) -> dict[str, Any]:
    """What the diary shows of what is written down."""
    shown: dict[str, Any] = {} if before is None else {"before": whole(before)}
    for line in lines:
        if line.score is not None:
            shown[_hour_name(line.hours)] = whole(line.score)
    return shown | {f"seen-{name}": value for name, value in shown.items()}


def _name(row: Instrument, item: Item) -> str:
    return f"score-{row.pk}-{item.id}"


def _hour_name(hour: Decimal | None) -> str:
    return "before" if hour is None else f"after-{hour}".replace(".", "_")


def _hour_label(hour: Decimal) -> str:
    if hour < 1:
        return "Half an hour after"
    return f"{hour} hour{'' if hour == 1 else 's'} after"


def _named(row: Any) -> str:
    if isinstance(row, Procedure):
        return f"{row.performed_at:%b %-d, %Y} {row.text}"
    return f"{row.start_date:%b %-d, %Y} {row.treatment.name} (course)"
