"""What a payer allowed beforehand, and how much of it is left."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

ENDS_SOON = timedelta(days=14)
FEW_LEFT = 2


class AuthorizationState(StrEnum):
    """Whether it can be relied on."""

    NOT_YET = "not_yet"
    VALID = "valid"
    ENDS_SOON = "ends_soon"
    FEW_LEFT = "few_left"
    USED_UP = "used_up"
    EXPIRED = "expired"
    REVOKED = "revoked"


WORDS = {
    AuthorizationState.NOT_YET: "Not valid yet",
    AuthorizationState.VALID: "Valid",
    AuthorizationState.ENDS_SOON: "Ends soon",
    AuthorizationState.FEW_LEFT: "Almost used up",
    AuthorizationState.USED_UP: "Used up",
    AuthorizationState.EXPIRED: "Expired",
    AuthorizationState.REVOKED: "Withdrawn",
}
# On these somebody may still rely.
USABLE = frozenset(
    {AuthorizationState.VALID, AuthorizationState.ENDS_SOON, AuthorizationState.FEW_LEFT}
)


@dataclass(frozen=True)
class Allowance:
    """So many units between two days, both inclusive, of which `used` are gone."""

    units: int
    used: int
    valid_from: date
    valid_until: date
    is_revoked: bool = False

    @property
    def left(self) -> int:
        """How many units are left; never less than none."""
        return max(0, self.units - self.used)

    def counts_on(self, day: date) -> bool:
        """Whether a visit on that day could be one of these units."""
        return not self.is_revoked and self.valid_from <= day <= self.valid_until

    def state(self, today: date) -> AuthorizationState:
        """What to say about it; the worst that is true of it."""
        if self.is_revoked:
            return AuthorizationState.REVOKED
        if today > self.valid_until:
            return AuthorizationState.EXPIRED
        if not self.left:
            return AuthorizationState.USED_UP
        if today < self.valid_from:
            return AuthorizationState.NOT_YET
        if self.valid_until - today <= ENDS_SOON:
            return AuthorizationState.ENDS_SOON
        if self.left <= FEW_LEFT and self.units > FEW_LEFT:
            return AuthorizationState.FEW_LEFT
        return AuthorizationState.VALID


def uncovered(allowances: Sequence[Allowance], days: Iterable[date]) -> int:
    """How many visits on these days nothing that is left would pay for.

    Each takes from the allowance that ends first among those that hold on its day.
    """
    in_turn = sorted(allowances, key=lambda allowance: allowance.valid_until)
    left = [allowance.left for allowance in in_turn]
    missing = 0
    for day in sorted(days):
        turn = (n for n, one in enumerate(in_turn) if left[n] and one.counts_on(day))
        found = next(turn, None)
        if found is None:
            missing += 1
        else:
            left[found] -= 1
    return missing
