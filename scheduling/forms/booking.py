"""What is to be booked or moved, and where to."""

from datetime import datetime

from django import forms

from scheduling.forms.fields import DayField, parse_instant


class SlotSearchForm(forms.Form):
    """Whom to book for what, and with whom; each may still be open."""

    q = forms.CharField(required=False, max_length=200)
    patient = forms.UUIDField(required=False)
    visit_type = forms.SlugField(required=False)
    clinician = forms.IntegerField(required=False, min_value=1, max_value=2**31)
    site = forms.IntegerField(required=False, min_value=1, max_value=2**31)
    day = DayField()


class BookingForm(forms.Form):
    """One chosen slot for one person."""

    patient = forms.UUIDField()
    visit_type = forms.SlugField()
    site = forms.IntegerField(min_value=1, max_value=2**31)
    slot = forms.CharField(max_length=60)
    reason = forms.CharField(required=False, max_length=200, label="Reason")

    def clean_slot(self) -> tuple[datetime, int | None]:
        """The instant and the clinician (None: anybody) that a slot's key names."""
        instant, _, clinician = self.cleaned_data["slot"].partition("/")
        if clinician and not clinician.isdecimal():
            raise forms.ValidationError("Choose one of the offered times.")
        return parse_instant(instant), min(int(clinician), 2**31) if clinician else None


class MoveSearchForm(forms.Form):
    """Where a visit might go; what is open stays as it is."""

    clinician = forms.IntegerField(required=False, min_value=1, max_value=2**31)
    site = forms.IntegerField(required=False, min_value=1, max_value=2**31)
    day = DayField()


class MoveForm(BookingForm):
    """The slot to which a visit goes."""

    patient = visit_type = reason = None  # type: ignore[assignment]
