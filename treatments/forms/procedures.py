"""The form of a procedure, shaped by its treatment."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from clinic.accounts.models import User
from treatments.domain.procedure_items import CHECKLIST, DEVICE, Item, Kind, items_for, read_items
from treatments.domain.procedures import Content, Rules, levels_for
from treatments.domain.spine_picture import Part, picture, said
from treatments.forms.procedure_drugs import DrugRows

MOMENT = "%Y-%m-%dT%H:%M"
SEDATIONS = ("none", "oral", "minimal", "moderate", "deep", "general")
SIDES = (("left", "Left"), ("right", "Right"), ("bilateral", "Both sides"), ("midline", "Midline"))
STATUSES = (("completed", "Completed"), ("stopped", "Stopped before its end"))
# What only somebody who may sign says: what was found, and how it ended.
SIGNERS_OWN = ("status", "check_stop_reason", "findings", "complications", "aftercare")
Choices = Iterable[tuple[str, str]]


def words(key: str) -> str:
    """A key as it is read: `balloon_bipedicular` becomes "Balloon bipedicular"."""
    return {"ct": "CT", "c_arm": "C-arm"}.get(key, key.replace("_", " ").capitalize())


def _chips(label: str, choices: Choices) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, choices=list(choices), required=False, widget=forms.RadioSelect
    )


def moment_field(label: str, *, required: bool = False) -> forms.DateTimeField:
    """A day and a time on the clock of the page."""
    return forms.DateTimeField(
        label=label,
        required=required,
        input_formats=[MOMENT, f"{MOMENT}:%S"],
        widget=forms.DateTimeInput(format=MOMENT, attrs={"type": "datetime-local"}),
    )


def _text(label: str, rows: int = 2) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, required=False, max_length=5000, widget=widget)


class ProcedureForm(forms.Form):
    """Everything but the drugs, which are `rows`; the two are checked together.

    Which fields there are follows from the treatment. `revision` and `drugs_seen` say what the
    person had read, `theirs` in which fields another writer's words stay.
    """

    # A draft may be saved with anything missing; what a signature needs is listed when it is asked.
    all_optional = True
    revision = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    drugs_seen = forms.CharField(max_length=16, required=False, widget=forms.HiddenInput)
    performed_at = moment_field("Begun", required=True)
    ended_at = moment_field("Ended")

    def __init__(
        self,
        data: Any = None,
        *,
        rules: Rules,
        performers: Sequence[User],
        may_sign: bool,
        content: Content,
        initial: Mapping[str, Any],
    ) -> None:
        known = {**_initial_of(content), **initial}
        super().__init__(data, initial=known)
        self.rules, self.people = rules, {person.pk: person for person in performers}
        self._add_fields(content)
        if not may_sign:
            for name in set(SIGNERS_OWN) & set(self.fields):
                self.fields[name].disabled = True
        self.rows = DrugRows(data, rules=rules, drugs=content.drugs)

    def _add_fields(self, content: Content) -> None:
        details, fields = self.rules.treatment, self.fields
        people = [(pk, str(person)) for pk, person in self.people.items()]
        fields["performer"] = forms.TypedChoiceField(label="Done by", choices=people, coerce=int)
        fields["status"] = _chips("How it ended", STATUSES)
        levels = [*levels_for(details), *content.levels]
        if details.regions:
            fields["region"] = _chips("Region", [(r, words(r)) for r in details.regions])
        fields["levels"] = forms.MultipleChoiceField(
            choices=[(level, level) for level in dict.fromkeys(levels)], required=False
        )
        if details.has_sides:
            fields["laterality"] = _chips("Side", SIDES)
        self._add_ways()
        for prefix, item in self.items():
            fields[f"{prefix}_{item.key}"] = _item_field(item)
        for name in ("pain_before", "pain_after"):
            marks = [(str(n), str(n)) for n in range(11)]
            fields[name] = _chips(f"Pain {name[5:]}", marks)
        fields["findings"] = _text("Findings")
        fields["complications"] = _text("Complications")
        fields["aftercare"] = _text("Aftercare, as the person reads it", 4)

    def _add_ways(self) -> None:
        details, fields = self.rules.treatment, self.fields
        for name in ("approach", "purpose"):
            options = getattr(details, "approaches" if name == "approach" else "purposes")
            if options:
                fields[name] = _chips(words(name), [(key, words(key)) for key in options])
        if details.guidance:
            ways = [(key, words(key)) for key in (*details.guidance, "none")]
            fields["guidance"] = _chips("Guidance", ways)
        if "sedation" in details.fields:
            fields["sedation"] = _chips("Sedation", [(key, words(key)) for key in SEDATIONS])
        if "cement" in details.fields:
            for level in levels_for(details):
                fields[f"cement_{level}"] = forms.DecimalField(
                    label=f"Cement in {level}, mL", required=False, max_digits=4, decimal_places=2
                )

    def items(self) -> list[tuple[str, Item]]:
        """The small questions, with the prefix of their fields."""
        parts = list(self.rules.treatment.fields)
        if any(approach.startswith("balloon") for approach in self.rules.treatment.approaches):
            parts.append("balloon")
        return [
            *(("check", item) for item in items_for(CHECKLIST, parts)),
            *(("device", item) for item in items_for(DEVICE, parts)),
        ]

    def clean(self) -> dict[str, Any]:
        """Small questions are read by the domain, which also reads them for the API."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        self.answers: dict[str, dict[str, Any]] = {"check": {}, "device": {}}
        for prefix, table in (("check", CHECKLIST), ("device", DEVICE)):
            raw = {
                item.key: _plain(cleaned.get(f"{prefix}_{item.key}"))
                for kind, item in self.items()
                if kind == prefix
            }
            self.answers[prefix], wrong = read_items(raw, table)
            for key, sentences in wrong.items():
                self.add_error(f"{prefix}_{key}", forms.ValidationError(sentences))
        return cleaned

    def is_valid(self) -> bool:
        """Whether the fields and the rows can be read."""
        rows_are = self.rows.is_valid()
        return super().is_valid() and rows_are

    @property
    def content(self) -> Content:
        """What the form says, once it is valid."""
        said_ = self.cleaned_data
        device = dict(self.answers["device"])
        cement = {
            name.removeprefix("cement_"): f"{volume.normalize():f}"
            for name, volume in said_.items()
            if name.startswith("cement_") and volume is not None
        }
        if cement:
            device["cement_ml"] = cement
        own = ("region", "laterality", "approach", "purpose", "guidance", "sedation")
        return Content(
            performed_at=said_["performed_at"],
            ended_at=said_["ended_at"],
            status=said_["status"] or "completed",
            levels=tuple(said_["levels"]),
            **{name: said_.get(name, "") for name in own},
            pain_before=_mark(said_["pain_before"]),
            pain_after=_mark(said_["pain_after"]),
            **{name: said_[name] for name in ("findings", "complications", "aftercare")},
            device_settings=device,
            checklist=self.answers["check"],
            drugs=self.rows.given,
        )

    @property
    def performer(self) -> User:
        """Who did it."""
        return self.people[self.cleaned_data["performer"]]

    def complain(self, complaints: Mapping[str, list[str]]) -> None:
        """Put each sentence of the domain beside its field."""
        for name, sentences in complaints.items():
            field = name.replace("checklist.", "check_")
            if name.startswith("drugs."):
                self.rows.complain(name, sentences)
            else:
                beside = field if field in self.fields else "levels"
                self.add_error(beside, forms.ValidationError(sentences))

    @property
    def faults(self) -> dict[str, str]:
        """What is wrong, by the names under which it was sent."""
        found = {
            name if name in self.fields else "levels": str(sentences[0])
            for name, sentences in self.errors.items()
        }
        return found | self.rows.faults

    @property
    def spine(self) -> list[Part]:
        """The picture to pick levels from."""
        cement = {
            name.removeprefix("cement_"): str(self[name].value() or "")
            for name in self.fields
            if name.startswith("cement_")
        }
        return picture(self.rules.treatment, self._levels(), cement)

    @property
    def picked(self) -> str:
        """What is picked, as a sentence."""
        region = self["region"].value() if "region" in self.fields else ""
        side = self["laterality"].value() if "laterality" in self.fields else ""
        known = dict(self.fields["levels"].choices)  # type: ignore[attr-defined]
        return said(region or "", [x for x in self._levels() if x in known], side or "")

    @property
    def uses_cement(self) -> bool:
        """Whether cement is written beside each vertebra."""
        return "cement" in self.rules.treatment.fields

    def _levels(self) -> list[str]:
        return list(self["levels"].value() or [])


