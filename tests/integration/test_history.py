"""Nothing about a patient changes without a trace, by whatever path."""

from datetime import UTC, datetime

import pghistory.models
import pytest
from django.apps import apps
from django.db import connection, transaction
from django.db.models import ForeignKey
from django.db.utils import ProgrammingError

from clinic.accounts.roles import Role
from clinic.audit.models import ReadEvent
from clinic.shared.actions import action
from patients.actions.register import Registration, register_patient
from patients.models import AllergyIntolerance, Consent, ContactPoint, MergedRow, Patient
from scheduling.models import AppointmentEvent
from tests import builders
from treatments.models import ChangedHistory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)

OURS = {"patients", "treatments", "scheduling", "messaging", "accounts"}
FOLLOWED = {
    model.pgh_tracked_model
    for model in apps.get_models()
    if issubclass(model, pghistory.models.Event) and hasattr(model, "pgh_tracked_model")
}
# About persons without a key to one, or about who may see them.
ALSO = {"messaging.Message", "messaging.Suppression", "messaging.InboundMessage"}
ALSO |= {"accounts.User", "accounts.TeamMember"}
# Append-only by triggers of its own: there is nothing to follow but the insert, which it is. And a
# queue, which says only whose visits have to be looked at again, and is empty a minute later.
EXEMPT = {MergedRow, ChangedHistory}


def leads_to_a_patient(model, seen=()):
    """Whether a row of this table is about a person: by a key, or by a key to such a row."""
    if model is Patient:
        return True
    return any(
        leads_to_a_patient(field.related_model, (*seen, model))
        for field in model._meta.fields
        if isinstance(field, ForeignKey) and field.related_model not in {*seen, model}
    )


ABOUT_PATIENTS = [
    model
    for model in apps.get_models()
    if model._meta.app_label in OURS
    and not issubclass(model, pghistory.models.Event)
    and (leads_to_a_patient(model) or model._meta.label in ALSO)
    and model not in EXEMPT
]


def test_every_table_about_patients_is_followed():
    """A new table that is forgotten here is forgotten in court as well."""
    assert len(ABOUT_PATIENTS) > 15
    assert {model._meta.label for model in ABOUT_PATIENTS} <= {m._meta.label for m in FOLLOWED}


@pytest.mark.parametrize("model", ABOUT_PATIENTS, ids=lambda model: model._meta.label)
def test_inserts_updates_and_deletes_are_followed_by_triggers(model):
    """All three: what was deleted is what will be asked for."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass", [model._meta.db_table]
        )
        triggers = " ".join(name for (name,) in cursor.fetchall())
    for kind in ("insert_insert", "update_update", "delete_delete"):
        assert f"pgtrigger_{kind}" in triggers, (model, kind)


def versions(row):
    return list(row.versions.order_by("pgh_id"))


def test_every_version_of_a_row_stays():
    """Insert, bulk update, plain SQL, delete: four paths, four versions."""
    patient = builders.make_patient()
    allergy = AllergyIntolerance.objects.create(patient=patient, text="Latex")
    AllergyIntolerance.objects.filter(pk=allergy.pk).update(text="Latex gloves")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE patients_allergyintolerance SET text = 'Rubber'")
    AllergyIntolerance.objects.bulk_update([allergy], ["text"])
    AllergyIntolerance.objects.filter(pk=allergy.pk).delete()
    kept = type(allergy).versions.rel.related_model.objects.filter(pgh_obj_id=allergy.pk)
    assert [(v.pgh_label, v.text) for v in kept.order_by("pgh_id")] == [
        ("insert", "Latex"),
        ("update", "Latex gloves"),
        ("update", "Rubber"),
        ("update", "Latex"),
        ("delete", "Latex"),
    ]


def test_a_version_says_who_did_it_in_which_action():
    """“Somebody” is no answer to who changed the phone number."""
    clerk = builders.make_user(Role.FRONT_DESK)
    registration = Registration(
        "Ida", "Moss", datetime(1970, 1, 2, tzinfo=UTC).date(), phone="5550100"
    )
    patient = register_patient(registration=registration, is_another_person=True, by=clerk, now=NOW)
    for row in (patient, ContactPoint.objects.get(patient=patient)):
        context = versions(row)[0].pgh_context
        assert context["user"] == clerk.pk
        assert context["action"] == "patients.actions.register.register_patient"


def test_an_action_s_name_does_not_stick_to_what_comes_after():
    """The next writer in the same connection must not be taken for the last one."""

    @action
    def rename(*, patient, by, now):
        Patient.objects.filter(pk=patient.pk).update(other_names="inside")

    patient, clerk = builders.make_patient(), builders.make_user()
    rename(patient=patient, by=clerk, now=NOW)
    assert versions(patient)[-1].pgh_context["user"] == clerk.pk


def test_a_request_is_named_in_what_it_wrote(client):
    """From a line in the history to the line in the web server's log."""
    client.force_login(builders.make_user(Role.FRONT_DESK))
    form = {
        "given_names": "Ida",
        "family_name": "Moss",
        "birth_date": "1962-03-14",
        "gender": "female",
        "language": "en",
        "payer_class": "unknown",
    }
    assert client.post("/desk/people/new/", form).status_code == 302
    context = versions(Patient.objects.get(family_name="Moss"))[0].pgh_context
    assert context["request"]
    assert context["ip"] == "127.0.0.1"
    assert context["address"] == "/desk/people/new/"


