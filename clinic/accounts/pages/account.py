"""Everybody: one's own sign-in, and keys for programs."""

import math

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from clinic.accounts import sessions
from clinic.accounts.actions import create_token, revoke_token
from clinic.accounts.forms import TokenForm
from clinic.accounts.guards import SignedInRequest, account_page
from clinic.accounts.queries import access_own_token, own_tokens


@require_http_methods(["GET", "POST"])
@account_page("accounts.manage_own")
def clock(request: SignedInRequest) -> HttpResponse:
    """How many seconds the session still lasts. A GET asks without prolonging it (see the header),
    a POST says that somebody is there.
    """
    now = timezone.now()
    left = sessions.read_clock(request, request.user, now).left(now)
    return JsonResponse({"seconds_left": math.ceil(left.total_seconds())})


@require_http_methods(["GET", "POST"])
@account_page("accounts.use_api")
def tokens(request: SignedInRequest) -> HttpResponse:
    """One's keys; a new one is shown here, once."""
    now = timezone.now()
    form = TokenForm(request.POST or None, user=request.user)
    context: dict[str, object] = {"form": form, "new": None}
    status = 200
    if request.method == "POST":
        if form.is_valid():
            context["new"] = create_token(
                name=form.cleaned_data["name"],
                scopes=form.cleaned_data["scopes"],
                lifetime=form.lifetime(),
                by=request.user,
                now=now,
            )
            context["form"] = TokenForm(user=request.user)
        else:
            status = 422
    context["tokens"] = own_tokens(request.user, now=now)
    return render(request, "accounts/account/tokens.html", context, status=status)


@require_POST
@account_page("accounts.use_api")
def revoke(request: SignedInRequest, token_key: str) -> HttpResponse:
    """Make a key useless."""
    token = access_own_token(request.user, token_key)
    revoke_token(token=token, by=request.user, now=timezone.now())
    messages.success(request, f"The key “{token.name}” does not work any more.")
    return redirect("account:tokens")
