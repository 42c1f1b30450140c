"""What every guarded endpoint is."""

from typing import Any, ClassVar

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.request import Request
from rest_framework.views import APIView

from clinic.accounts.models import User


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
    """An endpoint that states, for each method, the permission it needs."""

    permissions: ClassVar[dict[str, str]] = {}

    def user(self, request: Request) -> User:
        """The signed-in user; the permission check has already run."""
        user: Any = request.user
        assert isinstance(user, User)
        return user
