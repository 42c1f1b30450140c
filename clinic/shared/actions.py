"""How the clinic writes: one action, one transaction, and who and when are always said."""

import functools
import inspect
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from django.db import OperationalError, connection, transaction

from clinic.shared.database import is_passing_conflict
from clinic.shared.errors import Conflict

P = ParamSpec("P")
R = TypeVar("R")

MAX_ATTEMPTS = 3


class Busy(Conflict):
    """PostgreSQL kept picking this transaction as the one to give way."""

    code = "busy"
    default_sentence = "Too many people changed this at once. Nothing was saved; please try again."


def action(function: Callable[P, R]) -> Callable[P, R]:
    """Mark a function as a write: atomic, keyword-only, with `by=` (who) and `now=` (when).

    A deadlock or serialization failure is tried again, at most `MAX_ATTEMPTS` times in all, and
    only by the outermost action: PostgreSQL has already undone the whole transaction by then.
    Raises `Busy` when every attempt was lost.
    """
    _check_signature(function)

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if connection.in_atomic_block:
            with transaction.atomic():
                return function(*args, **kwargs)
        for _attempt in range(MAX_ATTEMPTS):
            try:
                with transaction.atomic():
                    return function(*args, **kwargs)
            except OperationalError as error:
                if not is_passing_conflict(error):
                    raise
                lost = error
        raise Busy from lost

    return run


def _check_signature(function: Callable[..., object]) -> None:
    parameters = inspect.signature(function).parameters
    loose = [p.name for p in parameters.values() if p.kind is not p.KEYWORD_ONLY]
    missing = {"by", "now"} - set(parameters)
    if loose or missing:
        raise TypeError(
            f"{function.__qualname__} is an action: its arguments are keyword-only and include "
            f"by= and now= (positional: {loose}, missing: {sorted(missing)})."
        )
