"""How the clinic writes: one action, one transaction, and who and when are always said."""

import functools
import inspect
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, ParamSpec, TypeVar

from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext_noop as N_

from clinic.shared.database import is_passing_conflict
from clinic.shared.errors import Conflict, DomainError
from clinic.shared.metrics import count_refusal
from clinic.shared.origin import current_origin
from clinic.shared.prepared import first_row

P = ParamSpec("P")
R = TypeVar("R")

MAX_ATTEMPTS = 3

# The name of the outermost action that is running, "" if none is.
_running: ContextVar[str] = ContextVar("running_action", default="")

# Writes something of its own; what it gives back is called when that is saved.
WriteAlong = Callable[[], Callable[[], None]]
_write_along: ContextVar[WriteAlong] = ContextVar("write_along", default=lambda: lambda: None)


@contextmanager
def writing_along(write: WriteAlong) -> Iterator[None]:
    """Every action inside the block writes this too, at its end and in its transaction.

    One transaction costs less than two, above all the wait for the disk.
    """
    token = _write_along.set(write)
    try:
        yield
    finally:
        _write_along.reset(token)


class Busy(Conflict):
    """PostgreSQL kept picking this transaction as the one to give way."""

    code = "busy"
    default_sentence = N_(
        "Too many people changed this at once. Nothing was saved; please try again."
    )


def action(function: Callable[P, R]) -> Callable[P, R]:
    """Mark a function as a write: atomic, keyword-only, with `by=` (who) and `now=` (when).

    A deadlock or serialization failure is tried again, at most `MAX_ATTEMPTS` times in all, and
    only by the outermost action: PostgreSQL has already undone the whole transaction by then.
    Raises `Busy` when every attempt was lost. A refusal that leaves something behind (its
    `afterwards`) leaves it once the transaction is undone.
    """
    _check_signature(function)
    name = f"{function.__module__}.{function.__name__}"

    @functools.wraps(function)
    def once(*args: P.args, **kwargs: P.kwargs) -> R:
        # An action inside another is part of its transaction: an error undoes both, so no savepoint
        # is needed between them. Django refuses to go on if the outer one swallows the error.
        with transaction.atomic(savepoint=not _running.get()):
            if _running.get():
                return function(*args, **kwargs)
            token = _running.set(name)
            try:
                _tell_history(name, kwargs["by"])
                result = function(*args, **kwargs)
            finally:
                _running.reset(token)
            remember = _write_along.get()()
        remember()
        return result

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        is_outermost = not _running.get()
        try:
            return _again_if_lost(lambda: once(*args, **kwargs))
        except DomainError as refusal:
            if is_outermost:
                count_refusal(action=name, code=refusal.code)
            # All that was done is undone: what is to be known of it all the same is written now.
            if is_outermost and refusal.afterwards is not None:
                refusal.afterwards()
            raise

    return run


def _again_if_lost(attempt: Callable[[], R]) -> R:
    """What the attempt gives, tried again while PostgreSQL makes it give way. Raises `Busy`."""
    if connection.in_atomic_block:
        return attempt()
    for _attempt in range(MAX_ATTEMPTS):
        try:
            return attempt()
        except OperationalError as error:
            if not is_passing_conflict(error):
                raise
            lost = error
    raise Busy from lost


def _tell_history(name: str, by: Any) -> None:
    """Name the action to the triggers that keep history, for this transaction only.

    This is what pghistory's own middleware does, without rewriting every statement.
    """
    origin = current_origin()
    told = {
        "action": name,
        "user": getattr(by, "pk", None),
        "by": "" if by is None or hasattr(by, "pk") else str(by),
        "request": origin.request_id,
        "ip": origin.ip,
        "address": origin.address,
    }
    first_row(
        "SELECT set_config('pghistory.context_metadata', %(told)s, true)",
        {"told": json.dumps(told)},
    )


def _check_signature(function: Callable[..., object]) -> None:
    parameters = inspect.signature(function).parameters
    loose = [p.name for p in parameters.values() if p.kind is not p.KEYWORD_ONLY]
    missing = {"by", "now"} - set(parameters)
    if loose or missing:
        raise TypeError(
            f"{function.__qualname__} is an action: its arguments are keyword-only and include "
            f"by= and now= (positional: {loose}, missing: {sorted(missing)})."
        )
