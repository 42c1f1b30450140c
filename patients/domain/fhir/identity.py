"""Which identifier names a person across two exports.

A resource id belongs to one server and may change with every export, so a medical record number
counts first: the same number of the same system is the same person. Social security numbers,
licences and passports are never used, so that they need not be stored. Without a record number the
resource id must do.
"""

import re
from dataclasses import dataclass

from patients.domain.fhir.reading import FhirError, Node

LONGEST = 255
# Kinds of identifier (HL7 table 0203) that name a person in one institution; "" is an untyped one.
_KINDS = ("MR", "PI", "PT", "")
_USES = ("official", "usual", "", "secondary")
# US social security numbers (address and OID) and driver's licences.
_PERSONAL = (
    "http://hl7.org/fhir/sid/us-ssn",
    "urn:oid:2.16.840.1.113883.4.1",
    "urn:oid:2.16.840.1.113883.4.3",
)
_ADDRESS = re.compile(r"(?P<base>https?://.+)/Patient/[^/]+")


@dataclass(frozen=True, order=True)
class _Candidate:
    """Ordered by how well it names somebody, and never by where it happens to be listed."""

    kind: int
    use: int
    source: str
    source_id: str


@dataclass(frozen=True)
class Identity:
    """The system that knows a person, and their id there."""

    source: str
    source_id: str


def read_identity(node: Node, resource_id: str, full_url: str) -> Identity:
    """The identity of a Patient. Raises `FhirError` for one without identifier and id."""
    candidates = filter(None, map(_candidate, node.nodes("identifier")))
    best = min(candidates, default=None)
    if best:
        return Identity(best.source, best.source_id)
    if not resource_id:
        raise FhirError(f"{node.path} has no identifier by which to know it again.")
    server = _ADDRESS.fullmatch(full_url)
    return Identity(server["base"] if server else "fhir", resource_id)


def _candidate(node: Node) -> _Candidate | None:
    system = node.text("system", longest=LONGEST)
    value = node.text("value", longest=LONGEST)
    use = node.text("use")
    kind = _kind(node.node("type"))
    if not (system and value) or kind is None or use not in _USES or _is_personal(system):
        return None
    return _Candidate(_KINDS.index(kind), _USES.index(use), system, value)


def _kind(node: Node) -> str | None:
    """The first of our kinds among its codes; "" if it has no type at all; None otherwise."""
    codes = [coding.text("code") for coding in node.nodes("coding")]
    return next((code for code in codes if code and code in _KINDS), None) if node else ""


def _is_personal(system: str) -> bool:
    return any(system == known or system.startswith(f"{known}.") for known in _PERSONAL)