def _mark(text: str) -> int | None:
    return int(text) if text else None


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _initial_of(content: Content) -> dict[str, Any]:
    cement = content.device_settings.get("cement_ml", {})
    return {
        **{name: getattr(content, name) for name in Content.__dataclass_fields__},
        **{f"check_{key}": _shown(value) for key, value in content.checklist.items()},
        **{f"device_{key}": value for key, value in content.device_settings.items()},
        **{f"cement_{level}": volume for level, volume in cement.items()},
        "levels": list(content.levels),
    }


def _shown(value: Any) -> Any:
    """An instant that is kept as text becomes one again, so that it is shown on this clock."""
    if not isinstance(value, str) or "T" not in value:
        return value
    try:
        instant = parse_datetime(value)
    except ValueError:
        return value
    return timezone.localtime(instant) if instant and instant.tzinfo else value


def _item_field(item: Item) -> forms.Field:
    label = f"{item.label}, {item.unit}" if item.unit else item.label
    if item.kind is Kind.TICK:
        return forms.BooleanField(label=label, required=False)
    if item.kind is Kind.CHOICE:
        return _chips(label, item.choices)
    if item.kind is Kind.INSTANT:
        return moment_field(label)
    attrs = {"inputmode": "decimal"} if item.kind is Kind.NUMBER else {}
    return forms.CharField(
        label=label, required=False, max_length=500, widget=forms.TextInput(attrs=attrs)
    )
