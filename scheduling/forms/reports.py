"""Which figures are asked for."""

from datetime import date, timedelta
from typing import Any

from django import forms

from scheduling.forms.hours import NearDateField
from scheduling.queries.reports import LONGEST

USUAL = timedelta(days=29)


class PeriodForm(forms.Form):
    """Days at a site; the last thirty, if none are named."""

    all_optional = True

    site = forms.IntegerField(required=False, min_value=1, max_value=2**31)
    first_date = NearDateField(label="From", required=False)
    last_date = NearDateField(label="Through", required=False)

    def clean(self) -> dict[str, Any]:
        """Refuses what ends before it begins, or is longer than a year."""
        wish: dict[str, Any] = super().clean() or {}
        first, last = wish.get("first_date"), wish.get("last_date")
        if first and last and not timedelta() <= last - first <= LONGEST:
            raise forms.ValidationError(
                "Choose a last day that is not before the first, within a year."
            )
        return wish

    def days(self, today: date) -> tuple[date, date]:
        """The first and the last day."""
        last = self.cleaned_data["last_date"] or today
        first = self.cleaned_data["first_date"] or last - USUAL
        return min(first, last), last
