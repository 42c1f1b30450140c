"""What stands between signing in and the first page."""

from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.accounts import second_factor, sessions
from clinic.accounts.guards import sent_to
from clinic.accounts.models import as_user
from clinic.shared.answers import is_api, problem_answer
from clinic.shared.errors import NotAllowed

Handler = Callable[[HttpRequest], HttpResponse]


class SecondFactorNeeded(NotAllowed):
    """Signed in with a password only, where that is not enough."""

    code = "second_factor_needed"
    title = "One more step"
    default_sentence = "Set up or show your second factor first: open any page in the browser."


class EndIdleSessions:
    """Signs out whoever has been away for too long, or has been here for a whole day."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = as_user(request.user)
        if user is not None:
            now = timezone.now()
            clock = sessions.read_clock(request, user, now)
            if clock.has_ended(now):
                logout(request)
                messages.info(request, _("You were signed out, because nobody used this page."))
            elif not sessions.is_background(request):
                sessions.touch(request, clock, now)
        return self.get_response(request)


class AskForSecondFactor:
    """Staff who have only typed a password see nothing but the way to their second factor.

    It stands before every address there is, so that none can be forgotten; what is open is named
    here. Whoever has a second factor must show it before they touch anything about it: otherwise a
    stolen password could make new recovery codes.
    """

    ALWAYS: Final = {"account_login", "account_logout", "livez", "readyz"}
    TO_SET_UP: Final = {
        "mfa_index",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "account_reauthenticate",
    }
    TO_SHOW: Final = {"mfa_reauthenticate", "mfa_reauthenticate_webauthn"}

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = as_user(request.user)
        if user is None or not second_factor.is_needed(request, user):
            return self.get_response(request)
        is_enrolled = second_factor.is_enrolled(user)
        open_now = self.ALWAYS | (self.TO_SHOW if is_enrolled else self.TO_SET_UP)
        if _name(request) in open_now:
            return self.get_response(request)
        if is_api(request):
            return problem_answer(request, SecondFactorNeeded())
        way = second_factor.way_to_show(user) if is_enrolled else "mfa_index"
        return sent_to(request, f"{reverse(way)}?{urlencode({'next': _here(request)})}")

    def process_view(
        self, request: HttpRequest, _view: object, _args: object, kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """allauth asks its adapter before it removes an app, but not before it removes a key."""
        match = request.resolver_match
        removing = match is not None and match.url_name == "mfa_remove_webauthn"
        user = as_user(request.user) if removing and request.method == "POST" else None
        if user and second_factor.is_last(user, kwargs["pk"]):
            messages.error(request, _("This is your last second factor. Set up another one first."))
            return sent_to(request, reverse("mfa_list_webauthn"))
        return None


def _here(request: HttpRequest) -> str:
    """Where to go on to afterwards: the page, or the front door if something was being sent."""
    return request.get_full_path() if request.method == "GET" else "/"


def _name(request: HttpRequest) -> str:
    try:
        return resolve(request.path_info).url_name or ""
    except Resolver404:
        return ""
