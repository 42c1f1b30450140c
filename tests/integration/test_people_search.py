"""Finding a person: the first second of every phone call."""

from datetime import UTC, date, datetime

import pytest
from django.utils import timezone

from clinic.accounts.models import User
from clinic.accounts.roles import Role
from clinic.shared.errors import Invalid, NotAllowed, NotFound
from patients.actions.register import LikelyDuplicate, Registration, register_patient
from patients.models import ContactPoint, Patient, PortalAccess
from patients.queries import access_patient, likely_duplicates, search

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def desk():
    return User.objects.create_user(
        email="desk@clinic.example", name="Frances", role=Role.FRONT_DESK, password=None
    )


@pytest.fixture
def people():
    names = [
        ("José  María", "Núñez-Smith", date(1962, 3, 14), "15556805545"),
        ("Anna", "Smithers", date(1970, 1, 2), "12125550142"),
        ("Ann_a", "100% Real", date(1980, 5, 6), "12125550199"),
        ("Bo", "Li", date(1999, 9, 9), ""),
    ]
    made = []
    for given, family, born, digits in names:
        person = Patient.objects.create(given_names=given, family_name=family, birth_date=born)
        if digits:
            ContactPoint.objects.create(
                patient=person, system="phone", value=f"+{digits}", digits=digits
            )
        made.append(Patient.objects.get(pk=person.pk))
    return made


@pytest.mark.parametrize(
    ("text", "family_names"),
    [
        ("nunez", ["Núñez-Smith"]),
        ("NÚÑEZ jose", ["Núñez-Smith"]),
        ("smith", ["Smithers", "Núñez-Smith"]),
        ("maria   smith", ["Núñez-Smith"]),
        ("li", ["Li"]),
        ("100%", ["100% Real"]),
        ("_", ["100% Real"]),
        ("%", ["100% Real"]),
        ("3/14/62", ["Núñez-Smith"]),
        ("031462", ["Núñez-Smith"]),
        ("680-5545", ["Núñez-Smith"]),
        ("(212) 555-0142", ["Smithers"]),
        ("smith 1970-01-02", ["Smithers"]),
        ("smith 1980-05-06", []),
        ("nunes smyth", ["Núñez-Smith"]),
        ("", []),
        ("   ", []),
    ],
)
def test_search_finds_by_what_people_say(desk, people, text, family_names):
    """Accents, case, spaces, LIKE's own signs and typing slips must not hide a person."""
    assert [person.family_name for person in search(desk, text, today=TODAY)] == family_names


def test_search_finds_by_record_number(desk, people):
    """The number on the paper in the caller's hand is the surest way."""
    found = search(desk, str(people[1].record_number), today=TODAY)
    assert [person.pk for person in found] == [people[1].pk]


def test_search_does_not_ask_once_more_for_every_person(desk, people, django_assert_num_queries):
    """A list that asks the database for each row is slow exactly when the clinic is big."""
    with django_assert_num_queries(4):
        for person in search(desk, "smith", today=TODAY):
            assert person.phone


def test_only_who_may_search_can(people):
    """The portal must never become a directory of patients."""
    visitor = User.objects.create_user(
        email="p@x.example", name="P", role=Role.PATIENT, password=None
    )
    with pytest.raises(NotAllowed):
        search(visitor, "smith", today=TODAY)


def test_a_stranger_is_answered_like_one_who_does_not_exist(people):
    """A difference between "not yours" and "not there" tells who is a patient here."""
    visitor = User.objects.create_user(
        email="p@x.example", name="P", role=Role.PATIENT, password=None
    )
    PortalAccess.objects.create(user=visitor, patient=people[0])
    assert access_patient(visitor, people[0].pk, now=NOW) == people[0]
    with pytest.raises(NotFound) as other:
        access_patient(visitor, people[1].pk, now=NOW)
    with pytest.raises(NotFound) as nobody:
        access_patient(visitor, visitor_id_of_nobody(), now=NOW)
    assert other.value.sentence == nobody.value.sentence


def visitor_id_of_nobody():
    return "01a1fc6e-8939-786c-bb44-acc7b5e6bf1d"


@pytest.mark.parametrize(
    ("given", "family", "born", "phone", "is_found"),
    [
        ("Jose Maria", "Nunez Smith", date(1962, 3, 14), "", True),
        ("Josef", "Nunez", date(1962, 3, 14), "", True),
        ("Jose", "Nunes", date(1990, 1, 1), "555 680 5545", True),
        ("Anna", "Smithers", date(1971, 1, 2), "", True),
        ("Walter", "Quentin", date(1962, 3, 14), "", False),
        ("Anna", "Kowalska", date(1970, 1, 2), "", False),
    ],
)
def test_likely_duplicates(desk, people, given, family, born, phone, is_found):
    """Two records for one person hide allergies; two people in one record are worse."""
    found = likely_duplicates(
        desk, given_names=given, family_name=family, birth_date=born, phone=phone
    )
    assert bool(found) is is_found


def _newcomer(**changes):
    answers = {
        "given_names": "Jose",
        "family_name": "Nunez Smith",
        "birth_date": date(1962, 3, 14),
        "phone": "(212) 555-0100",
        "email": "jose@example.org",
    }
    return Registration(**answers | changes)


def test_registering_stops_at_a_likely_duplicate_and_writes_nothing(desk, people):
    """The desk decides, with both in sight."""
    before = Patient.objects.count()
    with pytest.raises(LikelyDuplicate) as refusal:
        register_patient(
            registration=_newcomer(), is_another_person=False, by=desk, now=timezone.now()
        )
    assert people[0] in refusal.value.people
    assert Patient.objects.count() == before


def test_registering_another_person_keeps_phone_and_mail(desk, people):
    """Reminders go nowhere if the contact is lost at the first step."""
    person = register_patient(
        registration=_newcomer(payer="Harbor Health", payer_class="commercial"),
        is_another_person=True,
        by=desk,
        now=timezone.now(),
    )
    kept = access_patient(desk, person.pk, now=NOW)
    assert (kept.phone, kept.email) == ("(212) 555-0100", "jose@example.org")
    assert kept.contacts.get(system="phone").digits == "12125550100"
    assert kept.coverages.get().payer == "Harbor Health"
    assert kept.record_number > people[-1].record_number


def test_nobody_is_born_tomorrow(desk):
    """A slip in the year makes an infant of an old man."""
    with pytest.raises(Invalid, match="future"):
        register_patient(
            registration=_newcomer(birth_date=date(2090, 1, 1)),
            is_another_person=True,
            by=desk,
            now=timezone.now(),
        )
