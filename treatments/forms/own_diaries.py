"""The forms of a person's own diaries: a number to press, and little else."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from treatments.domain.outcomes import DIARY_HOURS, line_name
from treatments.domain.pain_diary import LEAST, LONGEST_NOTE, MOST, Activity, PainDay, Took

NUMBERS = [(number, str(number)) for number in range(LEAST, MOST + 1)]
TOOK = [
    (Took.ACETAMINOPHEN.value, _("Acetaminophen (Tylenol)")),
    (Took.ANTI_INFLAMMATORY.value, _("Ibuprofen or naproxen")),
    (Took.PRESCRIBED.value, _("My prescribed medicine")),
    (Took.ON_SKIN.value, _("Cream, gel or patch")),
    (Took.HEAT_OR_COLD.value, _("Heat or cold")),
    (Took.OTHER.value, _("Something else")),
]
ACTIVITIES = [
    (Activity.RESTED.value, _("I mostly rested")),
    (Activity.LITTLE.value, _("I did a little")),
    (Activity.USUAL.value, _("I did what I usually do")),
    (Activity.MORE.value, _("I did more than usual")),
]
_CHOOSE = _("Choose a number from 0 to 10.")


def scale(label: Any) -> forms.TypedChoiceField:
    """Eleven numbers, of which one is chosen."""
    return forms.TypedChoiceField(
        label=label,
        choices=NUMBERS,
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": _CHOOSE, "invalid_choice": _CHOOSE},
    )


class PainDayForm(forms.Form):
    """How one day is. `day` is the day that the page was about, `seen` what stood there then."""

    all_optional = True

    nrs = scale(_("How strong is your pain?"))
    took = forms.MultipleChoiceField(
        label=_("What did you take or do for it?"),
        choices=TOOK,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    activity = forms.ChoiceField(
        label=_("How active were you?"),
        choices=ACTIVITIES,
        required=False,
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=_("Anything you want to remember"),
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea({"rows": 2}),
    )
    day = forms.DateField(widget=forms.HiddenInput, input_formats=["%Y-%m-%d"])
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def said(self) -> PainDay:
        """What was said. Call it only when the form is valid."""
        told = self.cleaned_data
        return PainDay(told["nrs"], tuple(told["took"]), told["activity"], told["note"])

    def about(self) -> date:
        """The day it is about."""
        day: date = self.cleaned_data["day"]
        return day

    def clean_seen(self) -> datetime | None:
        """When what stood there was last changed; None if nothing stood there."""
        try:
            return datetime.fromisoformat(self.cleaned_data["seen"] or "-")
        except ValueError:
            return None


class BlockLineForm(forms.Form):
    """One hour of the diary of a block."""

    all_optional = True

    pain = scale(_("How strong is your pain now?"))
    hour = forms.ChoiceField(
        choices=[(line_name(hour), "") for hour in (None, *DIARY_HOURS)],
        widget=forms.HiddenInput,
    )

    def line(self) -> Decimal | None:
        """The hour, None for the time before the block. Call it only when the form is valid."""
        return hour_of(self.cleaned_data["hour"])


def hour_of(text: str) -> Decimal | None:
    """The hour that a page names; None for the time before, and for what is no hour."""
    return {line_name(hour): hour for hour in DIARY_HOURS}.get(text)
