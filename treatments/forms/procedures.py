"""The form of a procedure, shaped by its treatment."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django import forms

from clinic.accounts.models import User
from treatments.domain.procedure_items import CHECKLIST, DEVICE, Item, items_for, read_items
from treatments.domain.procedures import Content, Rules, levels_for
from treatments.domain.spine_picture import Part, picture, said
from treatments.forms.procedure_drugs import DrugRows
from treatments.forms.procedure_parts import (
    SIDES,
    as_kept,
    chips,
    field_of,
    item_field,
    moment_field,
    shown,
    text_field,
    words,
)

SEDATIONS = ("none", "oral", "minimal", "moderate", "deep", "general")
STATUSES = (("completed", "Completed"), ("stopped", "Stopped before its end"))
# What only somebody who may sign says: what was found, and how it ended.
SIGNERS_OWN = ("status", "check_stop_reason", "findings", "complications", "aftercare")


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
        self._before = content
        self._add_fields(content)
        if not may_sign:
            for name in set(SIGNERS_OWN) & set(self.fields):
                self.fields[name].disabled = True
        self.rows = DrugRows(data, rules=rules, drugs=content.drugs)

    def _add_fields(self, content: Content) -> None:
        details, fields = self.rules.treatment, self.fields
        people = [(pk, str(person)) for pk, person in self.people.items()]
        fields["performer"] = forms.TypedChoiceField(label="Done by", choices=people, coerce=int)
        fields["status"] = chips("How it ended", STATUSES)
        levels = [*levels_for(details), *content.levels]
        if details.regions:
            fields["region"] = chips("Region", [(r, words(r)) for r in details.regions])
        fields["levels"] = forms.MultipleChoiceField(
            choices=[(level, level) for level in dict.fromkeys(levels)], required=False
        )
        if details.has_sides:
            fields["laterality"] = chips("Side", SIDES)
        self._add_ways()
        for prefix, item in self.items():
            fields[f"{prefix}_{item.key}"] = item_field(item)
        for name in ("pain_before", "pain_after"):
            marks = [(str(n), str(n)) for n in range(11)]
            fields[name] = chips(f"Pain {name[5:]}", marks)
        fields["findings"] = text_field("Findings")
        fields["complications"] = text_field("Complications")
        fields["aftercare"] = text_field("Aftercare, as the person reads it", 4)

    def _add_ways(self) -> None:
        details, fields = self.rules.treatment, self.fields
        for name in ("approach", "purpose"):
            options = getattr(details, "approaches" if name == "approach" else "purposes")
            if options:
                fields[name] = chips(words(name), [(key, words(key)) for key in options])
        if details.guidance:
            ways = [(key, words(key)) for key in (*details.guidance, "none")]
            fields["guidance"] = chips("Guidance", ways)
        if "sedation" in details.fields:
            fields["sedation"] = chips("Sedation", [(key, words(key)) for key in SEDATIONS])
        if "cement" in details.fields:
            for level in levels_for(details):
                fields[f"cement_{level}"] = forms.DecimalField(
                    label=f"Cement in {level}, mL", required=False, max_digits=4, decimal_places=2
                )

    def items(self) -> list[tuple[str, Item]]:
        """The small questions, with the prefix of their fields."""
        parts, families = list(self.rules.treatment.fields), self.rules.treatment.families
        if any(approach.startswith("balloon") for approach in self.rules.treatment.approaches):
            parts.append("balloon")
        return [
            *(("check", item) for item in items_for(CHECKLIST, parts, families)),
            *(("device", item) for item in items_for(DEVICE, parts)),
        ]

    def clean(self) -> dict[str, Any]:
        """Small questions are read by the domain, which also reads them for the API."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        self.answers: dict[str, dict[str, Any]] = {"check": {}, "device": {}}
        for prefix, table in (("check", CHECKLIST), ("device", DEVICE)):
            raw = {
                item.key: _plain(cleaned.get(f"{prefix}_{item.key}"), self._kept(prefix, item.key))
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
        # What this form does not ask for stays as it is.
        check = self._not_asked(self._before.checklist, "check") | self.answers["check"]
        device = self._not_asked(self._before.device_settings, "device") | self.answers["device"]
        cement = {
            name.removeprefix("cement_"): f"{volume.normalize():f}"
            for name, volume in said_.items()
            if name.startswith("cement_") and volume is not None
        }
        if cement:
            device["cement_ml"] = cement
        own = ("region", "laterality", "approach", "purpose", "guidance", "sedation")
        return Content(
            performed_at=as_kept(said_["performed_at"], self._before.performed_at),
            ended_at=as_kept(said_["ended_at"], self._before.ended_at),
            status=said_["status"] or "completed",
            levels=tuple(said_["levels"]),
            **{name: said_.get(name, "") for name in own},
            pain_before=_mark(said_["pain_before"]),
            pain_after=_mark(said_["pain_after"]),
            **{name: said_[name] for name in ("findings", "complications", "aftercare")},
            device_settings=device,
            checklist=check,
            drugs=self.rows.given,
        )

    def _kept(self, prefix: str, key: str) -> Any:
        answers = self._before.checklist if prefix == "check" else self._before.device_settings
        return answers.get(key)

    def _not_asked(self, kept: Mapping[str, Any], prefix: str) -> dict[str, Any]:
        asked = {item.key for kind, item in self.items() if kind == prefix}
        return {key: value for key, value in kept.items() if key not in {*asked, "cement_ml"}}

    @property
    def performer(self) -> User:
        """Who did it."""
        return self.people[self.cleaned_data["performer"]]

    def complain(self, complaints: Mapping[str, list[str]]) -> None:
        """Put each sentence of the domain beside its field."""
        for name, sentences in complaints.items():
            if name.startswith("drugs.") and self.rows.complain(name, sentences):
                continue
            field = field_of(name)
            beside = field if field in self.fields else "levels"
            self.add_error(beside, forms.ValidationError(sentences))

    @property
    def faults(self) -> dict[str, str]:
        """What is wrong, by the names under which it was sent."""
        return {name: str(said[0]) for name, said in self.errors.items()} | self.rows.faults

    @property
    def spine(self) -> list[Part]:
        """The picture to pick levels from."""
        cement = {
            name.removeprefix("cement_"): str(self[name].value() or "")
            for name in self.fields
            if name.startswith("cement_")
        }
        wrong = {
            name.removeprefix("cement_"): str(said[0])
            for name, said in self.errors.items()
            if name.startswith("cement_")
        }
        return picture(self.rules.treatment, self._levels(), cement, wrong)

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


def _plain(value: Any, kept: Any) -> Any:
    if not isinstance(value, datetime):
        return value
    before = shown(kept)
    return kept if before == as_kept(value, before) else value.isoformat()


def _initial_of(content: Content) -> dict[str, Any]:
    cement = content.device_settings.get("cement_ml", {})
    return {
        **{name: getattr(content, name) for name in Content.__dataclass_fields__},
        **{f"check_{key}": shown(value) for key, value in content.checklist.items()},
        **{f"device_{key}": value for key, value in content.device_settings.items()},
        **{f"cement_{level}": volume for level, volume in cement.items()},
        "levels": list(content.levels),
    }
