"""Setting up: clinicians, rooms, machines, and what they can do."""

from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from clinic.accounts.guards import SignedInRequest, manager_page
from clinic.shared.errors import Conflict, Invalid
from scheduling.actions.resources import (
    ResourceDetails,
    add_resource,
    change_resource,
    make_capability,
    remove_capability,
    rename_capability,
    restore_resource,
    retire_resource,
)
from scheduling.forms.setup import NameForm, ResourceForm
from scheduling.models import Resource, ResourceKind
from scheduling.pages.stranding import save_or_show
from scheduling.queries import setup


@require_http_methods(["GET", "POST"])
@manager_page("scheduling.manage_setup")
def new_resource(request: SignedInRequest, site_id: int) -> HttpResponse:
    """A clinician, room or machine that is not there yet."""
    site = setup.access_site(request.user, site_id)
    form = _form(request, None)
    if request.method == "POST" and form.is_valid():
        wish = form.cleaned_data
        details = ResourceDetails(wish["name"], wish["capabilities"], wish["user"])
        kind = ResourceKind(wish["kind"])
        try:
            made = add_resource(
                site=site, kind=kind, details=details, by=request.user, now=timezone.now()
            )
        except (Conflict, Invalid) as error:
            form.add_error(None, error.sentence)
        else:
            messages.success(request, f"{made} is there.")
            return redirect(
                "manager:resource-hours" if kind == "clinician" else "manager:resource", made.pk
            )
    context = {"form": form, "site": site, "resource": None}
    status = 422 if form.errors else 200
    return render(request, "scheduling/manager/resource.html", context, status=status)


@require_http_methods(["GET", "POST"])
@manager_page("scheduling.manage_setup")
def resource(request: SignedInRequest, resource_id: int) -> HttpResponse:
    """One of them: its name, what it can do, whether it is in use."""
    thing = setup.access_resource(request.user, resource_id)
    form = _form(request, thing)
    if request.method == "POST" and "again" not in request.POST and form.is_valid():
        wish = form.cleaned_data
        details = ResourceDetails(wish["name"], wish["capabilities"], wish.get("user"))
        change = partial(
            change_resource, resource=thing, details=details, by=request.user, now=timezone.now()
        )
        try:
            return save_or_show(
                request,
                lambda accepted: change(accepted=accepted),
                template="scheduling/manager/stranded.html",
                back=reverse("manager:resource", args=[thing.pk]),
                said="Saved.",
            )
        except (Conflict, Invalid) as error:
            form.add_error(None, error.sentence)
    thing = setup.access_resource(request.user, resource_id)
    context = {"form": form, "site": thing.site, "resource": thing}
    status = 422 if form.errors else 200
    return render(request, "scheduling/manager/resource.html", context, status=status)


@require_POST
@manager_page("scheduling.manage_setup")
def retire(request: SignedInRequest, resource_id: int) -> HttpResponse:
    """Take it out of use, after showing whom that strands."""
    thing = setup.access_resource(request.user, resource_id)
    here = reverse("manager:resource", args=[thing.pk])
    if "again" in request.POST:
        return redirect(here)
    change = partial(retire_resource, resource=thing, by=request.user, now=timezone.now())
    return save_or_show(
        request,
        lambda accepted: change(accepted=accepted),
        template="scheduling/manager/stranded.html",
        back=here,
        said=f"{thing} is out of use.",
    )


@require_POST
@manager_page("scheduling.manage_setup")
def restore(request: SignedInRequest, resource_id: int) -> HttpResponse:
    """Put it to use again."""
    thing = setup.access_resource(request.user, resource_id)
    restore_resource(resource=thing, by=request.user, now=timezone.now())
    messages.success(request, f"{thing} is in use again.")
    return redirect("manager:resource", thing.pk)


@require_http_methods(["GET", "POST"])
@manager_page("scheduling.manage_setup")
def capabilities(request: SignedInRequest) -> HttpResponse:
    """Everything that resources can do, and a form for more."""
    form = NameForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        name = form.cleaned_data["name"]
        try:
            made = make_capability(name=name, by=request.user, now=timezone.now())
        except (Conflict, Invalid) as error:
            form.add_error("name", error.sentence)
        else:
            messages.success(request, f"“{made}” is there. Say on each room who has it.")
            return redirect("manager:capabilities")
    context = {"form": form, "capabilities": setup.capabilities(request.user)}
    status = 422 if form.errors else 200
    return render(request, "scheduling/manager/capabilities.html", context, status=status)


@require_http_methods(["GET", "POST"])
@manager_page("scheduling.manage_setup")
def capability(request: SignedInRequest, capability_id: int) -> HttpResponse:
    """Rename one of them."""
    row = setup.access_capability(request.user, capability_id)
    form = NameForm(request.POST or None, initial={"name": row.name})
    if request.method == "POST" and form.is_valid():
        name = form.cleaned_data["name"]
        try:
            rename_capability(capability=row, name=name, by=request.user, now=timezone.now())
        except (Conflict, Invalid) as error:
            form.add_error("name", error.sentence)
        else:
            messages.success(request, "Saved.")
            return redirect("manager:capabilities")
    status = 422 if form.errors else 200
    context = {"form": form, "capability": setup.access_capability(request.user, capability_id)}
    return render(request, "scheduling/manager/capability.html", context, status=status)


@require_POST
@manager_page("scheduling.manage_setup")
def drop_capability(request: SignedInRequest, capability_id: int) -> HttpResponse:
    """Take one away that nothing has or needs."""
    row = setup.access_capability(request.user, capability_id)
    remove_capability(capability=row, by=request.user, now=timezone.now())
    messages.success(request, f"“{row}” is gone.")
    return redirect("manager:capabilities")


def _form(request: SignedInRequest, thing: Resource | None) -> ResourceForm:
    initial = {}
    if thing is not None:
        chosen = [str(row.pk) for row in thing.capabilities.all()]
        user = str(thing.user_id or "")
        initial = {"name": thing.name, "capabilities": chosen, "user": user}
    return ResourceForm(
        request.POST or None,
        capabilities=setup.capabilities(request.user),
        users=setup.possible_sign_ins(request.user, thing),
        resource=thing,
        initial=initial,
    )
