"""Refusals that carry their own sentence.

Actions and queries raise these; one translator shows them on pages (`clinic.shared.pages`) and one
in the API (`clinic.shared.problems`). The sentence is written for the person who reads it; where a
patient may read it, it is marked (`N_`) and shown in their language. All others read English.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, ClassVar

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as N_


class DomainError(Exception):
    """Something the clinic refuses, and why.

    `code` is stable and machine-readable, `status` the HTTP status it answers with, `title` what
    kind of refusal it is, `sentence` what the person is told, and `details` what a client may use
    to go on (alternatives, field errors). `details` must be JSON-ready. `afterwards` is what is to
    be written although nothing else was: the outermost action calls it once all is undone.
    `values` fill the places of the sentence, as `%(day)s`; days and instants are written out in the
    language, and in the time zone, of whoever reads.
    """

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 400
    title: ClassVar[str] = N_("This cannot be done")
    default_sentence: ClassVar[str] = N_("This cannot be done.")

    def __init__(
        self,
        sentence: str = "",
        *,
        details: Mapping[str, Any] | None = None,
        values: Mapping[str, object] | None = None,
    ) -> None:
        self._sentence = sentence or self.default_sentence
        self._values = dict(values or {})
        self.details: dict[str, Any] = dict(details or {})
        self.afterwards: Callable[[], None] | None = None
        super().__init__(self._sentence % self._values if self._values else self._sentence)

    @property
    def sentence(self) -> str:
        """What the person is told, in the language of the request."""
        told = gettext(self._sentence)
        if not self._values:
            return told
        return told % {name: _written_out(value) for name, value in self._values.items()}

    @property
    def heading(self) -> str:
        """The title, in the language of the request."""
        return gettext(self.title)


def _written_out(value: object) -> object:
    if isinstance(value, datetime):
        local = localtime(value)
        return f"{date_format(local, 'DATE_FORMAT')}, {date_format(local, 'TIME_FORMAT')}"
    return date_format(value, "DATE_FORMAT") if isinstance(value, date) else value


class Invalid(DomainError):
    """The request itself makes no sense: a value is missing, malformed or absurd."""

    code = "invalid"
    status = 400
    title = N_("Something in the request is not right")
    default_sentence = N_("Something in the request is not right.")


class NotAllowed(DomainError):
    """The person may not do this."""

    code = "not_allowed"
    status = 403
    title = N_("Not allowed")
    default_sentence = N_("Your role does not allow this.")


class NotFound(DomainError):
    """It does not exist, or the person may not know that it does."""

    code = "not_found"
    status = 404
    title = N_("Not found")
    default_sentence = N_("There is nothing here under this address.")


class Conflict(DomainError):
    """It made sense, but the state of the clinic does not allow it (any more)."""

    code = "conflict"
    status = 409
    title = N_("This does not fit any more")
    default_sentence = N_("Somebody changed this in the meantime. Please look again.")
