"""What another clinic did, and the small forms around a procedure."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from django import forms
from django.utils import timezone

from treatments.domain.amounts import Unit
from treatments.domain.catalogue import details_of
from treatments.domain.outside_procedures import NONE_OF_OURS
from treatments.domain.procedures import GivenDrug, role_of
from treatments.domain.spine import Region
from treatments.forms.procedure_parts import SIDES, words
from treatments.models import CatalogueEntry

EARLIEST = date(1930, 1, 1)
REGIONS = [("", "–"), *((region.value, words(region.value)) for region in Region)]


class OutsideForm(forms.Form):
    """A treatment or words, a day or “not known”, and a steroid with its dose if one is known."""

    treatment = forms.ChoiceField(required=False)
    text = forms.CharField(label="Or in words", required=False, max_length=300)
    performed_date = forms.DateField(
        label="Day",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    no_date = forms.BooleanField(label="The day is not known", required=False)
    region = forms.ChoiceField(required=False, choices=REGIONS)
    laterality = forms.ChoiceField(label="Side", required=False, choices=[("", "–"), *SIDES])
    steroid = forms.ChoiceField(label="Steroid that was injected", required=False)
    dose = forms.DecimalField(
        label="Its dose, mg", required=False, max_digits=7, decimal_places=2, min_value=0
    )
    findings = forms.CharField(
        label="Where, by whom, with what result",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(
        self,
        data: Any = None,
        *,
        treatments: Sequence[CatalogueEntry],
        drugs: Sequence[CatalogueEntry],
    ) -> None:
        super().__init__(data)
        self.treatments = {entry.key: entry for entry in treatments}
        self.steroids = {
            drug.key: drug
            for drug in drugs
            if role_of(details_of("drug", drug.details, where=drug.key), ("steroid",))
        }
        for name, known in (("treatment", self.treatments), ("steroid", self.steroids)):
            entries = [(key, entry.name) for key, entry in known.items()]
            self.fields[name].choices = [("", "–"), *entries]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Refuse what leaves open what was done, or when."""
        said: dict[str, Any] = super().clean() or self.cleaned_data
        if not said.get("treatment") and not str(said.get("text", "")).strip():
            self.add_error("text", "Choose a treatment, or write what was done.")
        day = said.get("performed_date")
        if not day and not said.get("no_date") and "performed_date" not in self.errors:
            self.add_error("performed_date", "Give the day, or say that it is not known.")
        if day and said.get("no_date"):
            self.add_error("no_date", "A day is given, so it is known.")
        if day and day > timezone.localdate():
            self.add_error("performed_date", "This day is still to come.")
        if day and day < EARLIEST:
            self.add_error("performed_date", f"This is before {EARLIEST.year}.")
        if said.get("dose") and not said.get("steroid"):
            self.add_error("steroid", "Choose the steroid this dose is of.")
        if said.get("steroid") and "dose" in said and not said["dose"]:
            self.add_error("dose", "Write the dose, or leave the steroid out.")
        return said

    @property
    def on(self) -> datetime | None:
        """The beginning of the day, on the clock of the page."""
        day = self.cleaned_data["performed_date"]
        return timezone.make_aware(datetime.combine(day, time())).astimezone(UTC) if day else None

    @property
    def drug(self) -> GivenDrug | None:
        """The steroid that was given, if it is known."""
        said = self.cleaned_data
        if not said["steroid"]:
            return None
        return GivenDrug(
            drug=said["steroid"], role="steroid", dose=said["dose"], dose_unit=Unit.MILLIGRAM
        )


class TreatmentForm(forms.Form):
    """Which treatment the words of another clinic mean; `seen` is what it was when it was read."""

    treatment = forms.ChoiceField(
        label="Treatment", required=False, help_text="The likeliest by its words stand first."
    )
    region = forms.ChoiceField(label="Where in the spine", required=False, choices=REGIONS)
    seen = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)

    def __init__(
        self,
        data: Any = None,
        *,
        initial: Mapping[str, Any],
        treatments: Sequence[CatalogueEntry],
        likely: Sequence[str],
    ) -> None:
        super().__init__(data, initial=dict(initial))
        self.treatments = {entry.key: entry for entry in treatments}
        near = [(key, self.treatments[key].name) for key in likely]
        others = [(key, row.name) for key, row in self.treatments.items() if key not in likely]
        groups: list[Any] = [
            ("", "Leave it to its words"),
            (NONE_OF_OURS, "None of ours"),
            ("Others", others),
        ]
        if near:
            groups.insert(2, ("By its words", near))
        self.fields["treatment"].choices = groups  # type: ignore[attr-defined]


class ReasonForm(forms.Form):
    """Why something signed is amended or withdrawn."""

    reason = forms.CharField(max_length=500)


class FavoriteForm(forms.Form):
    """The name of a favourite."""

    name = forms.CharField(max_length=80, label="Name")


class RecallForm(forms.Form):
    """Which lot, and of which drug if it matters."""

    lot_number = forms.CharField(label="Lot number", max_length=60)
    drug = forms.ChoiceField(required=False)

    def __init__(self, data: Any = None, *, drugs: Sequence[CatalogueEntry]) -> None:
        super().__init__(data)
        entries = [(drug.key, drug.name) for drug in sorted(drugs, key=lambda drug: drug.name)]
        self.fields["drug"].choices = [("", "Any drug"), *entries]  # type: ignore[attr-defined]
