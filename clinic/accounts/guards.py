"""Closed by default: what lets a person through to a page, a query or an action.

`desk_page("scheduling.book")` marks a view with its audience and its permission; a test walks every
URL and fails on a view without a mark, or with one that its address or file contradicts.
"""

import functools
from collections.abc import Callable
from typing import Concatenate, ParamSpec, Protocol, cast
from urllib.parse import urlsplit
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django_htmx.middleware import HtmxDetails

from clinic.accounts.answers import KeyReused, answer_once, fingerprint_of
from clinic.accounts.kept_forms import keep_form
from clinic.accounts.models import User, Viewer
from clinic.accounts.roles import PERMISSIONS, Audience
from clinic.shared.errors import NotAllowed

P = ParamSpec("P")


class SignedInRequest(HttpRequest):
    """A request that has passed a guard: its user is a person."""

    user: User
    htmx: HtmxDetails


Page = Callable[Concatenate[SignedInRequest, P], HttpResponse]
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


class GuardedView(Protocol):
    """A view that says for whom it is and what it needs."""

    audience: Audience
    permission: str


def require(viewer: Viewer, permission: str) -> User:
    """The viewer as a user, if they hold the permission. Raises `NotAllowed` otherwise."""
    if isinstance(viewer, AnonymousUser) or not viewer.has_perm(permission):
        raise NotAllowed
    return viewer


def sent_to(request: HttpRequest, address: str) -> HttpResponse:
    """A redirect of the whole page, even where only a fragment of it was asked for."""
    if "HX-Request" not in request.headers:
        return HttpResponseRedirect(address)
    return HttpResponse(status=401, headers={"HX-Redirect": address})


def _to_sign_in(request: HttpRequest, about: UUID | None = None) -> HttpResponse:
    """To the sign-in page, and afterwards back to the page where the person was.

    What somebody at home has sent too late, about a record, waits for them (`kept_forms`).
    """
    if about is not None and request.method == "POST" and "HX-Request" not in request.headers:
        keep_form(request, now=timezone.now())
        return sent_to(request, redirect_to_login(reverse("patient:kept", args=[about])).url)
    try:
        shown = urlsplit(request.headers.get("HX-Current-URL", ""))
    except ValueError:
        shown = urlsplit("")
    here = f"{shown.path}?{shown.query}" if shown.query else shown.path
    here = here if here.startswith("/") else ""
    return sent_to(request, redirect_to_login(here or request.get_full_path()).url)


def _once(
    request: SignedInRequest, page: Page[P], *args: P.args, **kwargs: P.kwargs
) -> HttpResponse:
    """The page's answer; a form that was sent twice is done once, and leads to the same place."""
    key = request.POST.get("once", "") if request.method == "POST" else ""
    if not key:
        return page(request, *args, **kwargs)
    said = sorted((name, values) for name, values in request.POST.lists())
    try:
        return answer_once(
            user=request.user,
            key=key,
            fingerprint=fingerprint_of(request.path.encode(), repr(said).encode()),
            now=timezone.now(),
            answer=lambda: page(request, *args, **kwargs),
            # A refusal shows the form again, and the form may be sent again.
            keeps=lambda response: response.status_code in {302, 303},
        )
    except KeyReused:
        # Somebody went back to the form and filled it in anew: that is another wish.
        return page(request, *args, **kwargs)


def _page_for(audience: Audience) -> Callable[[str], Callable[[Page[P]], View[P]]]:
    def with_permission(permission: str) -> Callable[[Page[P]], View[P]]:
        if permission not in PERMISSIONS:
            raise LookupError(f"{permission!r} is not in the table of permissions.")

        def decorate(page: Page[P]) -> View[P]:
            @functools.wraps(page)
            def guarded(
                request: HttpRequest, *args: P.args, **kwargs: P.kwargs
            ) -> HttpResponseBase:
                user = request.user
                if isinstance(user, AnonymousUser):
                    about = kwargs.get("patient_id") if audience == Audience.PATIENT else None
                    return _to_sign_in(request, cast(UUID | None, about))
                if audience not in user.role_sheet.audiences or not user.has_perm(permission):
                    raise NotAllowed
                return _once(cast(SignedInRequest, request), page, *args, **kwargs)

            marked = cast(GuardedView, guarded)
            marked.audience, marked.permission = audience, permission
            return cast(View[P], guarded)

        return decorate

    return with_permission


def public_page(reason: str) -> Callable[[View[P]], View[P]]:
    """Mark a view that strangers may open, with the reason why that is right.

    Such a page shows nothing about anybody but to whoever holds the secret in its address.
    """

    def decorate(page: View[P]) -> View[P]:
        page.open_because = reason  # type: ignore[attr-defined]
        return page

    return decorate


desk_page = _page_for(Audience.DESK)
physician_page = _page_for(Audience.PHYSICIAN)
patient_page = _page_for(Audience.PATIENT)
manager_page = _page_for(Audience.MANAGER)
account_page = _page_for(Audience.ACCOUNT)
