"""How the API knows who asks and what they may do."""

from typing import Any, ClassVar

from rest_framework.authentication import SessionAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from clinic.accounts.models import User


class BrowserSession(SessionAuthentication):
    """The browser's session with CSRF; answers 401, not 403, to a stranger."""

    def authenticate_header(self, request: Request) -> str:
        return "Session"


class RolePermission(BasePermission):
    """Asks the table of roles. A view without an entry for the method is closed to everybody."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        needed: dict[str, str] = getattr(view, "permissions", {})
        permission = needed.get(request.method or "")
        return (
            isinstance(request.user, User)
            and permission is not None
            and request.user.has_perm(permission)
        )


class GuardedAPIView(APIView):
    """An endpoint that states, for each method, the permission it needs."""

    permissions: ClassVar[dict[str, str]] = {}

    def user(self, request: Request) -> User:
        """The signed-in user; the permission check has already run."""
        user: Any = request.user
        assert isinstance(user, User)
        return user
