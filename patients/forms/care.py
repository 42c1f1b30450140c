"""What is typed about the care team, and to open a chart in an emergency."""

from datetime import timedelta
from typing import Any

from django import forms

from clinic.accounts.models import User
from patients.models.care_team import SHORTEST_REASON


class EmergencyForm(forms.Form):
    """Why, and for how long."""

    reason = forms.CharField(
        label="Why you need it now",
        min_length=SHORTEST_REASON,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    hours = forms.TypedChoiceField(
        label="For",
        coerce=int,
        choices=[(1, "1 hour"), (2, "2 hours"), (4, "4 hours")],
        initial=1,
    )

    def lasting(self) -> timedelta:
        """How long it stays open."""
        return timedelta(hours=self.cleaned_data["hours"])


class CarerForm(forms.Form):
    """One more clinician for a care team; the value of `user` is a `User`."""

    user = forms.TypedChoiceField(label="Clinician")

    def __init__(self, *args: Any, carers: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        by_id = {str(user.pk): user for user in carers}
        field: Any = self.fields["user"]
        field.choices = [
            (pk, f"{user.name} ({user.get_role_display()})") for pk, user in by_id.items()
        ]
        field.coerce = by_id.__getitem__
