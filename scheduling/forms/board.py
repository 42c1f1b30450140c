"""Which board is asked for, and what is done on it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms

from scheduling.domain.board_filter import BoardFilter
from scheduling.domain.short_ids import full_instant
from scheduling.domain.states import AppointmentStatus, Step
from scheduling.forms.booking import region_field
from scheduling.forms.fields import DayField, IdField, parse_instant

LAYOUTS = ("columns", "list", "week")
# What one press does; a cancellation says why, so it is none of them.
AT_ONCE = tuple(step for step in Step if step != Step.CANCEL)
MOST_COLUMNS = 60


def _site(**options: Any) -> forms.IntegerField:
    return forms.IntegerField(min_value=1, max_value=2**31, **options)


class FilterForm(forms.Form):
    """Which visits are wanted; empty fields mean any."""

    status = forms.ChoiceField(
        required=False, choices=[(status.value, status.value) for status in AppointmentStatus]
    )
    visit_type = forms.SlugField(required=False)
    only = forms.ChoiceField(
        required=False, choices=[(word, word) for word in ("waiting", "unconfirmed")]
    )
    cancelled = forms.ChoiceField(required=False, choices=[("show", "show"), ("hide", "hide")])

    def wanted(self) -> BoardFilter:
        """The filter; call it after the form was checked."""
        said = self.cleaned_data
        return BoardFilter(
            said["status"], said["visit_type"], said["only"], said["cancelled"] == "show"
        )


class BoardForm(FilterForm):
    """Which board: a day and a site, drawn how, with which columns.

    `columns` is a saved view, or 0 for everybody; `visit` is the one to look at first.
    """

    day = DayField()
    site = _site(required=False)
    view = forms.ChoiceField(required=False, choices=[(word, word) for word in LAYOUTS])
    columns = forms.IntegerField(required=False, min_value=0, max_value=2**31)
    clinician = forms.IntegerField(required=False, min_value=1, max_value=2**31)
    visit = forms.UUIDField(required=False)


class ChangesForm(FilterForm):
    """What a page shows that asks for changes: the hours from `first` to `last` are on it."""

    day = DayField()
    site = _site()
    first = forms.IntegerField(min_value=0, max_value=23)
    last = forms.IntegerField(min_value=1, max_value=24)

    def clean(self) -> dict[str, Any]:
        """A day must be named here."""
        said = super().clean() or self.cleaned_data
        if not said.get("day"):
            self.add_error("day", "Name the day.")
        return said


class StepForm(forms.Form):
    """A step to take; a visit is cancelled on a page of its own, which asks why."""

    step = forms.ChoiceField(choices=[(step.value, step.value) for step in AT_ONCE])


class ActForm(forms.Form):
    """One step with one visit: the field of the step names the visit, as the button does."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for step in AT_ONCE:
            self.fields[step.value] = IdField(required=False)

    def clean(self) -> dict[str, Any]:
        """Exactly one step is taken."""
        said = super().clean() or self.cleaned_data
        steps = [(Step(name), visit) for name, visit in said.items() if visit]
        if len(steps) != 1 and not self.errors:
            raise forms.ValidationError("Take one step with one visit.")
        return {"steps": steps}

    def chosen(self) -> tuple[Step, UUID]:
        """The step and the visit; call it after the form was checked."""
        step, visit = self.cleaned_data["steps"][0]
        return step, visit


class SeenField(forms.CharField):
    """The cell in which the board showed the visit, as (resource, instant); None if not said."""

    def __init__(self) -> None:
        super().__init__(max_length=60, required=False)

    def clean(self, value: Any) -> tuple[int, datetime] | None:
        text = super().clean(value)
        return _cell(text) if text else None


class ParkForm(forms.Form):
    """A visit, what to do with it on the pinboard, and which board to go back to (else its own)."""

    visit = IdField()
    day = DayField()
    site = _site(required=False)
    was = SeenField()
    do = forms.ChoiceField(choices=[(word, word) for word in ("park", "pick", "leave")])


class DropForm(forms.Form):
    """Where a visit goes: a column and an instant, and which visit (else the picked one).

    `was` is the cell in which the board showed it: moved meanwhile, it is not moved again.
    """

    to = forms.CharField(max_length=60)
    visit = IdField(required=False)
    was = SeenField()

    def clean_to(self) -> tuple[int, datetime]:
        """The resource and the instant."""
        return _cell(self.cleaned_data["to"])


def _cell(text: str) -> tuple[int, datetime]:
    """The resource and the instant that a cell names: 12/29404460 or 12/2026-11-21T14:30Z."""
    resource, _, instant = text.partition("/")
    if not (resource.isdecimal() and resource.isascii()) or int(resource) > 2**31:
        raise forms.ValidationError("Choose a free time on the board.")
    return int(resource), parse_instant(_written_out(instant))


def _written_out(instant: str) -> str:
    try:
        return full_instant(instant).isoformat() if instant.isdecimal() else instant
    except ValueError:
        raise forms.ValidationError("This instant is too far away.") from None


def known_columns(header: str) -> dict[int, str]:
    """The columns and versions that a page says it has: "12:abc 13:def". Raises `ValueError`."""
    known: dict[int, str] = {}
    for word in header.split()[:MOST_COLUMNS]:
        pk, _, tag = word.partition(":")
        if not (pk.isdecimal() and pk.isascii()) or int(pk) > 2**31:
            raise ValueError("Columns are named by numbers.")
        known[int(pk)] = tag[:20]
    return known


class GapForm(forms.Form):
    """A gap somebody picked, and what is known so far of the visit to be booked into it."""

    at = forms.CharField(max_length=60)
    q = forms.CharField(required=False, max_length=200)
    patient = forms.UUIDField(required=False)

    def clean_at(self) -> tuple[int, datetime]:
        """The resource, and the instant at which the visit would begin."""
        return _cell(self.cleaned_data["at"])


class QuickBookForm(GapForm):
    """A visit into a gap: `choice` is the kind and when it begins; `keep` only holds the time."""

    patient = forms.UUIDField()
    choice = forms.CharField(max_length=120, label="Kind of visit")
    reason = forms.CharField(required=False, max_length=200, label="Reason")
    keep = forms.CharField(required=False, max_length=4)
    region = region_field()

    def clean_choice(self) -> tuple[str, datetime]:
        """The code of the visit type, and the instant."""
        code, _, instant = self.cleaned_data["choice"].partition("@")
        if not code:
            raise forms.ValidationError("Choose a kind of visit.")
        return code, parse_instant(instant)
