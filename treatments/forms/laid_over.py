"""What one person changed in a form, laid over what somebody else saved meanwhile."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.forms import BoundField
from django.http import QueryDict


def lay_over(form: forms.Form, names: Collection[str]) -> None:
    """Let a form that was sent say what it begins with, but for the fields `names`.

    What was typed there stays.
    """
    sent: Any = form.data
    form.is_bound = False
    data = QueryDict(mutable=True)
    for field in form:
        data.setlist(
            field.name, sent.getlist(field.name) if field.name in names else texts_of(field)
        )
    form.data, form.is_bound = data, True


def texts_of(field: BoundField) -> list[str]:
    """What a browser would send of this field if nobody touched it."""
    value: Any = field.value()
    if isinstance(value, list | tuple):
        return [str(one) for one in value]
    if isinstance(field.field, forms.BooleanField):
        return ["on"] if value else []
    shown = field.field.widget.format_value(value)
    texts = shown if isinstance(shown, list) else [shown]
    return [str(text) for text in texts if text not in (None, "")]
