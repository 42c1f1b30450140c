"""Sessions in PostgreSQL, as Django's own, read by a statement that is planned once."""

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.models import Session
from django.utils import timezone

from clinic.shared.prepared import as_model, columns, first_row


class SessionStore(DatabaseStore):
    """Every request of somebody who is signed in begins by reading their session."""

    def _get_session_from_db(self) -> Session | None:
        """The session's row; None if there is none, or it is over."""
        # A model's columns, not somebody's words.
        statement = (
            f"SELECT {columns(Session, 's')} FROM django_session s "  # noqa: S608
            "WHERE s.session_key = %(key)s AND s.expire_date > %(now)s"
        )
        row = first_row(statement, {"key": self.session_key, "now": timezone.now()})
        found = as_model(Session, row) if row else None
        if found is None:
            self._session_key = None
        return found
