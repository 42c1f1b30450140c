"""What PostgreSQL says when it refuses, turned into words of the domain."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import psycopg
from django.db import IntegrityError, InterfaceError, OperationalError

from clinic.shared.errors import DomainError


def violated_constraint(error: IntegrityError) -> str | None:
    """The name of the constraint that refused, if PostgreSQL named one."""
    cause = error.__cause__
    return cause.diag.constraint_name if isinstance(cause, psycopg.Error) else None


@contextmanager
def constraint_errors(meanings: Mapping[str, Callable[[], DomainError]]) -> Iterator[None]:
    """Raise the domain error that a constraint's name stands for; let any other error through.

    The transaction is broken afterwards, as after any `IntegrityError`: use it inside `atomic()`
    and let the error leave that block.
    """
    try:
        yield
    except IntegrityError as error:
        meaning = meanings.get(violated_constraint(error) or "")
        if meaning is None:
            raise
        raise meaning() from error


def is_passing_conflict(error: OperationalError) -> bool:
    """True for a deadlock or serialization failure: PostgreSQL asks for the same again."""
    return isinstance(
        error.__cause__, psycopg.errors.DeadlockDetected | psycopg.errors.SerializationFailure
    )


# What PostgreSQL says when a connection breaks (08) or it is told to stop (57P).
_GONE = ("08", "57P")


def is_out_of_reach(error: BaseException | None) -> bool:
    """True if the database is not there, or has ended the connection: nobody's mistake."""
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    cause = error.__cause__
    if not isinstance(cause, psycopg.OperationalError | psycopg.InterfaceError):
        return False
    # Who could not reach it was told nothing, and so has no code.
    return cause.sqlstate is None or cause.sqlstate.startswith(_GONE)
