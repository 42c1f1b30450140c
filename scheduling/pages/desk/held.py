"""What was typed when a time was held, until it is booked.

It lives in the session of who holds it: a hold keeps a time and says nothing about anybody.
"""

from typing import Any
from uuid import UUID

from clinic.accounts.guards import SignedInRequest

_SAID = "said-of-holds"
# Whoever holds more than this at once has forgotten the first.
_MOST = 20


def keep_said(request: SignedInRequest, hold_id: UUID, wish: dict[str, Any]) -> None:
    """Remember why somebody comes, and what was said to the rules."""
    said = {
        "reason": wish["reason"],
        "override_reason": wish["override_reason"],
        "seen": sorted(wish["seen"]),
        "region": wish["region"],
    }
    others = list(request.session.get(_SAID, {}).items())[1 - _MOST :]
    request.session[_SAID] = dict(others) | {str(hold_id): said}


def said_of(request: SignedInRequest, hold_id: UUID) -> dict[str, Any]:
    """What was said; nothing if somebody else held it."""
    nothing = {"reason": "", "override_reason": "", "seen": [], "region": ""}
    found: dict[str, Any] = request.session.get(_SAID, {}).get(str(hold_id), nothing)
    return found


def forget_said(request: SignedInRequest, hold_id: UUID) -> None:
    """It is booked, or let go."""
    said = dict(request.session.get(_SAID, {}))
    if said.pop(str(hold_id), None) is not None:
        request.session[_SAID] = said
