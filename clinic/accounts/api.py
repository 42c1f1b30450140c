"""What every guarded endpoint is."""

from functools import partial
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.exceptions import APIException
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from clinic.accounts.answers import answer_once, fingerprint_of, standing_of
from clinic.accounts.models import User
from clinic.accounts.permissions import RolePermission
from clinic.shared.errors import DomainError
from clinic.shared.problems import problem_json


class BrowserSessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the documentation describes the browser's session."""

    target_class = "clinic.accounts.authentication.BrowserSession"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the documentation describes a program's key."""

    target_class = "clinic.accounts.authentication.Token"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Token <key>`. Make a key under “API keys” in your account.",
        }


class GuardedAPIView(APIView):
    """An endpoint that states, for each method, the permission it needs.

    A write with an `Idempotency-Key` is done once: the same again gets the same answer, and another
    body under the same key is refused with 422. Whoever may not do it any more, or whose role or
    sites have changed since, is refused with 403.
    """

    permissions: ClassVar[dict[str, str]] = {}

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        run = partial(super().dispatch, request, *args, **kwargs)
        key = request.headers.get("Idempotency-Key", "")
        if not key or request.method in SAFE_METHODS:
            return run()
        asker = self._asker(request)
        if asker is None:
            return run()
        user, auth = asker
        # A key of the same person with narrower rights must not read what a wider one was told.
        print_ = fingerprint_of(
            str(request.method).encode(), request.path.encode(), auth.encode(), request.body
        )
        try:
            return answer_once(
                user=user,
                key=key,
                fingerprint=print_,
                now=timezone.now(),
                answer=lambda: _rendered(run()),
                keeps=lambda response: response.status_code < 500,
                standing=standing_of(user),
            )
        except DomainError as error:
            return problem_json(error)

    def _asker(self, request: HttpRequest) -> tuple[User, str] | None:
        """Who asks, and with which key; None if that is for the endpoint itself to refuse.

        So whoever may not do it any more is refused, and not told what came of it when they might.
        """
        asked = self.initialize_request(request)
        try:
            user = asked.user
        except APIException:
            return None
        # A token's own id: its name may be that of another one.
        key = str(getattr(asked.auth, "pk", ""))
        if not isinstance(user, User) or not RolePermission().has_permission(asked, self):
            return None
        return user, key

    def user(self, request: Request) -> User:
        """The signed-in user; the permission check has already run."""
        user: Any = request.user
        assert isinstance(user, User)
        return user


def _rendered(response: HttpResponseBase) -> HttpResponse:
    assert isinstance(response, HttpResponse)
    return response.render() if isinstance(response, Response) else response
