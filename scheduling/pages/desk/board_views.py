"""Saved views of the board: which columns, under which function key."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from clinic.accounts.guards import SignedInRequest, desk_page
from clinic.shared.errors import Conflict
from scheduling.actions.board_views import delete_board_view, save_board_view
from scheduling.forms.board_views import BoardViewForm
from scheduling.models import BoardView, Site
from scheduling.pages.sites import chosen_site
from scheduling.queries.board_views import access_board_view, board_views, possible_columns


@require_http_methods(["GET", "POST"])
@desk_page("scheduling.view_board")
def views(request: SignedInRequest) -> HttpResponse:
    """The views of this site, and a form for a new one."""
    return _form(request, chosen_site(request, None), None)


@require_http_methods(["GET", "POST"])
@desk_page("scheduling.view_board")
def view(request: SignedInRequest, view_id: int) -> HttpResponse:
    """Rename a view, give it another key, other columns or another order."""
    found = access_board_view(request.user, view_id)
    return _form(request, found.site, found)


@require_POST
@desk_page("scheduling.view_board")
def delete(request: SignedInRequest, view_id: int) -> HttpResponse:
    """Forget a view."""
    found = access_board_view(request.user, view_id)
    delete_board_view(view=found, by=request.user, now=timezone.now())
    messages.success(request, f"The view “{found.name}” is gone.")
    return redirect("desk:views")


def _form(request: SignedInRequest, site: Site, found: BoardView | None) -> HttpResponse:
    possible = possible_columns(request.user, site)
    form = BoardViewForm(request.POST or None, possible=possible, view=found)
    status = 200
    if request.method == "POST":
        if form.is_valid():
            try:
                return _save(request, site, form, found)
            except Conflict as conflict:
                form.add_error(None, conflict.sentence)
        status = 422
    context = {
        "form": form,
        "site": site,
        "view": found,
        "views": board_views(request.user, site),
    }
    return render(request, "scheduling/desk/board_views.html", context, status=status)


def _save(
    request: SignedInRequest, site: Site, form: BoardViewForm, found: BoardView | None
) -> HttpResponse:
    kept = save_board_view(
        site=site, wish=form.wish(), view=found, by=request.user, now=timezone.now()
    )
    messages.success(request, f"The view “{kept.name}” is saved.")
    return redirect("desk:views")
