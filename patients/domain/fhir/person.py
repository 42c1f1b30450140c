"""Patient: who somebody is and how to reach them."""

from dataclasses import dataclass
from datetime import date

from patients.domain.fhir.contact import Contact, PostalAddress, read_addresses, read_contacts
from patients.domain.fhir.facts import Fact, Resource
from patients.domain.fhir.identity import read_identity
from patients.domain.fhir.reading import FhirError, Node, limited
from patients.domain.fhir.times import time_at, whole_date

BORN_SINCE = date(1880, 1, 1)
GENDERS = frozenset({"female", "male", "other", "unknown"})
LONGEST_NAME = 150
LONGEST_OTHER_NAMES = 300
# What somebody is called today comes before what they were called once.
_USES = ("official", "usual", "", "temp", "nickname", "anonymous", "old", "maiden")


@dataclass(frozen=True)
class Person(Fact):
    """The fields of `patients.models.Patient`; contacts and addresses; and what was left out."""

    source: str
    family_name: str
    given_names: str
    other_names: str
    birth_date: date
    gender: str
    language: str
    deceased_date: date | None
    contacts: tuple[Contact, ...]
    addresses: tuple[PostalAddress, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Name:
    use: str
    family: str
    given: str
    text: str


def read_person(resource: Resource, *, full_url: str) -> Person:
    """Translate a Patient. Raises `FhirError`.

    A birth date must name its day, because people are found and told apart by it.
    """
    node = resource.node
    identity = read_identity(node, resource.source_id, full_url)
    birth_date = whole_date(node, "birthDate")
    if birth_date < BORN_SINCE:
        raise FhirError(f"{node.path}.birthDate lies before {BORN_SINCE.year}.")
    name, others = _names(node)
    contacts, contact_notes = read_contacts(node)
    deceased_date, death_notes = _death(node, birth_date)
    other_names, name_notes = _joined(name, others)
    gender = node.text("gender")
    return Person(
        source=identity.source,
        source_id=identity.source_id,
        family_name=name.family,
        given_names=name.given,
        other_names=other_names,
        birth_date=birth_date,
        gender=gender if gender in GENDERS else "unknown",
        language=_language(node),
        deceased_date=deceased_date,
        contacts=contacts,
        addresses=read_addresses(node),
        notes=(*name_notes, *contact_notes, *death_notes),
    )


def _names(node: Node) -> tuple[_Name, list[_Name]]:
    """The name to call them by, and all others. Raises `FhirError` if no name is whole."""
    names = [_name(found) for found in node.nodes("name")]
    whole = [name for name in names if name.family and name.given]
    if not whole:
        raise FhirError(f"{node.path}.name has no name with both a family and a given name.")
    chosen = min(whole, key=lambda name: _USES.index(name.use))
    return chosen, [name for name in names if name is not chosen]


def _name(node: Node) -> _Name:
    use = node.text("use")
    return _Name(
        use=use if use in _USES else "",
        family=_one_line(node.text("family", longest=LONGEST_NAME)),
        given=limited(_one_line(" ".join(node.texts("given"))), LONGEST_NAME, f"{node.path}.given"),
        text=_one_line(node.text("text")),
    )


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _joined(chosen: _Name, others: list[_Name]) -> tuple[str, list[str]]:
    """Former and other names in one line, without a given name that is still the same."""
    found: dict[str, None] = {}
    for name in others:
        given = "" if name.given == chosen.given else name.given
        family = "" if name.family == chosen.family else name.family
        words = f"{given} {family}".strip()
        if not (name.given or name.family):
            words = name.text
        if words:
            found[words] = None
    line, notes = "", []
    for words in found:
        longer = f"{line}, {words}" if line else words
        if len(longer) > LONGEST_OTHER_NAMES:
            notes.append("A further name was left out: together they are too long.")
        else:
            line = longer
    return line, notes


def _language(node: Node) -> str:
    """Spanish if that is the (preferred) language of communication, else English."""
    spoken = node.nodes("communication")
    first = next((one for one in spoken if one.flag("preferred")), node.first("communication"))
    code = first.node("language").first("coding").text("code")
    return "es" if code.lower().split("-")[0] == "es" else "en"


def _death(node: Node, birth_date: date) -> tuple[date | None, list[str]]:
    died = time_at(node, "deceasedDateTime")
    if died is None:
        said = node.flag("deceasedBoolean")
        return None, ["Has died, but the source gives no date: not kept."] if said else []
    if died.last_day < birth_date:
        raise FhirError(f"{node.path}.deceasedDateTime lies before the birth.")
    return max(died.first_day, birth_date), []
