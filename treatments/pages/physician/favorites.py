"""The clinician: procedures as they usually do them."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from clinic.accounts.guards import SignedInRequest, physician_page
from clinic.shared.forms import checked
from treatments.actions import favorites as actions
from treatments.forms.outside import FavoriteForm
from treatments.queries import procedures as queries


@require_GET
@physician_page("treatments.prepare_procedures")
def favorites(request: SignedInRequest) -> HttpResponse:
    """One's own favourites, to rename and to drop."""
    context = {"favorites": queries.favorites(request.user)}
    return render(request, "treatments/physician/favorites.html", context)


@require_POST
@physician_page("treatments.prepare_procedures")
def keep(request: SignedInRequest, procedure_id: int) -> HttpResponse:
    """Keep how a procedure was done."""
    now = timezone.now()
    found = queries.access_procedure(request.user, procedure_id, now=now)
    name = checked(FavoriteForm(request.POST)).cleaned_data["name"]
    kept = actions.keep_favorite(procedure=found, name=name, by=request.user, now=now)
    messages.success(request, f"{kept} is among your favourites.")
    return redirect("physician:procedure", found.pk)


@require_POST
@physician_page("treatments.prepare_procedures")
def rename(request: SignedInRequest, favorite_id: int) -> HttpResponse:
    """Give one another name."""
    favorite = queries.access_favorite(request.user, favorite_id)
    name = checked(FavoriteForm(request.POST)).cleaned_data["name"]
    actions.rename_favorite(favorite=favorite, name=name, by=request.user, now=timezone.now())
    return redirect("physician:favorites")


@require_POST
@physician_page("treatments.prepare_procedures")
def drop(request: SignedInRequest, favorite_id: int) -> HttpResponse:
    """Take one off the list."""
    favorite = queries.access_favorite(request.user, favorite_id)
    actions.drop_favorite(favorite=favorite, by=request.user, now=timezone.now())
    messages.success(request, f"{favorite} is off your list.")
    return redirect("physician:favorites")
