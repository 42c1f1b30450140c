"""Setting up: everything at a glance, and sites."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clinic.accounts.guards import SignedInRequest, manager_page
from clinic.shared.errors import Conflict, Invalid
from scheduling.actions.sites import SiteDetails, change_site, open_site, restore_site, retire_site
from scheduling.forms.setup import SiteForm
from scheduling.models import ResourceKind
from scheduling.queries import setup
from scheduling.queries.background import silent_processes


@require_GET
@manager_page("scheduling.manage_setup")
def overview(request: SignedInRequest) -> HttpResponse:
    """Sites, kinds of visits and abilities, and the way to each."""
    kinds = setup.visit_types(request.user)
    context = {
        "silent": silent_processes(request.user, now=timezone.now()),
        "sites": setup.sites(request.user),
        "visit_types": [kind for kind in kinds if kind.is_active],
        "retired": sum(not kind.is_active for kind in kinds),
        "capabilities": setup.capabilities(request.user),
    }
    return render(request, "scheduling/manager/setup.html", context)


@require_http_methods(["GET", "POST"])
@manager_page("scheduling.manage_setup")
def new_site(request: SignedInRequest) -> HttpResponse:
    """A site that is not there yet."""
    form = SiteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        details = SiteDetails(**form.cleaned_data)
        try:
            site = open_site(details=details, by=request.user, now=timezone.now())
        except (Conflict, Invalid) as error:
            form.add_error(None, error.sentence)
        else:
            messages.success(request, f"{site} is there. Enter its hours next.")
            return redirect("manager:site", site.pk)
    status = 422 if form.errors else 200
    context = {"form": form, "title": "New site", "site": None}
    return render(request, "scheduling/manager/site.html", context, status=status)


@require_http_methods(["GET", "POST"])
@manager_page("scheduling.manage_setup")
def site(request: SignedInRequest, site_id: int) -> HttpResponse:
    """One site: what it is called, and what is there."""
    place = setup.access_site(request.user, site_id)
    values = {name: getattr(place, name) for name in SiteForm.base_fields}
    form = SiteForm(request.POST or None, initial=values)
    if request.method == "POST" and form.is_valid():
        details = SiteDetails(**form.cleaned_data)
        try:
            change_site(site=place, details=details, by=request.user, now=timezone.now())
        except (Conflict, Invalid) as error:
            form.add_error(None, error.sentence)
        else:
            messages.success(request, "Saved.")
            return redirect("manager:site", place.pk)
    there = setup.resources(request.user, site=place)
    context = {
        "form": form,
        "title": place.name,
        "site": place,
        "groups": [(kind, [r for r in there if r.kind == kind]) for kind in ResourceKind],
    }
    status = 422 if form.errors else 200
    return render(request, "scheduling/manager/site.html", context, status=status)


@require_POST
@manager_page("scheduling.manage_setup")
def retire(request: SignedInRequest, site_id: int) -> HttpResponse:
    """Take it out of use; refused while anybody is to come there."""
    place = setup.access_site(request.user, site_id)
    try:
        retire_site(site=place, by=request.user, now=timezone.now())
    except Conflict as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, f"{place} is out of use.")
    return redirect("manager:site", place.pk)


@require_POST
@manager_page("scheduling.manage_setup")
def restore(request: SignedInRequest, site_id: int) -> HttpResponse:
    """Put it to use again."""
    place = setup.access_site(request.user, site_id)
    restore_site(site=place, by=request.user, now=timezone.now())
    messages.success(request, f"{place} is in use again.")
    return redirect("manager:site", place.pk)
