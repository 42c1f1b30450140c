"""In what capacity somebody sees a record in the portal."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class SeenAs:
    """What the viewer is to the person; `has_several` if they see other records as well.

    `ends_on` is the first day without access, or None if there is no end.
    """

    relationship: str
    has_several: bool
    ends_on: date | None

    @property
    def is_self(self) -> bool:
        """Whether the viewer is the person themselves."""
        return self.relationship == "self"

    @property
    def is_named(self) -> bool:
        """Whether each page must say for whom it is, so that nobody takes one for another."""
        return self.has_several or not self.is_self
