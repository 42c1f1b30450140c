"""Refusals that carry their own sentence.

Actions and queries raise these; one translator shows them on pages (`clinic.shared.pages`) and one
in the API (`clinic.shared.problems`). The sentence is written for the person who reads it.
"""

from collections.abc import Mapping
from typing import Any, ClassVar


class DomainError(Exception):
    """Something the clinic refuses, and why.

    `code` is stable and machine-readable, `status` the HTTP status it answers with, `title` what
    kind of refusal it is, `sentence` what the person is told, and `details` what a client may use
    to go on (alternatives, field errors). `details` must be JSON-ready.
    """

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 400
    title: ClassVar[str] = "This cannot be done"
    default_sentence: ClassVar[str] = "This cannot be done."

    def __init__(self, sentence: str = "", *, details: Mapping[str, Any] | None = None) -> None:
        self.sentence = sentence or self.default_sentence
        self.details: dict[str, Any] = dict(details or {})
        super().__init__(self.sentence)


class Invalid(DomainError):
    """The request itself makes no sense: a value is missing, malformed or absurd."""

    code = "invalid"
    status = 400
    title = "Something in the request is not right"
    default_sentence = "Something in the request is not right."


class NotAllowed(DomainError):
    """The person may not do this."""

    code = "not_allowed"
    status = 403
    title = "Not allowed"
    default_sentence = "Your role does not allow this."


class NotFound(DomainError):
    """It does not exist, or the person may not know that it does."""

    code = "not_found"
    status = 404
    title = "Not found"
    default_sentence = "There is nothing here under this address."


class Conflict(DomainError):
    """It made sense, but the state of the clinic does not allow it (any more)."""

    code = "conflict"
    status = 409
    title = "This does not fit any more"
    default_sentence = "Somebody changed this in the meantime. Please look again."
