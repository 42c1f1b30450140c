"""The small parts of the form of a procedure, and how its values are shown."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from treatments.domain.procedure_items import Item, Kind

MOMENT = "%Y-%m-%dT%H:%M"
SIDES = (("left", "Left"), ("right", "Right"), ("bilateral", "Both sides"), ("midline", "Midline"))
_PREFIXES = {"checklist.": "check_", "device_settings.": "device_", "cement.": "cement_"}
Choices = Iterable[tuple[str, str]]


def words(key: str) -> str:
    """A key as it is read: `balloon_bipedicular` becomes "Balloon bipedicular"."""
    return {"ct": "CT", "c_arm": "C-arm"}.get(key, key.replace("_", " ").capitalize())


def field_of(piece: str) -> str:
    """The field in which a piece of a procedure stands: `checklist.inr` in `check_inr`."""
    for start, prefix in _PREFIXES.items():
        if piece.startswith(start):
            return piece.replace(start, prefix, 1)
    return piece


def chips(label: str, choices: Choices) -> forms.ChoiceField:
    """One of a few, all of them in sight."""
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


def text_field(label: str, rows: int = 2) -> forms.CharField:
    """Words, so many rows of them."""
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, required=False, max_length=5000, widget=widget)


def shown(value: Any) -> Any:
    """An instant that is kept as text becomes one again, so that it is shown on this clock."""
    if not isinstance(value, str) or "T" not in value:
        return value
    try:
        instant = parse_datetime(value)
    except ValueError:
        return value
    return timezone.localtime(instant) if instant and instant.tzinfo else value


def as_kept(value: datetime | None, kept: Any) -> datetime | None:
    """The instant that is kept, if the page, which knows no seconds, still shows that one."""
    is_same = isinstance(kept, datetime) and kept.replace(second=0, microsecond=0) == value
    return kept if is_same else value


def item_field(item: Item) -> forms.Field:
    """The field of one of the small questions."""
    label = f"{item.label}, {item.unit}" if item.unit else item.label
    if item.kind is Kind.TICK:
        return forms.BooleanField(label=label, required=False)
    if item.kind is Kind.CHOICE:
        return chips(label, item.choices)
    if item.kind is Kind.INSTANT:
        return moment_field(label)
    attrs = {"inputmode": "decimal"} if item.kind is Kind.NUMBER else {}
    return forms.CharField(
        label=label, required=False, max_length=500, widget=forms.TextInput(attrs=attrs)
    )
