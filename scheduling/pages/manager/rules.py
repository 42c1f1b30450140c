"""The manager: what a change of a rule would flag, and how far the nightly look is."""

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from clinic.accounts.guards import SignedInRequest, manager_page
from scheduling.queries.rule_dry_run import dry_run
from scheduling.queries.rule_runs import rule_runs
from treatments.forms.rulebook import RuleForm
from treatments.queries.rulebook import access_rule


@require_GET
@manager_page("treatments.manage_rules")
def runs(request: SignedInRequest) -> HttpResponse:
    """The look that is going on, and the last ones."""
    context = {"runs": rule_runs(request.user)}
    return render(request, "scheduling/manager/rule_runs.html", context)


@require_POST
@manager_page("treatments.manage_rules")
def try_change(request: SignedInRequest, rule_key: str) -> HttpResponse:
    """Nothing is changed: both versions are asked, and what differs is listed."""
    view = access_rule(request.user, rule_key)
    form = RuleForm(request.POST, record=view.row.record, seen=view.row.version)
    # Nothing is signed: no reason is asked for.
    form.fields["note"] = forms.CharField(required=False)
    found = None
    if form.is_valid():
        found = dry_run(request.user, view.row.record, form.record(), now=timezone.now())
    context = {"view": view, "form": form, "found": found}
    status = 200 if found else 422
    return render(request, "scheduling/manager/rule_dry_run.html", context, status=status)
