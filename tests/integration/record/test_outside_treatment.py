"""What another clinic's words mean is asked, proposed, and kept."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from clinic.accounts.roles import Role
from clinic.shared.errors import NotAllowed
from tests import fhir_samples as fhir
from tests.builders import care_for, make_user
from tests.integration.test_import_fhir import load
from tests.record_builders import make_procedure, shipped_catalogue
from tests.security.clients import client_of
from treatments.actions.outside_treatment import (
    NotImported,
    ToldMeanwhile,
    seen_as,
    tell_treatment,
)
from treatments.actions.procedures import WrongProcedure
from treatments.domain.outside_matches import matches
from treatments.facts.known import known
from treatments.facts.people import facts_of
from treatments.models import CatalogueEntry, ChangedHistory, Procedure

pytestmark = pytest.mark.django_db
UTC = ZoneInfo("UTC")
WORDS = {"code": fhir.concept("P-9", "Spinal injection, therapeutic")}


@pytest.fixture
def physician():
    shipped_catalogue()
    return make_user(Role.PHYSICIAN)


@pytest.fixture
def row(physician):
    load(fhir.bundle(fhir.patient(), fhir.procedure(**WORDS)))
    row = Procedure.objects.get()
    care_for(row.patient, physician)
    return row


def told(key="epidural-steroid-injection"):
    return CatalogueEntry.objects.get(pk=key)


def tell(row, physician, **values):
    values = {"treatment": told(), "region": "lumbar", "check": seen_as("")} | values
    return tell_treatment(procedure=row, by=physician, now=timezone.now(), **values)


def test_what_was_told_is_kept_through_the_next_import(row, physician):
    """A source that is read every night must not undo what somebody knows."""
    assert row.is_unrecognized
    ChangedHistory.objects.all().delete()
    tell(row, physician)
    assert ChangedHistory.objects.get().patient_id == row.patient_id, "limits look again"
    changed = {**WORDS, "status": "stopped"}
    load(fhir.bundle(fhir.patient(), fhir.procedure(**changed)))
    row.refresh_from_db()
    assert (row.treatment, row.region, row.status) == (told(), "lumbar", "stopped")
    assert row.text == "Spinal injection, therapeutic"
    assert not row.is_unrecognized


def test_what_cannot_be_is_refused(row, physician):
    """Each with its sentence, and nothing is kept."""
    with pytest.raises(WrongProcedure, match="not done there"):
        tell(row, physician, treatment=told("kyphoplasty"), region="cervical")
    with pytest.raises(WrongProcedure, match="not done as a procedure"):
        tell(row, physician, treatment=told("nsaid"))
    with pytest.raises(ToldMeanwhile):
        tell(row, physician, check=seen_as("kyphoplasty"))
    with pytest.raises(NotAllowed):
        tell(row, make_user(Role.FRONT_DESK))
    ours = make_procedure(row.patient, physician, at=timezone.now() - timedelta(days=1))
    with pytest.raises(NotImported):
        tell(ours, physician)
    row.refresh_from_db()
    assert row.treatment is None


def test_somebody_who_knows_says_that_it_was_none_of_ours(row, physician):
    """A block of the eye that the words call an injection would stand there as “not recognized”."""
    tell(row, physician, treatment=None, region="", is_none_of_ours=True)
    row.refresh_from_db()
    assert not row.is_unrecognized
    with pytest.raises(ToldMeanwhile):
        tell(row, physician)
    with pytest.raises(WrongProcedure, match="not both"):
        tell(row, physician, is_none_of_ours=True, check=seen_as("none-of-ours"))
    load(fhir.bundle(fhir.patient(), fhir.procedure(**{**WORDS, "status": "stopped"})))
    row.refresh_from_db()
    assert (row.is_none_of_ours, row.status) == (True, "stopped")


def test_no_limit_counts_what_is_none_of_ours_whatever_its_words(physician):
    """“Epidural” in the words of a birth elsewhere must not stop an injection here."""
    words = {"code": fhir.concept("P-9", "Epidural steroid injection")}
    load(fhir.bundle(fhir.patient(), fhir.procedure(**words)))
    row = Procedure.objects.get()
    care_for(row.patient, physician)

    def counted():
        facts = facts_of([row.patient_id], known=known(), on=timezone.now().date(), zone=UTC)
        return [(done.treatment, done.is_unrecognized) for done in facts[row.patient_id].done]

    assert counted() == [("epidural-steroid-injection", False)]
    tell(row, physician, treatment=None, region="", is_none_of_ours=True)
    assert counted() == [("", False)]
    tell(row, physician, treatment=None, region="", check=seen_as("none-of-ours"))
    assert counted() == [("epidural-steroid-injection", False)]


def test_none_of_ours_is_said_on_the_page_and_through_rest(row, physician):
    """One choice beside the treatments; and a program says the same."""
    client: Client = client_of(physician)
    page = f"/physician/procedures/{row.pk}/"
    said = {"treatment": "none-of-ours", "region": "", "seen": ""}
    answer = client.post(f"{page}treatment/", said, follow=True).content.decode()
    assert "No limit counts it from now on" in answer
    assert "Not recognized" not in answer
    chart = client.get(f"/physician/people/{row.patient_id}/").content.decode()
    assert f"{page}#treatment" not in chart
    address = f"/api/v1/procedures/{row.pk}/"
    read = client.get(address)
    assert read.json()["is_none_of_ours"] is True
    json = {"content_type": "application/json"}
    told = {"treatment": None, "is_none_of_ours": False}
    tag = {"headers": {"If-Match": read["ETag"]}}
    assert client.put(f"{address}treatment/", told, **json, **tag).status_code == 200
    tag = {"headers": {"If-Match": client.get(address)["ETag"]}}
    both = {"treatment": "kyphoplasty", "is_none_of_ours": True}
    assert client.put(f"{address}treatment/", both, **json, **tag).status_code == 400
    row.refresh_from_db()
    assert not row.is_none_of_ours


def test_the_likeliest_stand_first():
    """Nobody looks through fifty treatments for one that the words nearly name."""
    names = {
        "kyphoplasty": ["Balloon kyphoplasty", "A balloon lifts the broken bone."],
        "epidural-steroid-injection": ["Epidural steroid injection", "Medicine near the nerve."],
        "facet-injection": ["Facet joint injection", "Medicine into a small joint."],
    }
    assert matches("Lumbar epidural, caudal", names)[0] == "epidural-steroid-injection"
    assert matches("Injection into joint of spine", names) == ["facet-injection"]
    assert matches("Appendectomy", names) == []


def test_the_page_asks_and_keeps(row, physician):
    """The document proposes what its words come near to; a second answer is not laid over."""
    client: Client = client_of(physician)
    page = f"/physician/procedures/{row.pk}/"
    text = client.get(page).content.decode()
    assert "Not recognized" in text
    assert "By its words" in text
    chart = client.get(f"/physician/people/{row.patient_id}/").content.decode()
    assert f"{page}#treatment" in chart
    said = {"treatment": "facet-injection", "region": "lumbar", "seen": ""}
    assert client.post(f"{page}treatment/", said | {"treatment": "none"}).status_code == 422
    refused = client.post(
        f"{page}treatment/", said | {"treatment": "kyphoplasty", "region": "cervical"}
    )
    assert refused.status_code == 422
    assert "not done there" in refused.content.decode()
    assert client.post(f"{page}treatment/", said).status_code == 302
    assert client.post(f"{page}treatment/", said).status_code == 409
    assert "as somebody here said" in client.get(page).content.decode()


def test_a_program_tells_it_too(row, physician):
    """With the version it has read, as for every change."""
    client, address = client_of(physician), f"/api/v1/procedures/{row.pk}/"
    said = {"treatment": "facet-injection", "region": "lumbar"}
    json = {"content_type": "application/json"}
    assert client.put(f"{address}treatment/", said, **json).status_code == 428
    tag = {"headers": {"If-Match": client.get(address)["ETag"]}}
    assert client.put(f"{address}treatment/", {"treatment": "x"}, **json, **tag).status_code == 400
    answer = client.put(f"{address}treatment/", said, **json, **tag)
    assert answer.status_code == 200, answer.content
    assert (answer.json()["treatment"], answer.json()["region"]) == ("facet-injection", "lumbar")
    assert client.put(f"{address}treatment/", said, **json, **tag).status_code == 412
