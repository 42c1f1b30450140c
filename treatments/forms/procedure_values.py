"""The form of a procedure as a browser sends it: values by field name, compared and read aloud."""

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format

from treatments.domain.amounts import shortest
from treatments.domain.procedures import GivenDrug
from treatments.forms.laid_over import texts_of
from treatments.forms.procedures import ProcedureForm

Values = dict[str, list[str]]
DRUGS = "drugs"
_ASIDE = frozenset({"revision", "drugs_seen"})


def kept_values(form: ProcedureForm) -> Values:
    """What a browser would send if nobody touched this form, which shows what is saved."""
    rows = [field for row in form.rows.forms for field in row]
    return {
        field.html_name: texts_of(field) for field in [*form, *rows] if field.name not in _ASIDE
    }


def sent_values(form: ProcedureForm, data: QueryDict) -> Values:
    """What was sent for each field of the form itself, not of its rows of drugs."""
    return {
        name: [text for text in data.getlist(name) if text]
        for name, field in form.fields.items()
        if name not in _ASIDE and not field.disabled
    }


def differing(one: Values, other: Values) -> list[str]:
    """The fields of `one` that say something else in `other`."""
    return [name for name, texts in one.items() if _plain(texts) != _plain(other.get(name, []))]


def told(form: ProcedureForm, name: str, texts: Iterable[str]) -> str:
    """What stands in a field, as it is read."""
    field = form.fields[name]
    words = {str(key): str(word) for key, word in getattr(field, "choices", ())}
    if isinstance(field, forms.BooleanField):
        return "Yes" if list(texts) else "No"
    if isinstance(field, forms.DateTimeField):
        return ", ".join(map(_moment, texts)) or "–"
    return ", ".join(words.get(text, text) for text in texts) or "–"


def told_drugs(rows: Iterable[GivenDrug], names: Mapping[str, str]) -> str:
    """Rows of drugs as they are read, one a line."""
    return "\n".join(_drug(row, names) for row in rows) or "–"


def _drug(row: GivenDrug, names: Mapping[str, str]) -> str:
    volume = f"{shortest(row.volume_ml)} mL" if row.volume_ml is not None else ""
    how = " of ".join(filter(None, [volume, row.concentration]))
    lot = f"lot {row.lot_number}" if row.lot_number else ""
    parts = [names.get(row.drug, row.drug), str(row.amount or row.dose or ""), how, lot]
    return ", ".join(filter(None, parts))


def _plain(texts: Iterable[str]) -> list[str]:
    return sorted(_one(text) for text in texts)


def _one(text: str) -> str:
    text = text.replace("\r\n", "\n").strip()
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    return shortest(number) if number.is_finite() else text


def _moment(text: str) -> str:
    try:
        found = parse_datetime(text)
    except ValueError:
        found = None
    if found is None:
        return text
    return date_format(timezone.localtime(found) if found.tzinfo else found, "M j, Y, g:i A")
