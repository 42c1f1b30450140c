"""The manager's rulebook: what is on, with which numbers, who signed, and trying it out."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clinic.accounts.guards import SignedInRequest, manager_page
from clinic.shared.errors import Conflict, Invalid
from patients.queries import search
from treatments.actions.rulebook import sign_rule
from treatments.forms.rulebook import RuleForm, TryRuleForm
from treatments.models import Section
from treatments.pages.rule_list import listed
from treatments.queries import rulebook as read
from treatments.queries.catalogue import choices

PERMISSION = "treatments.manage_rules"


@require_GET
@manager_page(PERMISSION)
def rulebook(request: SignedInRequest) -> HttpResponse:
    """Every rule in force; as a page to print with `print=on`."""
    context = listed(request)
    kind = "print" if "print" in request.GET else "list"
    return render(request, f"treatments/manager/rules_{kind}.html", context)


@require_http_methods(["GET", "POST"])
@manager_page(PERMISSION)
def rule(request: SignedInRequest, rule_key: str) -> HttpResponse:
    """One rule: what it says, its versions, and changing it with a signature."""
    view = read.access_rule(request.user, rule_key)
    sent = request.POST if request.method == "POST" else None
    form = RuleForm(sent, record=view.row.record, seen=view.row.version)
    if sent is not None and form.is_valid():
        try:
            signed = sign_rule(
                key=rule_key,
                seen=form.cleaned_data["seen"],
                record=form.record(),
                note=form.cleaned_data["note"],
                by=request.user,
                now=timezone.now(),
            )
        except (Conflict, Invalid) as error:
            form.add_error(None, error.sentence)
        else:
            messages.success(request, f"{rule_key} is signed as version {signed.version}.")
            return redirect("manager:rule", rule_key)
    return _show(request, view, form, status=422 if sent is not None else 200)


@require_POST
@manager_page(PERMISSION)
def take_over(request: SignedInRequest, rule_key: str) -> HttpResponse:
    """Sign the shipped version that was offered, as it is."""
    view = read.access_rule(request.user, rule_key)
    if view.offered is None:
        raise Conflict("There is no newer version to take over.")
    sign_rule(
        key=rule_key,
        seen=view.row.version,
        record=view.offered.record,
        note=f"Shipped version {view.offered.version} taken over",
        by=request.user,
        now=timezone.now(),
    )
    messages.success(request, "The shipped version is in force, with your name.")
    return redirect("manager:rule", rule_key)


@require_GET
@manager_page(PERMISSION)
def attempt(request: SignedInRequest, rule_key: str) -> HttpResponse:
    """Whether the rule in force fires for somebody on a day, and nothing else about them."""
    view = read.access_rule(request.user, rule_key)
    form = TryRuleForm(request.GET, treatments=_treatments(request))
    tried = None
    if form.is_valid():
        asked = form.cleaned_data
        people = search(request.user, str(asked["record_number"]), today=timezone.localdate())
        person = next((p for p in people if p.record_number == asked["record_number"]), None)
        if person is None:
            form.add_error("record_number", "Nobody has this record number.")
        else:
            tried = read.try_rule(
                request.user,
                view.row.record,
                person.pk,
                asked["treatment"],
                asked["on"],
                where=read.Where(asked["region"], asked["levels"], asked["side"], asked["drugs"]),
            )
    plain = RuleForm(record=view.row.record, seen=view.row.version)
    status = 422 if form.errors else 200
    return _show(request, view, plain, try_form=form, tried=tried, status=status)


def _show(
    request: SignedInRequest,
    view: read.RuleView,
    form: RuleForm,
    *,
    try_form: TryRuleForm | None = None,
    tried: read.Tried | None = None,
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {
        "view": view,
        "form": form,
        "editions": read.editions(request.user, view.row.key),
        "try_form": try_form
        or TryRuleForm(treatments=_treatments(request), initial={"on": timezone.localdate()}),
        "tried": tried,
    }
    return render(request, "treatments/manager/rule.html", context, status=status)


def _treatments(request: SignedInRequest) -> list[tuple[str, str]]:
    return [(str(key), str(name)) for key, name in choices(request.user, Section.TREATMENT)]
