"""What the API lets a person do."""

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from clinic.accounts.models import User


class RolePermission(BasePermission):
    """Asks the table of roles. A view without an entry for the method is closed to everybody."""

    def has_permission(self, request: Request, view: object) -> bool:
        if not isinstance(request.user, User):
            return False
        method = request.method or ""
        needed: dict[str, str] = getattr(view, "permissions", {})
        if method in needed:
            return request.user.has_perm(needed[method])
        # A method that the view does not have is DRF's to refuse, with 405.
        return not hasattr(view, method.lower())
