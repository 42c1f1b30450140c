"""What every form shares."""

from typing import TypeVar

from django import forms

from clinic.shared.errors import Invalid

F = TypeVar("F", bound=forms.Form)


def checked(form: F) -> F:
    """The form, if all of it is right. Raises `Invalid` with its first complaint."""
    if form.is_valid():
        return form
    field, complaints = next(iter(form.errors.items()))
    label = form.fields[field].label or field.replace("_", " ") if field in form.fields else ""
    raise Invalid(f"{label}: {complaints[0]}" if label else str(complaints[0]))
