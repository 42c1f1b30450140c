"""When somebody could come sooner, as the desk types it; and what the waitlist is asked for."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django import forms

from scheduling.actions.waitlist import LONGEST_NOTICE, Wish
from scheduling.forms.booking import BookingForm, region_field
from scheduling.forms.fields import near_day, parse_instant
from scheduling.models import (
    Resource,
    Site,
    VisitType,
    WaitlistEntry,
    WaitlistPriority,
    WaitlistStatus,
    Weekday,
)

USUAL_WAIT = timedelta(days=28)
LARGEST_ID = 2**31


class WaitlistFilterForm(forms.Form):
    """Whose entries are shown."""

    site = forms.IntegerField(required=False, min_value=1, max_value=LARGEST_ID)
    visit_type = forms.SlugField(required=False)
    status = forms.ChoiceField(
        required=False, choices=[*WaitlistStatus.choices, ("all", "Everybody")]
    )


class WaitWhoForm(forms.Form):
    """Who goes on the list and what for, as far as the page that led here knows."""

    q = forms.CharField(required=False, max_length=200)
    patient = forms.UUIDField(required=False)
    visit_type = forms.SlugField(required=False)
    site = forms.IntegerField(required=False, min_value=1, max_value=LARGEST_ID)
    clinician = forms.IntegerField(required=False, min_value=1, max_value=LARGEST_ID)
    appointment = forms.UUIDField(required=False)


class EmptyCellForm(forms.Form):
    """An empty stretch of a clinician's day."""

    site = forms.IntegerField(min_value=1, max_value=LARGEST_ID)
    clinician = forms.IntegerField(required=False, min_value=1, max_value=LARGEST_ID)
    start = forms.CharField(max_length=40)
    end = forms.CharField(max_length=40)

    def clean_start(self) -> datetime:
        """The instant at which it begins."""
        return parse_instant(self.cleaned_data["start"])

    def clean_end(self) -> datetime:
        """The instant at which it ends, at most a day later."""
        end = parse_instant(self.cleaned_data["end"])
        begin = self.cleaned_data.get("start")
        if begin and not timedelta() < end - begin <= timedelta(days=1):
            raise forms.ValidationError("Ask for a stretch of at most a day.")
        return end


class OfferForm(BookingForm):
    """The time that is offered."""

    patient = visit_type = site = reason = counted_in = wished = None  # type: ignore[assignment]


class AnswerForm(forms.Form):
    """What became of an offer, as the desk heard it."""

    answer = forms.ChoiceField(
        choices=[("accept", "Yes"), ("decline", "No"), ("withdraw", "Take back")]
    )


class PublicAnswerForm(forms.Form):
    """Yes or no, from the person."""

    answer = forms.ChoiceField(choices=[("accept", "Yes"), ("decline", "No")])


class WishForm(forms.Form):
    """When somebody could come. The names of kinds, clinicians and days are filled in here."""

    visit_type = forms.ChoiceField(label="Kind of visit")
    clinician = forms.ChoiceField(label="With", required=False)
    priority = forms.TypedChoiceField(
        label="How soon", coerce=int, choices=WaitlistPriority.choices, initial=3
    )
    earliest_date = forms.DateField(
        label="From", widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    latest_date = forms.DateField(
        label="Until", widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    from_time = forms.TimeField(
        label="Not before",
        required=False,
        widget=forms.TimeInput({"type": "time"}, format="%H:%M"),
    )
    until_time = forms.TimeField(
        label="Begin before",
        required=False,
        widget=forms.TimeInput({"type": "time"}, format="%H:%M"),
    )
    notice_minutes = forms.TypedChoiceField(
        label="Can be here within",
        coerce=int,
        initial=60,
        choices=[
            (0, "Any moment"),
            (30, "30 minutes"),
            (60, "1 hour"),
            (120, "2 hours"),
            (240, "4 hours"),
            (1440, "A day"),
            (2880, "2 days"),
            (LONGEST_NOTICE, "A week"),
        ],
    )
    weekdays = forms.TypedMultipleChoiceField(
        label="Days",
        coerce=int,
        required=False,
        choices=[(day.value, day.label[:3]) for day in Weekday],
        widget=forms.CheckboxSelectMultiple,
        help_text="None ticked: any day.",
    )
    appointment = forms.ChoiceField(
        label="Visit to bring forward", required=False, choices=[("", "None: a new visit")]
    )
    region = region_field()
    note = forms.CharField(
        label="Note",
        required=False,
        max_length=200,
        help_text="What the desk may read. Nothing clinical.",
    )

    def __init__(
        self,
        *args: Any,
        visit_types: Sequence[VisitType],
        clinicians: Sequence[Resource],
        visits: Sequence[tuple[str, str]] = (),
        is_change: bool = False,
        asks_region: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        kinds = [(kind.code, f"{kind.name}, {kind.duration_minutes} min") for kind in visit_types]
        fields["visit_type"].choices = kinds
        anybody = ("", "Anybody who may do it")
        names = [(str(person.pk), person.name) for person in clinicians]
        fields["clinician"].choices = [anybody, *names]
        self.clinicians = {str(person.pk): person for person in clinicians}
        fields["appointment"].choices += list(visits)
        if is_change:
            del fields["visit_type"]
        if not asks_region:
            del fields["region"]
        if is_change or not visits:
            del fields["appointment"]
        current = self.initial.get("notice_minutes")
        if current is not None and current not in dict(fields["notice_minutes"].choices):
            fields["notice_minutes"].choices += [(current, f"{current} minutes")]

    def clean_earliest_date(self) -> Any:
        """A day not absurdly far away."""
        return near_day(self.cleaned_data["earliest_date"])

    def clean_latest_date(self) -> Any:
        """A day not absurdly far away."""
        return near_day(self.cleaned_data["latest_date"])

    def wish(self) -> Wish:
        """The checked answers. Call it only when the form is valid."""
        said = self.cleaned_data
        return Wish(
            earliest_date=said["earliest_date"],
            latest_date=said["latest_date"],
            clinician=self.clinicians.get(said["clinician"]),
            weekdays=tuple(said["weekdays"]),
            from_time=said["from_time"],
            until_time=said["until_time"],
            notice_minutes=said["notice_minutes"],
            priority=said["priority"],
            note=said["note"],
            region=said.get("region", ""),
        )


def initial_wish(entry: WaitlistEntry) -> dict[str, Any]:
    """What the form shows of an entry."""
    names = ("earliest_date", "latest_date", "from_time", "until_time", "notice_minutes")
    shown: dict[str, Any] = {name: getattr(entry, name) for name in names}
    return shown | {
        "priority": entry.priority,
        "note": entry.note,
        "region": entry.region,
        "weekdays": entry.weekdays,
        "clinician": str(entry.clinician_id or ""),
    }


def usual_wish(site: Site, now: datetime) -> dict[str, Any]:
    """What the form shows first: from today, for four weeks."""
    today = now.astimezone(site.zone).date()
    return {"earliest_date": today, "latest_date": today + USUAL_WAIT}
