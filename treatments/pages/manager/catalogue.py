"""The catalogue: what the clinic may write down, and what a manager makes of it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clinic.accounts.guards import SignedInRequest, manager_page
from clinic.shared.errors import Conflict, Invalid, NotFound
from clinic.shared.forms import checked
from treatments.actions.entries import (
    EntryWords,
    add_entry,
    change_entry,
    restore_entry,
    retire_entry,
)
from treatments.domain.descriptions import described
from treatments.forms.catalogue import FORMS, CatalogueSearchForm, EntryForm, VersionForm
from treatments.models import CatalogueEntry, Section
from treatments.queries import catalogue as reading

PERMISSION = "treatments.manage_catalogue"


@require_GET
@manager_page(PERMISSION)
def catalogue(request: SignedInRequest) -> HttpResponse:
    """One section, or whatever is looked for in all of them; what is retired stands apart."""
    form = CatalogueSearchForm(request.GET)
    asked = checked(form).cleaned_data
    section = Section(asked["section"]) if asked["section"] else None
    if section is None and not asked["q"]:
        section = Section.TREATMENT
    wanted: dict[str, Any] = {"section": section, "text": asked["q"]}
    context = {
        "form": form,
        "sections": Section,
        "section": section,
        "offered": reading.entries(request.user, retired=False, **wanted),
        "retired": reading.entries(request.user, retired=True, **wanted),
    }
    return render(request, "treatments/manager/catalogue.html", context)


@require_http_methods(["GET", "POST"])
@manager_page(PERMISSION)
def new_entry(request: SignedInRequest, section: str) -> HttpResponse:
    """An entry of the clinic's own."""
    if section not in FORMS:
        raise NotFound
    return _edit(request, Section(section), None)


@require_http_methods(["GET", "POST"])
@manager_page(PERMISSION)
def entry(request: SignedInRequest, key: str) -> HttpResponse:
    """One entry: what it says, what became of it, and a form if it is the clinic's own."""
    row = reading.access_entry(request.user, key)
    return _edit(request, Section(row.section), row)


@require_POST
@manager_page(PERMISSION)
def retire(request: SignedInRequest, key: str) -> HttpResponse:
    """Offer it no more."""
    row = reading.access_entry(request.user, key)
    retire_entry(entry=row, by=request.user, now=timezone.now())
    messages.success(request, f"{row} is not offered any more. What was written with it stays.")
    return redirect("manager:catalogue-entry", key)


@require_POST
@manager_page(PERMISSION)
def restore(request: SignedInRequest, key: str) -> HttpResponse:
    """Offer it again."""
    row = reading.access_entry(request.user, key)
    restore_entry(entry=row, by=request.user, now=timezone.now())
    messages.success(request, f"{row} is offered again.")
    return redirect("manager:catalogue-entry", key)


def _edit(request: SignedInRequest, section: Section, row: CatalogueEntry | None) -> HttpResponse:
    sent = request.POST if request.method == "POST" else None
    form = FORMS[section](sent, initial=_values(row), choices=_choices(request, section))
    if row is not None:
        # Courses were written with it.
        form.fields.pop("form", None)
    if sent is not None and form.is_valid():
        try:
            saved = _save(request, section, row, form)
        except (Conflict, Invalid) as error:
            form.add_error(None, error.sentence)
        else:
            messages.success(request, f"{saved} is saved.")
            return redirect("manager:catalogue-entry", saved.pk)
    context: dict[str, Any] = {"form": form, "section": section, "entry": None, "history": []}
    if row is not None:
        # What is saved, not what was typed and refused.
        row = reading.access_entry(request.user, row.pk)
        history = reading.entry_history(request.user, row)
        context |= {"entry": row, "history": history, "details": described(row.details)}
    status = 422 if sent is not None else 200
    return render(request, "treatments/manager/entry.html", context, status=status)


def _values(row: CatalogueEntry | None) -> dict[str, Any]:
    if row is None:
        return {}
    return {**{name: getattr(row, name) for name in EntryForm.WORDS}, **row.details}


def _choices(request: SignedInRequest, section: Section) -> dict[str, Any]:
    if section == Section.TREATMENT:
        return {"risks": reading.choices(request.user, Section.RISK)}
    if section == Section.DIAGNOSTIC:
        treatments = reading.choices(request.user, Section.TREATMENT)
        return {"procedure": [("", "None"), *treatments]}
    return {}


def _save(
    request: SignedInRequest, section: Section, row: CatalogueEntry | None, form: EntryForm
) -> CatalogueEntry:
    now, details = timezone.now(), form.details()
    if row is None:
        words = EntryWords(details=details, **form.words())
        return add_entry(section=section, words=words, by=request.user, now=now)
    if "form" in row.details:
        details["form"] = row.details["form"]
    version = checked(VersionForm(request.POST)).cleaned_data["version"]
    words = EntryWords(details=details, **form.words())
    return change_entry(entry=row, words=words, version=version, by=request.user, now=now)
