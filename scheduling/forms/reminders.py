"""Rules of reminders, as a manager types them."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django import forms

from scheduling.models import ReminderRule, Site, VisitType

UNITS = [("days", "days before"), ("hours", "hours before"), ("minutes", "minutes before")]
_LONGEST = 86_400


class MomentForm(forms.Form):
    """How long before a visit, and whether people are reminded then."""

    amount = forms.IntegerField(label="Remind", min_value=1, max_value=_LONGEST)
    unit = forms.ChoiceField(label="Unit", choices=UNITS, initial="days")
    is_active = forms.BooleanField(label="On", required=False)

    @property
    def before(self) -> timedelta:
        """The time before the visit. Only for a form that is valid."""
        said = self.cleaned_data
        return timedelta(**{said["unit"]: said["amount"]})


class _Scoped(forms.Form):
    site = forms.ChoiceField(label="Site", required=False)
    visit_type = forms.ChoiceField(label="Kind of visit", required=False)

    def __init__(
        self, *args: Any, sites: Sequence[Site], kinds: Sequence[VisitType], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._sites = {str(site.pk): site for site in sites}
        self._kinds = {str(kind.pk): kind for kind in kinds}
        self._choose("site", "Every site", self._sites)
        self._choose("visit_type", "Every kind", self._kinds)

    def _choose(self, name: str, every: str, rows: Any) -> None:
        field: Any = self.fields[name]
        field.choices = [("", every), *((pk, str(row)) for pk, row in rows.items())]

    def clean_site(self) -> Site | None:
        """The site instead of its id."""
        return self._sites.get(self.cleaned_data["site"])

    def clean_visit_type(self) -> VisitType | None:
        """The kind of visit instead of its id."""
        return self._kinds.get(self.cleaned_data["visit_type"])


class NewReminderForm(_Scoped, MomentForm):
    """Another moment, for everybody or for some visits."""

    field_order = ("amount", "unit", "visit_type", "site")
    is_active = None  # type: ignore[assignment]


class SampleForm(_Scoped):
    """For which visit to show what would be sent."""

    field_order = ("visit_type", "site")


def moment_values(rule: ReminderRule) -> dict[str, Any]:
    """What the form for a rule begins with."""
    minutes = int(rule.before.total_seconds()) // 60
    for size, unit in ((1440, "days"), (60, "hours")):
        if minutes % size == 0:
            return {"amount": minutes // size, "unit": unit, "is_active": rule.is_active}
    return {"amount": minutes, "unit": "minutes", "is_active": rule.is_active}
