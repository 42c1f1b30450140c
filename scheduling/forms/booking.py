"""What is to be booked or moved, and where to."""

from datetime import date, datetime, time
from typing import Any

from django import forms
from django.db.models import TextChoices
from django.http import QueryDict

from scheduling.forms.fields import DayField, parse_instant
from scheduling.models import CancellationReason, Weekday
from treatments.domain.spine import Region
from treatments.forms.rules import SeenField, override_field

# Of an hour that the clock shows twice.
WHICH = ("first", "second")


class PartOfDay(TextChoices):
    """When on a day, by the site's wall clock."""

    ANY = "", "Any time"
    MORNING = "morning", "Mornings"
    AFTERNOON = "afternoon", "Afternoons"
    EVENING = "evening", "Evenings"

    @property
    def bounds(self) -> tuple[time | None, time | None]:
        """From when, and until before when; None is not bounded."""
        noon, five = time(12), time(17)
        return {"": (None, None), "morning": (None, noon), "afternoon": (noon, five)}.get(
            self.value, (five, None)
        )


def row_field(**options: Any) -> forms.IntegerField:
    """The number of a site, a clinician or another row: positive, and one that a row can have."""
    return forms.IntegerField(min_value=1, max_value=2**31, **options)


def region_field() -> forms.ChoiceField:
    """Which region a visit is for: asked where limits count by region and its kind names none."""
    return forms.ChoiceField(
        required=False,
        choices=[("", "Not said"), *((r.value, r.value.capitalize()) for r in Region)],
        label="For which region",
    )


class FlagsField(forms.Field):
    """Keys of red flags, none or several."""

    widget = forms.MultipleHiddenInput
    most = 60

    def __init__(self) -> None:
        super().__init__(required=False)

    def clean(self, value: Any) -> frozenset[str]:
        """The keys. Raises `ValidationError`."""
        keys = frozenset(str(item) for item in value or ())
        if len(keys) > self.most or any(len(key) > 60 or not key.isprintable() for key in keys):
            raise forms.ValidationError("These are no red flags.")
        return keys


class SlotSearchForm(forms.Form):
    """Whom to book for what, and with whom; each may still be open."""

    q = forms.CharField(required=False, max_length=200)
    patient = forms.UUIDField(required=False)
    visit_type = forms.SlugField(required=False)
    clinician = row_field(required=False)
    site = row_field(required=False)
    day = DayField()
    part = forms.ChoiceField(required=False, choices=PartOfDay.choices)
    weekday = forms.TypedMultipleChoiceField(required=False, choices=Weekday.choices, coerce=int)
    in_spite = forms.BooleanField(required=False)
    region = region_field()


class WishField(forms.CharField):
    """What narrowed the times, as the page's own query string: checked like the search itself."""

    def __init__(self) -> None:
        super().__init__(required=False, max_length=500)

    def clean(self, value: Any) -> dict[str, Any]:
        """The fields of the search; nothing if they are not such."""
        form = SlotSearchForm(QueryDict(super().clean(value)))
        return form.cleaned_data if form.is_valid() else {}


class BookingForm(forms.Form):
    """One chosen slot for one person: to be booked, or only held for a while.

    `wished` is what narrowed the times, so that a refusal offers others of that sort.
    """

    patient = forms.UUIDField()
    visit_type = forms.SlugField()
    site = row_field()
    slot = forms.CharField(max_length=60)
    reason = forms.CharField(required=False, max_length=200, label="Reason")
    hold = forms.BooleanField(required=False)
    counted_in = forms.UUIDField(required=False)
    wished = WishField()
    override_reason = override_field()
    seen = SeenField()
    region = region_field()

    def clean_slot(self) -> tuple[datetime, int | None]:
        """The instant and the clinician (None: anybody) that a slot's key names."""
        instant, _, clinician = self.cleaned_data["slot"].partition("/")
        if clinician and not clinician.isdecimal():
            raise forms.ValidationError("Choose one of the offered times.")
        return parse_instant(instant), min(int(clinician), 2**31) if clinician else None


class MoveSearchForm(forms.Form):
    """Where a visit might go; what is open stays as it is."""

    clinician = row_field(required=False)
    site = row_field(required=False)
    day = DayField()
    part = forms.ChoiceField(required=False, choices=PartOfDay.choices)
    weekday = forms.TypedMultipleChoiceField(required=False, choices=Weekday.choices, coerce=int)
    in_spite = forms.BooleanField(required=False)


class MoveForm(BookingForm):
    """The slot to which a visit goes."""

    patient = visit_type = reason = hold = counted_in = region = None  # type: ignore[assignment]


class WalkInForm(forms.Form):
    """Somebody who is here: what for, and with whom; `wished` as for a booking."""

    patient = forms.UUIDField()
    visit_type = forms.SlugField()
    site = row_field()
    clinician = row_field(required=False)
    reason = forms.CharField(required=False, max_length=200, label="Reason")
    wished = WishField()
    override_reason = override_field()
    seen = SeenField()
    region = region_field()


class TriageForm(forms.Form):
    """Which red flags somebody told of on the phone; what was to be booked stays."""

    patient = forms.UUIDField()
    visit_type = forms.SlugField(required=False)
    site = row_field(required=False)
    flag = FlagsField()


class HoldBookForm(forms.Form):
    """A held time is booked: why somebody comes, and what is said to the rules."""

    reason = forms.CharField(required=False, max_length=200, label="Reason")
    override_reason = override_field()
    seen = SeenField()
    region = region_field()


class AnywayForm(forms.Form):
    """A day and an hour at which a visit is wanted, whatever is there already.

    `which` says which of the two, on the day on which the clock shows that hour twice.
    """

    patient = forms.UUIDField()
    visit_type = forms.SlugField()
    site = row_field()
    clinician = row_field(required=False)
    day = forms.DateField(input_formats=["%Y-%m-%d"], label="Day")
    clock = forms.TimeField(input_formats=["%H:%M", "%H:%M:%S"], label="Time")
    reason = forms.CharField(required=False, max_length=200, label="Reason")
    which = forms.ChoiceField(required=False, choices=[(which, which) for which in WHICH])
    region = region_field()

    def clean_day(self) -> date:
        """The day, unless it is absurdly far away."""
        day: date | None = DayField().clean(self["day"].value())
        if day is None:
            raise forms.ValidationError("Say on which day.")
        return day


class OverbookingForm(AnywayForm):
    """The same with why it must be so."""

    overbooking_reason = forms.CharField(
        min_length=5,
        max_length=200,
        label="Why it must be booked anyway",
        help_text="Stays with the visit for ever, with your name.",
    )


class CancelForm(forms.Form):
    """Why a visit is cancelled."""

    cancellation_reason = forms.ChoiceField(
        choices=CancellationReason.choices,
        widget=forms.RadioSelect,
        label="Why",
    )
    note = forms.CharField(required=False, max_length=200, label="In words")


class CancelVisitForm(CancelForm):
    """The same for one visit: the first reason has the focus, arrows choose, Enter cancels."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["cancellation_reason"].widget.attrs["autofocus"] = True


class RegionForm(forms.Form):
    """Where a visit is for."""

    region = region_field()


class AssignForm(forms.Form):
    """Which room or machine a visit gives up, and which one it gets."""

    old = row_field()
    new = row_field()
