"""Who a session belongs to."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from clinic.accounts.models import User
from clinic.accounts.session_store import read_beside
from clinic.shared.prepared import as_model, columns, first_row


def _read(user_id: Any) -> User | None:
    # A model's columns, not somebody's words.
    statement = f"SELECT {columns(User, 'u')} FROM accounts_user u WHERE u.id = %(id)s"  # noqa: S608
    row = first_row(statement, {"id": user_id})
    return as_model(User, row) if row else None


class SignIn(AuthenticationBackend):
    """django-allauth's, which mostly finds the user of a session read already, with the session."""

    def get_user(self, user_id: Any) -> User | None:
        user = read_beside(user_id) or _read(user_id)
        return user if user is not None and self.user_can_authenticate(user) else None
