"""The demo clinic's patients. Their numbers are of the range that belongs to nobody."""

import random
from datetime import date, datetime, timedelta

from faker import Faker

from clinic.accounts.models import User
from patients.actions.consents import Decision, record_consent
from patients.actions.invitations import Guest, accept_invitation, invite_to_portal
from patients.actions.register import Registration, register_patient
from patients.models import (
    AllergyIntolerance,
    Condition,
    MedicationStatement,
    Patient,
    PortalAccess,
)
from patients.models.allergy import Criticality
from patients.models.consent import ConsentDecision, ConsentKind, ConsentMethod
from patients.models.invitation import InvitationWay
from patients.models.portal import Relationship

HOW_MANY = 60

ALLERGIES = ["Penicillin", "Iodinated contrast", "Latex", "Lidocaine", "Adhesive tape"]
MEDICATIONS = [
    "Naproxen 500 mg, twice a day",
    "Gabapentin 300 mg, three times a day",
    "Warfarin 5 mg, once a day",
    "Clopidogrel 75 mg, once a day",
    "Duloxetine 30 mg, once a day",
    "Metformin 500 mg, twice a day",
]
CONDITIONS = [
    "Lumbar disc herniation",
    "Lumbar spinal stenosis",
    "Facet joint osteoarthritis",
    "Osteoporosis",
    "Chronic myofascial pain",
    "Compression fracture of a vertebra",
    "Type 2 diabetes",
]
PAYERS = [
    ("medicare", "Medicare", "Part B"),
    ("commercial", "Harbor Health", "PPO"),
    ("commercial", "Northway Mutual", "HMO"),
    ("medicaid", "State Medicaid", ""),
    ("workers_comp", "Union Casualty", ""),
]


def build_people(*, desk: User, portal_user: User, now: datetime) -> list[Patient]:
    """Register everybody through the desk's own action; the first is the one who can sign in."""
    fake = Faker(["en_US", "es_MX"])
    fake.seed_instance(20)
    chance = random.Random(20)  # noqa: S311 - the same believable people every time
    people = [_register_portal_person(desk, portal_user, now)]
    people.append(_register_child(desk, portal_user, now))
    people += [_register(fake, chance, desk, now) for _ in range(HOW_MANY)]
    for patient in people:
        _add_history(patient, chance, now.date())
        if chance.random() < 0.8:
            _add_consent(patient, desk, now)
    return people


def _register_portal_person(desk: User, portal_user: User, now: datetime) -> Patient:
    registration = Registration(
        given_names="Peter",
        family_name="Novak",
        birth_date=date(1971, 4, 18),
        gender="male",
        phone="+1 212-555-0117",
        email=portal_user.email,
        payer_class="commercial",
        payer="Harbor Health",
        plan="PPO",
        member_id="HH-204417",
    )
    patient = register_patient(registration=registration, is_another_person=True, by=desk, now=now)
    PortalAccess.objects.create(user=portal_user, patient=patient)
    return patient


def register_person_with_a_story(desk: User, now: datetime) -> Patient:
    """Whose record has more than a year of treatment in it."""
    registration = Registration(
        given_names="Grace",
        family_name="Whitfield",
        birth_date=date(1953, 9, 14),
        gender="female",
        phone="+1 646-555-0153",
        email="grace.whitfield@example.org",
        payer_class="medicare",
        payer="Medicare",
        plan="Part B",
        member_id="ME-530914",
    )
    return register_patient(registration=registration, is_another_person=True, by=desk, now=now)


def _register_child(desk: User, portal_user: User, now: datetime) -> Patient:
    """A child whose record its father sees until it is grown up."""
    registration = Registration(
        given_names="Mia",
        family_name="Novak",
        birth_date=date(now.year - 12, 6, 2),
        gender="female",
        phone="+1 212-555-0117",
        payer_class="commercial",
        payer="Harbor Health",
        plan="PPO",
        member_id="HH-204418",
    )
    child = register_patient(registration=registration, is_another_person=True, by=desk, now=now)
    father = Guest(name=portal_user.name, relationship=Relationship.PARENT, way=InvitationWay.PAPER)
    invited = invite_to_portal(patient=child, guest=father, by=desk, now=now)
    accept_invitation(invitation_id=invited.invitation.pk, by=portal_user, now=now)
    return child


def _add_consent(patient: Patient, desk: User, now: datetime) -> None:
    for kind in (ConsentKind.TREATMENT, ConsentKind.PRIVACY_NOTICE):
        decision = Decision(
            kind=kind,
            decision=ConsentDecision.PERMIT,
            method=ConsentMethod.PAPER,
            given_by=patient.name,
            decided_date=now.date(),
            version="2026-01",
        )
        record_consent(patient=patient, decision=decision, by=desk, now=now)


def _register(fake: Faker, chance: random.Random, desk: User, now: datetime) -> Patient:
    female = chance.random() < 0.55
    given = fake.first_name_female() if female else fake.first_name_male()
    family = fake.last_name()
    payer_class, payer, plan = chance.choice(PAYERS)
    registration = Registration(
        given_names=given,
        family_name=family,
        birth_date=now.date() - timedelta(days=chance.randrange(24 * 365, 84 * 365)),
        gender="female" if female else "male",
        language="es" if chance.random() < 0.2 else "en",
        phone=f"+1 {chance.choice((212, 646, 718, 917))}-555-01{chance.randrange(100):02}",
        email=_address(given, family) if chance.random() < 0.85 else "",
        payer_class=payer_class,
        payer=payer,
        plan=plan,
        member_id=f"{payer[:2].upper()}-{chance.randrange(10**5, 10**6)}",
    )
    return register_patient(registration=registration, is_another_person=True, by=desk, now=now)


def _address(given: str, family: str) -> str:
    ascii_only = f"{given}.{family}".casefold().encode("ascii", "ignore").decode()
    return f"{ascii_only.replace(' ', '')}@example.org"


def _add_history(patient: Patient, chance: random.Random, today: date) -> None:
    began = today - timedelta(days=chance.randrange(60, 2000))
    if chance.random() < 0.35:
        AllergyIntolerance.objects.create(
            patient=patient, text=chance.choice(ALLERGIES), criticality=Criticality.HIGH
        )
    MedicationStatement.objects.bulk_create(
        MedicationStatement(patient=patient, text=text, start_date=began)
        for text in chance.sample(MEDICATIONS, chance.randrange(3))
    )
    Condition.objects.bulk_create(
        Condition(patient=patient, text=text, onset_date=began)
        for text in chance.sample(CONDITIONS, chance.randrange(1, 4))
    )
