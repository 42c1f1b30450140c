"""Who a session belongs to."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from clinic.accounts.models import User
from clinic.shared.prepared import as_model, columns, first_row


class SignIn(AuthenticationBackend):
    """django-allauth's, which reads the user of a session by a statement that is planned once."""

    def get_user(self, user_id: Any) -> User | None:
        # A model's columns, not somebody's words.
        statement = f"SELECT {columns(User, 'u')} FROM accounts_user u WHERE u.id = %(id)s"  # noqa: S608
        row = first_row(statement, {"id": user_id})
        user = as_model(User, row) if row else None
        return user if user is not None and self.user_can_authenticate(user) else None
