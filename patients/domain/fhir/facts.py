"""What every fact about a person shares on its way into the clinic."""

from collections.abc import Callable
from dataclasses import dataclass

from patients.domain.fhir.reading import Node

# Resolves a reference inside the bundle it came with; None if it points outside.
Find = Callable[[str], Node | None]


@dataclass(frozen=True)
class Resource:
    """One resource of a bundle: its content, its id at the source, and its neighbours."""

    node: Node
    source_id: str
    find: Find


@dataclass(frozen=True)
class Fact:
    """A row to be: the fields of a subclass are named like those of its model."""

    source_id: str


@dataclass(frozen=True)
class Withdrawn(Fact):
    """A row the source does not stand by: entered in error, or no longer in force."""


@dataclass(frozen=True)
class Kind:
    """How one resource type becomes a fact; `subject` names its reference to the person."""

    subject: str
    read: Callable[[Resource], Fact]


def is_error(node: Node) -> bool:
    """Whether the source says, in any of the ways FHIR has, that this was entered in error."""
    if node.value.get("status") == "entered-in-error":
        return True
    status = node.value.get("verificationStatus")
    codings = status.get("coding") if isinstance(status, dict) else None
    if not isinstance(codings, list):
        return False
    return any(isinstance(c, dict) and c.get("code") == "entered-in-error" for c in codings)
