"""What the record may ask the calendar: who is on call at a place, and when all are closed."""

from datetime import date
from uuid import UUID

from django.db.models import Count

from clinic.accounts.models import THE_CLINIC
from scheduling.models import Holiday, Site
from scheduling.queries.places import place_of


class ForTheRecord:
    """Answers as `treatments.facts.calendar` asks; it shows nobody."""

    def on_call_of(self, patient_id: UUID | None) -> str:
        """The address on call where the person was or will be last, "" if it has none."""
        place = place_of(THE_CLINIC, patient_id) if patient_id else None
        return place.on_call_email if place else ""

    def days_off(self, first: date, last: date) -> frozenset[date]:
        """The days on which every place in use is closed all day; a place that is open calls."""
        places = Site.objects.filter(is_active=True).count()
        closed = Holiday.objects.filter(
            local_date__range=(first, last),
            site__is_active=True,
            is_observed=True,
            opens__isnull=True,
        )
        days = closed.values("local_date").annotate(places=Count("site")).order_by()
        return frozenset(row["local_date"] for row in days if row["places"] == places)
