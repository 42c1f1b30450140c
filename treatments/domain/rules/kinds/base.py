"""What all kinds share."""

from collections.abc import Iterable
from datetime import date

from treatments.domain.rules.facts import Facts, Proposal


class Look:
    """A kind for which waiting does not help, unless it tells the days on which it may."""

    def turns(self, facts: Facts, proposal: Proposal, on: date) -> Iterable[date]:
        """The days on which what it says may change; those up to `on` do not matter."""
        return ()