PROTECTED = [
    ("a patient", Patient, "delete"),
    ("a version", Patient.versions.rel.related_model, "update"),
    ("a version", Patient.versions.rel.related_model, "delete"),
    ("the read log", ReadEvent, "update"),
    ("the read log", ReadEvent, "delete"),
    ("a step of a visit", AppointmentEvent, "update"),
    ("a step of a visit", AppointmentEvent, "delete"),
    ("a signed consent", Consent, "update"),
    ("a signed consent", Consent, "delete"),
]


@pytest.mark.parametrize(("_name", "model", "how"), PROTECTED, ids=lambda v: str(v)[-20:])
def test_what_must_stay_cannot_be_changed_even_by_the_owner(_name, model, how, everything):
    """A slip in a shell, a bulk delete, a cascade: the database itself says no."""
    assert model.objects.exists()
    column = next(
        f.attname for f in model._meta.fields if not f.primary_key and f.attname != "patient_id"
    )
    table = connection.ops.quote_name(model._meta.db_table)
    statement = (
        f"DELETE FROM {table}"
        if how == "delete"
        else f"UPDATE {table} SET {column} = {other(column)}"
    )
    with connection.cursor() as cursor, pytest.raises(ProgrammingError, match="Cannot"):
        cursor.execute(statement)


def other(column):
    """A value that is another one, of the same type."""
    if column.endswith("_at"):
        return f"{column} + interval '1 day'"
    return f"{column}" if column.endswith("_id") else f"{column} || 'x'"


@pytest.fixture
def everything():
    from tests.security.clients import client_of
    from tests.security.world import build_world

    world = build_world()
    client_of(world.staff["front_desk"]).get("/desk/")
    return world


def test_a_consent_is_amended_by_a_new_row_only(everything):
    """What was signed is what was signed."""
    consent = Consent.objects.first()
    consent.decision = "deny"
    with pytest.raises(ProgrammingError), transaction.atomic():
        consent.save()
    consent.pk = None
    consent.save()
    assert Consent.objects.filter(patient=consent.patient).count() == 2


def test_a_person_cannot_be_deleted_by_the_orm():
    """Not with records and not without: a wrong one is joined into the right one."""
    patient = builders.make_patient()
    with pytest.raises(ProgrammingError), transaction.atomic():
        patient.delete()
    assert Patient.objects.filter(pk=patient.pk).exists()
