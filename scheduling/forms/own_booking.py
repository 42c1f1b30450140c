"""What people answer who book for themselves, and what they do about their visits."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from scheduling.actions.waitlist import Wish
from scheduling.domain.own_booking import MINUTES_LATE, bounds_of
from scheduling.forms.booking import row_field
from scheduling.forms.fields import DayField, parse_instant
from scheduling.models import CancellationReason, PartWished, Weekday
from treatments.domain.flag_questions import Question

NONE_FITS = "none"
MOST_WORDS = 200


class SignsForm(forms.Form):
    """A page of red flags: those that fit, or none of them. Nothing is skipped."""

    answer = forms.ChoiceField(choices=[(NONE_FITS, NONE_FITS), ("some", "some")])
    fits = forms.MultipleChoiceField(required=False)
    # The flags that stood on the page, by their keys: the list may have changed meanwhile.
    shown = forms.CharField(required=False, max_length=4000)

    def __init__(self, *args: Any, asked: Sequence[Question], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["fits"].choices = [(one.key, one.words) for one in asked]

    def clean(self) -> dict[str, Any]:
        """Either way of saying no, or of saying yes; both at once are asked about again."""
        told: dict[str, Any] = super().clean() or {}
        told["shown"] = told.get("shown", "").split() or None
        fits, answer = told.get("fits"), told.get("answer")
        if answer == "some" and not fits:
            self.add_error(None, _("Check what fits you, or press “None of these”."))
        if answer == NONE_FITS and fits:
            self.add_error(
                None, _("You checked something. Press “Go on”, or uncheck it if it does not fit.")
            )
        return told


class KindForm(forms.Form):
    """Why they come."""

    kind = forms.SlugField(max_length=50)


class SiteChoiceForm(forms.Form):
    """Where they come to."""

    site = row_field()


class NarrowForm(forms.Form):
    """With whom, and when on a day."""

    part = forms.ChoiceField(required=False, choices=PartWished.choices)
    clinician = row_field(required=False)


class SinceForm(forms.Form):
    """From which day on times are shown."""

    since = DayField()


class TimeForm(forms.Form):
    """A time that was shown: "2026-11-21T14:20:00+00:00/12"."""

    slot = forms.CharField(max_length=60)

    def clean_slot(self) -> tuple[datetime, int | None]:
        """The instant, and who sees them then (None: nobody in particular)."""
        begin, _slash, person = self.cleaned_data["slot"].rpartition("/")
        if person and not (person.isascii() and person.isdecimal() and len(person) < 10):
            raise forms.ValidationError(_("Choose one of the times."))
        return parse_instant(begin), int(person) if person else None


class BookForm(forms.Form):
    """Yes, book it; with what they want to say.

    `is_not_so` answers the question about words that name a danger.
    """

    hold = forms.UUIDField()
    reason = forms.CharField(required=False, max_length=MOST_WORDS)
    is_not_so = forms.BooleanField(required=False)


class CancelForm(forms.Form):
    """They do not come, and maybe why."""

    cancellation_reason = forms.ChoiceField(
        required=False,
        choices=[
            (CancellationReason.FEELING_BETTER, _("I feel better")),
            (CancellationReason.ILL, _("I am ill")),
            (CancellationReason.TRANSPORT, _("I have no way to get there")),
            (CancellationReason.COVERAGE, _("My insurance does not pay")),
            (CancellationReason.PATIENT, _("Something else")),
        ],
    )


class LateForm(forms.Form):
    """How late, in minutes; 0: on time after all."""

    minutes = forms.TypedChoiceField(coerce=int, choices=[(n, str(n)) for n in (0, *MINUTES_LATE)])


class OfferAnswerForm(forms.Form):
    """Yes or no to a time that is offered."""

    answer = forms.ChoiceField(choices=[("accept", "accept"), ("decline", "decline")])


class WaitForm(forms.Form):
    """When somebody who waits could come."""

    until = forms.ChoiceField(
        label=_("How long would you wait?"),
        choices=[("7", _("1 week")), ("14", _("2 weeks")), ("28", _("4 weeks"))],
        initial="14",
        widget=forms.RadioSelect,
    )
    weekdays = forms.TypedMultipleChoiceField(
        label=_("Which days suit you?"),
        coerce=int,
        required=False,
        choices=[
            (Weekday.MONDAY, _("Monday")),
            (Weekday.TUESDAY, _("Tuesday")),
            (Weekday.WEDNESDAY, _("Wednesday")),
            (Weekday.THURSDAY, _("Thursday")),
            (Weekday.FRIDAY, _("Friday")),
            (Weekday.SATURDAY, _("Saturday")),
            (Weekday.SUNDAY, _("Sunday")),
        ],
        widget=forms.CheckboxSelectMultiple,
        help_text=_("If you check none, any day is fine."),
    )
    part = forms.ChoiceField(
        label=_("What time of day?"),
        required=False,
        choices=[("", _("Any time")), ("morning", _("Morning")), ("afternoon", _("Afternoon"))],
        widget=forms.RadioSelect,
    )
    notice = forms.TypedChoiceField(
        label=_("How fast can you be here?"),
        coerce=int,
        choices=[
            (60, _("In 1 hour")),
            (240, _("In 4 hours")),
            (1440, _("The next day")),
        ],
        initial=60,
        widget=forms.RadioSelect,
    )

    def wish(self, today: date) -> Wish:
        """The checked answers. Call it only when the form is valid."""
        said = self.cleaned_data
        bounds: tuple[time | None, time | None] = bounds_of(said["part"])
        return Wish(
            earliest_date=today,
            latest_date=today + timedelta(days=int(said["until"])),
            weekdays=tuple(said["weekdays"]),
            from_time=bounds[0],
            until_time=bounds[1],
            notice_minutes=said["notice"],
        )
