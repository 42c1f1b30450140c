"""Sessions in PostgreSQL, as Django's own, read by a statement that is planned once."""

from contextvars import ContextVar

from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.models import Session
from django.utils import timezone

from clinic.accounts.models import User
from clinic.shared.prepared import columns, first_row, split

# Whom the browser's row names whose session was read last: they are asked for next.
_beside: ContextVar[User | None] = ContextVar("read_beside_the_session", default=None)


class SessionStore(DatabaseStore):
    """Every request of somebody who is signed in begins by reading their session, and them."""

    def _get_session_from_db(self) -> Session | None:
        """The session's row; None if there is none, or it is over."""
        # The columns and tables of models, not somebody's words.
        statement = (
            f"SELECT {columns(Session, 's')}, {columns(User, 'u')} FROM django_session s "  # noqa: S608
            f"LEFT JOIN {UserSession._meta.db_table} b ON b.session_key = s.session_key "
            "LEFT JOIN accounts_user u ON u.id = b.user_id "
            "WHERE s.session_key = %(key)s AND s.expire_date > %(now)s"
        )
        row = first_row(statement, {"key": self.session_key, "now": timezone.now()})
        found, user = split(row, Session, User) if row else (None, None)
        _beside.set(user)
        if found is None:
            self._session_key = None
        session: Session | None = found
        return session


def read_beside(user_id: object) -> User | None:
    """This user, if they were read with the session just now; given away once."""
    user = _beside.get()
    _beside.set(None)
    return user if user is not None and str(user.pk) == str(user_id) else None
