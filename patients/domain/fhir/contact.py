"""Telecom and address: how to reach a person."""

from dataclasses import dataclass, replace
from decimal import Decimal

from patients.domain.fhir.reading import Node, limited
from patients.domain.phone import phone_digits

_SYSTEMS = {"phone": "phone", "sms": "phone", "email": "email"}
_USES = frozenset({"home", "work", "mobile"})
LONGEST_VALUE = 254
UNRANKED = Decimal(1000)


@dataclass(frozen=True)
class Contact:
    """The fields of `patients.models.ContactPoint`; rank 1 is tried first."""

    system: str
    use: str
    value: str
    digits: str
    rank: int = 1


@dataclass(frozen=True)
class PostalAddress:
    """The fields of `patients.models.Address`."""

    line: str
    city: str
    state: str
    postal_code: str
    country: str


def read_contacts(node: Node) -> tuple[tuple[Contact, ...], list[str]]:
    """Phones and e-mail addresses in the order to try them, and notes on what was left out.

    Fax, pagers and web pages are not used here, and neither is what the source calls old.
    """
    found: dict[tuple[str, str], Contact] = {}
    notes = []
    for telecom in sorted(node.nodes("telecom"), key=lambda one: one.number("rank") or UNRANKED):
        system = _SYSTEMS.get(telecom.text("system"))
        if system is None or telecom.text("use") == "old":
            continue
        contact = _contact(telecom, system)
        if contact:
            found.setdefault((contact.system, contact.value), contact)
        else:
            notes.append(f"{telecom.path} is no {system} one could use: left out.")
    ranked = (replace(contact, rank=i) for i, contact in enumerate(found.values(), start=1))
    return tuple(ranked), notes


def _contact(node: Node, system: str) -> Contact | None:
    value = node.text("value", longest=LONGEST_VALUE)
    value = value.removeprefix("tel:").removeprefix("mailto:").strip()
    digits = phone_digits(value) if system == "phone" else ""
    is_usable = bool(digits) if system == "phone" else "@" in value
    use = "mobile" if node.text("system") == "sms" else node.text("use")
    return Contact(system, use if use in _USES else "home", value, digits) if is_usable else None


def read_addresses(node: Node) -> tuple[PostalAddress, ...]:
    """Where they live, without empty, repeated and old addresses."""
    current = [one for one in node.nodes("address") if one.text("use") != "old"]
    found = dict.fromkeys(map(_address, current))
    found.pop(PostalAddress("", "", "", "", ""), None)
    return tuple(found)


def _address(node: Node) -> PostalAddress:
    return PostalAddress(
        line=limited(", ".join(node.texts("line")), 200, f"{node.path}.line"),
        city=node.text("city", longest=100),
        state=node.text("state", longest=100),
        postal_code=node.text("postalCode", longest=20),
        country=node.text("country", longest=100),
    )
