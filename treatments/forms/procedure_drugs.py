"""The rows of drugs in the form of a procedure."""

from collections.abc import Sequence
from typing import Any

from django import forms

from treatments.domain.amounts import DOSE_UNITS, SHOWN
from treatments.domain.procedures import MOST_DRUGS, GivenDrug, Rules, role_of

PREFIX = "drugs"
SPARE_ROWS = 2
# Whoever writes more rows than are allowed is told so, and none is cut off; this only bounds work.
MOST_ROWS = 4 * MOST_DRUGS
_FIELDS = (
    "dose",
    "dose_unit",
    "volume_ml",
    "concentration",
    "wasted",
    "lot_number",
    "expiry_date",
)


class DrugForm(forms.Form):
    """One row. Without a drug it must be empty."""

    drug = forms.ChoiceField(required=False)
    volume_ml = forms.DecimalField(
        label="Volume, mL", required=False, max_digits=7, decimal_places=2
    )
    concentration = forms.CharField(label="Concentration", required=False, max_length=40)
    dose = forms.DecimalField(required=False, max_digits=12, decimal_places=4)
    dose_unit = forms.ChoiceField(
        label="Unit",
        required=False,
        choices=[("", "–"), *((unit.value, SHOWN.get(unit, unit.value)) for unit in DOSE_UNITS)],
    )
    lot_number = forms.CharField(label="Lot", required=False, max_length=60)
    expiry_date = forms.DateField(
        label="Expires",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    wasted = forms.DecimalField(
        label="Thrown away", required=False, max_digits=12, decimal_places=4
    )

    def __init__(self, *args: Any, choices: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["drug"].choices = [("", "–"), *choices]  # type: ignore[attr-defined]
        for name in ("volume_ml", "dose", "wasted"):
            self.fields[name].widget = forms.TextInput(attrs={"inputmode": "decimal"})

    def clean(self) -> dict[str, Any]:
        """Refuse a row that says how much, but not of what."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        written = ("dose", "volume_ml", "lot_number")
        if not cleaned.get("drug") and any(cleaned.get(name) for name in written):
            self.add_error("drug", "Choose the drug.")
        return cleaned

    @property
    def given(self) -> GivenDrug | None:
        """What the row says, None if it is empty."""
        said = self.cleaned_data
        if not said.get("drug"):
            return None
        values: dict[str, Any] = {name: said.get(name) for name in _FIELDS}
        if values["dose"] is None:
            # A unit alone says nothing; a dose may still follow from volume and concentration.
            values["dose_unit"] = ""
        # The page does not ask what it was given for; what somebody said of it stays.
        role = self.initial.get("role", "") if self.initial.get("drug") == said["drug"] else ""
        return GivenDrug(drug=said["drug"], role=role, **values)


class DrugRows:
    """The rows that are there, and some to spare, named `drugs-0-dose` and so on."""

    def __init__(self, data: Any, *, rules: Rules, drugs: Sequence[GivenDrug]) -> None:
        self.choices = drug_choices(rules, [row.drug for row in drugs])
        count = len(drugs) + SPARE_ROWS
        if data is not None:
            count = _count(data)
        initial: list[dict[str, Any]] = [
            {name: getattr(row, name) for name in ("drug", "role", *_FIELDS)} for row in drugs
        ]
        self.forms = [
            DrugForm(
                data,
                prefix=f"{PREFIX}-{number}",
                choices=self.choices,
                initial=initial[number] if number < len(initial) else None,
                use_required_attribute=False,
            )
            for number in range(count)
        ]

    def is_valid(self) -> bool:
        """Whether every row can be read."""
        # Every row is asked, so that each shows what is wrong with it.
        return not [form for form in self.forms if not form.is_valid()]

    @property
    def used(self) -> list[DrugForm]:
        """The rows that say something."""
        return [form for form in self.forms if form.given is not None]

    @property
    def given(self) -> tuple[GivenDrug, ...]:
        """What they say."""
        return tuple(row for form in self.forms if (row := form.given) is not None)

    @property
    def readable(self) -> tuple[GivenDrug, ...]:
        """What can be read of them, even where something else is wrong."""
        self.is_valid()
        return self.given

    @property
    def faults(self) -> dict[str, str]:
        """What is wrong in the rows, by the names under which it was sent."""
        return {
            form.add_prefix(name if name in form.fields else "drug"): str(sentences[0])
            for form in self.forms
            for name, sentences in form.errors.items()
        }

    def complain(self, name: str, sentences: list[str]) -> bool:
        """Put the sentences about `drugs.0.dose` beside that field; False if there is none."""
        _drugs, number, field = name.split(".")
        used = self.used
        if int(number) >= len(used):
            return False
        form = used[int(number)]
        form.add_error(field if field in form.fields else "drug", forms.ValidationError(sentences))
        return True


def drug_choices(rules: Rules, present: Sequence[str]) -> list[tuple[str, str]]:
    """The drugs that this treatment gives, and those that are written down already."""
    return [
        (key, rules.names.get(key, key))
        for key, drug in sorted(rules.drugs.items(), key=lambda item: rules.names[item[0]])
        if role_of(drug, rules.treatment.drug_roles) or key in present
    ]


def _count(data: Any) -> int:
    """How many rows were sent."""
    numbers = [
        int(parts[1])
        for name in data
        if len(parts := str(name).split("-")) == 3 and parts[0] == PREFIX and parts[1].isdecimal()
    ]
    return min(MOST_ROWS, max([*numbers, -1]) + 1)
