"""Setting up: what can be booked."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clinic.accounts.guards import SignedInRequest, manager_page
from clinic.shared.errors import Conflict, Invalid
from scheduling.actions.visit_types import (
    Need,
    VisitTypeDetails,
    change_visit_type,
    make_visit_type,
    restore_visit_type,
    retire_visit_type,
)
from scheduling.forms.setup import NeedForm, VisitTypeForm, need_values, visit_type_values
from scheduling.models import ResourceKind, VisitType
from scheduling.queries import setup
from treatments.models import Section
from treatments.queries.catalogue import choices


@require_GET
@manager_page("scheduling.manage_setup")
def visit_types(request: SignedInRequest) -> HttpResponse:
    """Everything that can or could be booked."""
    kinds = [
        (kind, setup.shortages(request.user, kind)) for kind in setup.visit_types(request.user)
    ]
    return render(request, "scheduling/manager/visit_types.html", {"kinds": kinds})


@require_http_methods(["GET", "POST"])
@manager_page("scheduling.manage_setup")
def new_visit_type(request: SignedInRequest) -> HttpResponse:
    """A kind of visit that is not there yet."""
    return _edit(request, None)


@require_http_methods(["GET", "POST"])
@manager_page("scheduling.manage_setup")
def visit_type(request: SignedInRequest, code: str) -> HttpResponse:
    """One kind of visit: how long, how far ahead, and what it takes up."""
    return _edit(request, setup.access_visit_type(request.user, code))


@require_POST
@manager_page("scheduling.manage_setup")
def retire(request: SignedInRequest, code: str) -> HttpResponse:
    """Offer it no more."""
    kind = setup.access_visit_type(request.user, code)
    retire_visit_type(visit_type=kind, by=request.user, now=timezone.now())
    messages.success(request, f"{kind} is not offered any more. What is booked stays.")
    return redirect("manager:visit-type", kind.code)


@require_POST
@manager_page("scheduling.manage_setup")
def restore(request: SignedInRequest, code: str) -> HttpResponse:
    """Offer it again."""
    kind = setup.access_visit_type(request.user, code)
    restore_visit_type(visit_type=kind, by=request.user, now=timezone.now())
    messages.success(request, f"{kind} is offered again.")
    return redirect("manager:visit-type", kind.code)


def _edit(request: SignedInRequest, kind: VisitType | None) -> HttpResponse:
    sent = request.POST if request.method == "POST" else None
    form = VisitTypeForm(
        sent,
        initial=visit_type_values(kind) if kind else None,
        treatments=choices(request.user, Section.TREATMENT),
    )
    rows = setup.capabilities(request.user)
    needs = [
        NeedForm(sent, kind=of, rows=rows, initial=need_values(kind, of)) for of in ResourceKind
    ]
    if sent is not None and all([form.is_valid(), *(need.is_valid() for need in needs)]):
        try:
            saved = _save(request, kind, form, needs)
        except (Conflict, Invalid) as error:
            form.add_error(None, error.sentence)
        else:
            messages.success(request, f"{saved} is saved. What is booked already stays as it was.")
            return redirect("manager:visit-type", saved.code)
    # The name on the page is what is saved, not what was typed and refused.
    kind = setup.access_visit_type(request.user, kind.code) if kind else None
    context = {
        "form": form,
        "needs": needs,
        "visit_type": kind,
        "shortages": setup.shortages(request.user, kind) if kind else [],
    }
    wrong = sent is not None
    template = "scheduling/manager/visit_type.html"
    return render(request, template, context, status=422 if wrong else 200)


def _save(
    request: SignedInRequest, kind: VisitType | None, form: VisitTypeForm, needs: list[NeedForm]
) -> VisitType:
    details = VisitTypeDetails(**form.cleaned_data)
    wanted = [
        Need(kind=need.kind, **need.cleaned_data) for need in needs if need.cleaned_data["count"]
    ]
    now = timezone.now()
    if kind is None:
        return make_visit_type(details=details, needs=wanted, by=request.user, now=now)
    return change_visit_type(
        visit_type=kind, details=details, needs=wanted, by=request.user, now=now
    )
