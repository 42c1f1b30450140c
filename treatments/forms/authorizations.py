"""What a payer allowed, as it is typed on the phone."""

from collections.abc import Sequence
from typing import Any

from django import forms

from treatments.forms.courses import DayField
from treatments.models import CatalogueEntry


class AuthorizationForm(forms.Form):
    """Number, payer, treatment, units and days."""

    treatment = forms.ChoiceField(label="Treatment")
    payer = forms.CharField(max_length=150, label="Payer")
    number = forms.CharField(max_length=80, label="Number")
    units = forms.IntegerField(min_value=1, max_value=999, label="Visits or procedures")
    valid_from = DayField(label="From")
    valid_until = DayField(label="Until")
    note = forms.CharField(
        required=False,
        max_length=500,
        label="Note",
        help_text="Whom you spoke with, for example. Nothing clinical.",
    )

    def __init__(self, *args: Any, treatments: Sequence[CatalogueEntry], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["treatment"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "Choose…"), *((entry.pk, entry.name) for entry in treatments)]
