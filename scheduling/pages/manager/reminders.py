"""When people are reminded of their visits, and what they then read."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from clinic.accounts.guards import SignedInRequest, manager_page
from clinic.messaging.texts import Text
from clinic.shared.addresses import public_address
from clinic.shared.errors import Conflict, Invalid
from scheduling.actions.reminders import (
    add_reminder_rule,
    change_reminder_rule,
    remove_reminder_rule,
)
from scheduling.forms.reminders import MomentForm, NewReminderForm, SampleForm, moment_values
from scheduling.models import ReminderRule, Site, VisitType
from scheduling.pages.reminder_samples import sample_texts
from scheduling.queries import reminders as rules
from scheduling.queries import setup


@dataclass(frozen=True)
class Moment:
    """When somebody with the sample visit would be reminded, and by which rule."""

    rule: ReminderRule
    at: datetime


@require_GET
@manager_page("scheduling.manage_setup")
def reminders(request: SignedInRequest) -> HttpResponse:
    """Every rule, and what a person with a sample visit would get and when."""
    return _show(request)


@require_POST
@manager_page("scheduling.manage_setup")
def add(request: SignedInRequest) -> HttpResponse:
    """Another moment at which people are reminded."""
    form = NewReminderForm(request.POST, **_choices(request))
    if not form.is_valid():
        return _show(request, form)
    said = form.cleaned_data
    try:
        rule = add_reminder_rule(
            before=form.before,
            site=said["site"],
            visit_type=said["visit_type"],
            by=request.user,
            now=timezone.now(),
        )
    except (Conflict, Invalid) as refusal:
        form.add_error(None, refusal.sentence)
        return _show(request, form)
    messages.success(request, f"People are reminded {rule}.")
    return redirect("manager:reminders")


@require_POST
@manager_page("scheduling.manage_setup")
def change(request: SignedInRequest, rule_id: int) -> HttpResponse:
    """Another moment for a rule, or on or off."""
    rule = rules.access_reminder_rule(request.user, rule_id)
    form = MomentForm(request.POST, prefix=f"rule-{rule.pk}")
    if not form.is_valid():
        return _show(request, wrong=(rule.pk, form))
    is_active = form.cleaned_data["is_active"]
    try:
        change_reminder_rule(
            rule=rule, before=form.before, is_active=is_active, by=request.user, now=timezone.now()
        )
    except (Conflict, Invalid) as refusal:
        form.add_error(None, refusal.sentence)
        return _show(request, wrong=(rule.pk, form))
    messages.success(request, "Saved.")
    return redirect("manager:reminders")


@require_POST
@manager_page("scheduling.manage_setup")
def remove(request: SignedInRequest, rule_id: int) -> HttpResponse:
    """Nobody is reminded by this rule any more."""
    rule = rules.access_reminder_rule(request.user, rule_id)
    remove_reminder_rule(rule=rule, by=request.user, now=timezone.now())
    messages.success(request, f"Nobody is reminded {rule} any more.")
    return redirect("manager:reminders")


def _show(
    request: SignedInRequest,
    form: NewReminderForm | None = None,
    wrong: tuple[int, MomentForm] | None = None,
) -> HttpResponse:
    choices, found = _choices(request), rules.reminder_rules(request.user)
    sample = SampleForm(request.GET, **choices)
    chosen = sample.cleaned_data if sample.is_valid() else {"site": None, "visit_type": None}
    site = chosen["site"] or next(iter(choices["sites"]), None)
    kind = chosen["visit_type"] or next(iter(choices["kinds"]), None)
    context = {
        "rows": [(rule, _moment_form(rule, wrong)) for rule in found],
        "form": form or NewReminderForm(**choices),
        "sample_form": sample,
        "sample": _sample(request, found, site, kind) if site and kind else None,
    }
    status = 422 if wrong or (form and form.errors) else 200
    return render(request, "scheduling/manager/reminders.html", context, status=status)


def _moment_form(rule: ReminderRule, wrong: tuple[int, MomentForm] | None) -> MomentForm:
    if wrong and wrong[0] == rule.pk:
        return wrong[1]
    return MomentForm(initial=moment_values(rule), prefix=f"rule-{rule.pk}")


def _sample(
    request: SignedInRequest, found: list[ReminderRule], site: Site, kind: VisitType
) -> dict[str, Any]:
    start = _in_ten_days(site, timezone.now())
    link = public_address("public:visit", "…")
    texts: list[tuple[str, Text]] = sample_texts(
        site=site, visit_type=kind, start_at=start, link=link
    )
    speaking = rules.speaking(request.user, found, site_id=site.pk, visit_type_id=kind.pk)
    moments = [Moment(rule, start - rule.before) for rule in speaking]
    return {"site": site, "kind": kind, "start_at": start, "moments": moments, "texts": texts}


def _in_ten_days(site: Site, now: datetime) -> datetime:
    day = (now + timedelta(days=10)).astimezone(site.zone)
    return day.replace(hour=10, minute=0, second=0, microsecond=0)


def _choices(request: SignedInRequest) -> dict[str, Any]:
    return {
        "sites": [site for site in setup.sites(request.user) if site.is_active],
        "kinds": [kind for kind in setup.visit_types(request.user) if kind.is_active],
    }
