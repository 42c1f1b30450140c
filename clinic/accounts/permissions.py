"""What the API lets a person do."""

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from clinic.accounts.models import User


class RolePermission(BasePermission):
    """Asks the table of roles. A view without an entry for the method is closed to everybody."""

    def has_permission(self, request: Request, view: object) -> bool:
        needed: dict[str, str] = getattr(view, "permissions", {})
        permission = needed.get(request.method or "")
        return (
            isinstance(request.user, User)
            and permission is not None
            and request.user.has_perm(permission)
        )
