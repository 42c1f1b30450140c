"""Blocked time, delays, and who stands at the door."""

import re
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from patients.queries.recognition import FEWEST_DIGITS
from scheduling.actions.delays import LATEST_MINUTES
from scheduling.domain.local_time import instants_shown
from scheduling.forms.fields import near_day
from scheduling.models import Resource, Site


class BlockForm(forms.Form):
    """A time to block, by the clock of a site. With `clinicians`, also whose."""

    clinician = forms.TypedChoiceField(label="Whose time", coerce=int)
    day = forms.DateField(
        label="Day",
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    begins = forms.TimeField(
        label="From", widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"})
    )
    ends = forms.TimeField(
        label="To", widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"})
    )
    note = forms.CharField(
        label="Reason", required=False, max_length=200, help_text="Staff see it. Nothing clinical."
    )

    def __init__(
        self, *args: Any, site: Site, clinicians: Sequence[Resource] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.site = site
        if clinicians is None:
            del self.fields["clinician"]
        else:
            field: Any = self.fields["clinician"]
            field.choices = [(person.pk, person.name) for person in clinicians]

    def clean_day(self) -> date:
        """A day near enough to plan."""
        return near_day(self.cleaned_data["day"])

    def clean(self) -> dict[str, Any]:
        """Adds the instants: `begin` and `end`."""
        found = self.cleaned_data
        if {"day", "begins", "ends"} <= set(found):
            found["begin"] = self._instant("begins")
            found["end"] = self._instant("ends")
            if found["begin"] and found["end"] and found["begin"] >= found["end"]:
                self.add_error("ends", "The end must be after the beginning.")
        return found

    def _instant(self, name: str) -> datetime | None:
        day: date = self.cleaned_data["day"]
        clock: time = self.cleaned_data[name]
        shown = instants_shown(day, clock, self.site.zone)
        if not shown:
            self.add_error(name, "The clocks change that day: there is no such time.")
            return None
        # Of an hour that comes twice all is blocked, or somebody might be booked in half of it.
        return shown[0] if name == "begins" else shown[-1]


class LateForm(forms.Form):
    """By how much a clinician runs late; 0 says that they are on time again."""

    clinician = forms.TypedChoiceField(label="Who", coerce=int)
    minutes = forms.IntegerField(
        label="Minutes late",
        min_value=0,
        max_value=LATEST_MINUTES,
        help_text="0 if on time again.",
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "step": 5}),
    )

    def __init__(
        self, *args: Any, clinicians: Sequence[Resource] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if clinicians is None:
            del self.fields["clinician"]
        else:
            field: Any = self.fields["clinician"]
            field.choices = [(person.pk, person.name) for person in clinicians]


class TellForm(forms.Form):
    """Whom to tell of a delay: one visit, or everybody."""

    visit = forms.UUIDField(required=False)


class ArrivalForm(forms.Form):
    """Who stands at the door: what they know, and a passer-by does not."""

    birth_date = forms.DateField(
        label=_("Your date of birth"),
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "autocomplete": "bday"}),
    )
    digits = forms.CharField(
        label=_("Last four digits of your phone, or your record number"),
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def clean_digits(self) -> str:
        """The digits of what was typed, however it was written."""
        digits = re.sub(r"[^0-9]", "", self.cleaned_data["digits"])
        if not FEWEST_DIGITS <= len(digits) <= 15:
            raise forms.ValidationError(_("Type at least four digits."))
        return digits
