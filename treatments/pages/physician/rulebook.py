"""The rulebook as physicians read it: what is on, with which numbers, its source, who signed."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from clinic.accounts.guards import SignedInRequest, physician_page
from treatments.pages.rule_list import listed
from treatments.queries import rulebook as read


@require_GET
@physician_page(read.READ)
def rulebook(request: SignedInRequest) -> HttpResponse:
    """Every rule in force; as a page to print with `print=on`. Only a manager changes any."""
    context = listed(request)
    kind = "rulebook_print" if "print" in request.GET else "rulebook"
    return render(request, f"treatments/physician/{kind}.html", context)


@require_GET
@physician_page(read.READ)
def rule(request: SignedInRequest, rule_key: str) -> HttpResponse:
    """One rule: what it says, its numbers, where they come from, and every version."""
    context = {
        "view": read.access_rule(request.user, rule_key),
        "editions": read.editions(request.user, rule_key),
    }
    return render(request, "treatments/physician/rule.html", context)
