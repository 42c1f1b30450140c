"""One of the offered times."""

from scheduling.forms.booking import BookingForm


class FollowUpSlotForm(BookingForm):
    """Only the time: what is booked, where and for whom follows from what is due."""

    patient = visit_type = site = reason = hold = None  # type: ignore[assignment]
    counted_in = wished = override_reason = seen = region = None  # type: ignore[assignment]
