"""`documentation`: what must be written down for it."""

from dataclasses import dataclass
from datetime import date

from treatments.domain.rules.facts import Facts, Proposal
from treatments.domain.rules.finding import Objection


@dataclass(frozen=True)
class Documentation:
    """Each of `needs` must be in what is documented; `one_of` names values that will do.

    Nothing is needed where a field has one of the values of `unless` (contrast is not needed if
    there is a reason against it).
    """

    needs: tuple[str, ...]
    one_of: tuple[tuple[str, frozenset[str]], ...] = ()
    unless: tuple[tuple[str, frozenset[str]], ...] = ()

    def look(self, facts: Facts, proposal: Proposal, on: date) -> Objection | None:
        """The objection on a day, or None."""
        told = proposal.documented
        if any(str(told.get(name, "")) in values for name, values in self.unless):
            return None
        lacking = [name for name in self.needs if told.get(name) in (None, "", (), [], False)]
        wrong = [
            f"{name}: {told[name]}"
            for name, values in self.one_of
            if told.get(name) not in (None, "") and str(told[name]) not in values
        ]
        if not lacking and not wrong:
            return None
        return Objection(because=", ".join(word.replace("_", " ") for word in [*lacking, *wrong]))
