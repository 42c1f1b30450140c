"""Recording a procedure in pages that need no script: nothing typed is lost."""

from datetime import timedelta

import pytest
from django.utils import timezone

from clinic.accounts.roles import Role
from tests.builders import care_for, make_patient, make_user
from tests.record_builders import make_procedure, shipped_catalogue
from tests.security.clients import client_of
from tests.security.procedure_forms import TICKED
from treatments.models import Procedure, ProcedureDrug

pytestmark = pytest.mark.django_db


@pytest.fixture
def physician():
    shipped_catalogue()
    return make_user(Role.PHYSICIAN)


@pytest.fixture
def patient(physician):
    person = make_patient(email="ana@example.org")
    care_for(person, physician)
    return person


def form_of(answer, **more):
    """What a browser would send back, if only these fields were changed."""
    form = answer.context["form"]
    sent = {}
    for field in [*form, *(field for row in form.rows.forms for field in row)]:
        value = field.value()
        if value in (None, False, "", []):
            continue
        widget = field.field.widget
        sent[field.html_name] = (
            "on"
            if value is True
            else widget.format_value(value)
            if not isinstance(value, list)
            else value
        )
    return sent | more


def begin(client, patient, **how):
    how = how or {"treatment": "epidural-steroid-injection"}
    answer = client.post(f"/physician/people/{patient.pk}/procedures/new/", how)
    assert answer.status_code == 302, answer.content.decode()
    return answer.url


WHOLE = {
    "region": "lumbar",
    "levels": ["L4-L5", "L5-S1"],
    "laterality": "left",
    "approach": "transforaminal",
    "pain_before": "8",
    "pain_after": "3",
    "check_consent": "on",
    "check_time_out": "on",
    "check_allergies_reviewed": "on",
    "check_inr": "1.1",
    "drugs-0-drug": "triamcinolone",
    "drugs-0-volume_ml": "1",
    "drugs-0-concentration": "40 mg/mL",
    "drugs-0-lot_number": "A-17",
}


def test_a_procedure_from_choosing_to_signing(physician, patient):
    """The way every physician goes several times a day."""
    client = client_of(physician)
    page = begin(client, patient)
    expires = (timezone.localdate() + timedelta(days=30)).isoformat()
    whole = form_of(client.get(page), **WHOLE, **{"drugs-0-expiry_date": expires})
    answer = client.post(f"{page}sign/", whole)
    assert answer.status_code == 302, answer.context["form"].errors
    row = Procedure.objects.get()
    assert (row.record_status, row.levels, row.pain_before) == ("signed", ["L4-L5", "L5-S1"], 8)
    assert (row.drugs.get().dose, row.checklist["inr"]) == (40, "1.1")
    shown = client.get(page).content.decode()
    assert "Lumbar, L4-L5 and L5-S1, left." in shown
    assert "A-17" in shown
    again = begin(client, patient, like=row.pk)
    draft = Procedure.objects.get(record_status="draft")
    assert (draft.levels, draft.drugs.get().lot_number) == (row.levels, "")
    assert "A-17" in client.get(again).content.decode(), "the lot in use is offered"


def test_what_is_wrong_is_said_beside_it_and_everything_stays(physician, patient):
    """Typing a long form twice is how people learn to hate it."""
    client = client_of(physician)
    page = begin(client, patient)
    gone = (timezone.localdate() - timedelta(days=1)).isoformat()
    sent = form_of(
        client.get(page),
        **{**WHOLE, "levels": ["C5-C6"], "findings": "Tight ligament"},
        **{"drugs-0-dose": "80", "drugs-0-dose_unit": "mg", "drugs-0-expiry_date": gone},
    )
    answer = client.post(f"{page}draft/", sent)
    text = answer.content.decode()
    assert answer.status_code == 422
    for sentence in ("C5-C6 is cervical, not lumbar.", "are 40 mg, not 80 mg.", "expired on"):
        assert sentence in text
    for typed in ("Tight ligament", 'value="80"', 'value="A-17"', gone):
        assert typed in text
    unreadable = sent | {"drugs-0-volume_ml": "a drop", "performed_at": "yesterday"}
    answer = client.post(f"{page}draft/", unreadable)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "a drop" in text
    assert "yesterday" in text
    assert Procedure.objects.get().revision == 1


def test_what_signing_lacks_is_listed_and_asked_for(physician, patient):
    """One list; a reason where a reason will do."""
    client = client_of(physician)
    page = begin(client, patient)
    sent = form_of(client.get(page), **WHOLE)
    sent.pop("check_consent")
    sent.pop("drugs-0-lot_number")
    answer = client.post(f"{page}sign/", sent)
    assert answer.status_code == 409
    assert {lack["code"] for lack in answer.context["lacks"]} == {"consent", "lot-triamcinolone"}
    again = form_of(answer, check_consent="on", **{"reason_lot-triamcinolone": "Vial lost"})
    answer = client.post(f"{page}sign/", again)
    assert answer.status_code == 302, answer.content.decode()
    assert "Vial lost" in client.get(page).content.decode()


def test_the_second_of_two_writers_chooses(physician, patient):
    """Nothing is lost, not even what nobody wanted."""
    client = client_of(physician)
    page = begin(client, patient)
    mine = form_of(client.get(page), **WHOLE, findings="Mine")
    client.post(f"{page}draft/", form_of(client.get(page), findings="Theirs"))
    answer = client.post(f"{page}draft/", mine)
    assert answer.status_code == 409
    assert [clash["label"] for clash in answer.context["clashes"]] == ["Findings"]
    answer = client.post(f"{page}draft/", form_of(answer, theirs=["findings"]))
    assert answer.status_code == 302
    row = Procedure.objects.get()
    assert (row.findings, row.levels) == ("Theirs", ["L4-L5", "L5-S1"])


def test_their_drugs_are_kept_when_theirs_is_chosen(physician, patient):
    """Both lists are shown in words, nothing that nobody touched is asked, and the choice holds."""
    client = client_of(physician)
    page = begin(client, patient)
    opened = client.get(page)
    mine = form_of(opened, **WHOLE, findings="Mine")
    theirs = form_of(opened, **WHOLE, complications="None", check_driver="yes")
    theirs |= {"levels": ["L3-L4"], "drugs-0-lot_number": "B-2"}
    assert client.post(f"{page}draft/", theirs).status_code == 302
    answer = client.post(f"{page}draft/", mine)
    assert answer.status_code == 409
    told = {clash["name"]: clash for clash in answer.context["clashes"]}
    assert set(told) == {"levels", "drugs"}, "nobody else touched the findings"
    assert (told["levels"]["yours"], told["levels"]["theirs"]) == ("L4-L5, L5-S1", "L3-L4")
    assert "lot A-17" in told["drugs"]["yours"]
    assert "lot B-2" in told["drugs"]["theirs"]
    again = form_of(answer, theirs=["drugs"])
    background = {"headers": {"Dorsa-Autosave": "1"}}
    undecided = again | {"clash": ["levels", "drugs"]}
    assert client.post(f"{page}draft/", undecided, **background).status_code == 200
    again["revision"] = Procedure.objects.get().revision
    assert client.post(f"{page}draft/", again).status_code == 302
    row = Procedure.objects.get()
    assert (row.levels, row.drugs.get().lot_number) == (["L4-L5", "L5-S1"], "B-2")
    assert (row.findings, row.complications, row.checklist["driver"]) == ("Mine", "None", "yes")


def test_nothing_is_signed_that_was_not_on_the_page(physician, patient):
    """A signature stands under what was read, not under what came in between."""
    client = client_of(physician)
    page = begin(client, patient)
    opened = client.get(page)
    mine = form_of(opened, **WHOLE, **{"reason_expiry-triamcinolone": "Read from the box"})
    assert client.post(f"{page}draft/", form_of(opened, findings="Theirs")).status_code == 302
    answer = client.post(f"{page}sign/", mine)
    assert answer.status_code == 409
    assert answer.context["news"] == ["Findings"]
    assert Procedure.objects.get().record_status == "draft"
    again = form_of(answer, **{"reason_expiry-triamcinolone": "Read from the box"})
    assert client.post(f"{page}sign/", again).status_code == 302


def test_what_was_typed_while_another_signed_begins_a_correction(physician, patient):
    """The words of an hour must not end on a page that says no."""
    client = client_of(physician)
    page = begin(client, patient)
    why = {"reason_expiry-triamcinolone": "Read from the box"}
    assert client.post(f"{page}draft/", form_of(client.get(page), **WHOLE)).status_code == 302
    opened = client.get(page)
    assert client.post(f"{page}sign/", form_of(opened, complications="None", **why)).url == page
    late = form_of(opened, findings="Dural tap", **{"drugs-0-volume_ml": "2", "drugs-0-dose": "80"})
    by_itself = client.post(f"{page}draft/", late, headers={"Dorsa-Autosave": "1"})
    assert (by_itself.status_code, by_itself.json()["signed"]) == (409, True)
    answer = client.post(f"{page}draft/", late)
    assert answer.status_code == 409
    assert [row[0] for row in answer.context["rows"]] == ["Findings", "Drugs"]
    carried = {}
    for name, text in answer.context["carried"]:
        carried.setdefault(name, []).append(text)
    refused = client.post(f"{page}amend/", carried)
    assert "Dural tap" in refused.content.decode(), "without a reason nothing is lost either"
    answer = client.post(f"{page}amend/", carried | {"reason": "Signed too early"})
    assert answer.status_code == 302, answer.content.decode()
    row = Procedure.objects.get(record_status="draft")
    assert (row.findings, row.complications, row.drugs.get().dose) == ("Dural tap", "None", 80)


def test_every_row_of_drugs_is_on_the_page_and_stays(physician, patient):
    """A program may have written more rows than a form usually has; none is cut off in silence."""
    at = timezone.now() - timedelta(hours=1)
    row = make_procedure(patient, physician, at=at, drugs=[("lidocaine", "10")] * 25)
    client, page = client_of(physician), f"/physician/procedures/{row.pk}/"
    sent = form_of(client.get(page), findings="Good spread")
    assert client.post(f"{page}draft/", sent).status_code == 302
    assert row.drugs.count() == 25
    many = {f"drugs-{n}-drug": "lidocaine" for n in range(51)}
    many |= {f"drugs-{n}-dose": "10" for n in range(51)}
    refused = client.post(f"{page}draft/", form_of(client.get(page), **many))
    assert refused.status_code == 422
    assert "at most 50 rows of drugs" in refused.content.decode()


def test_a_nurse_prepares_and_does_not_say_what_was_found(physician, patient):
    """The one who answers for it writes it."""
    nurse = make_user(Role.NURSE)
    care_for(patient, nurse)
    client = client_of(nurse)
    page = begin(client, patient)
    sent = form_of(client.get(page), **WHOLE, findings="Invented")
    assert client.post(f"{page}draft/", sent).status_code == 302
    row = Procedure.objects.get()
    assert (row.findings, row.pain_before, row.performer) == ("", 8, physician)
    assert client.post(f"{page}sign/", sent).status_code == 403


def test_outside_procedures_amendments_and_favourites(physician, patient):
    """Each way has its page, and each page answers."""
    client = client_of(physician)
    people = f"/physician/people/{patient.pk}"
    wrong = client.post(f"{people}/procedures/outside/", {"text": "Cortisone shot"})
    assert wrong.status_code == 422
    assert "Cortisone shot" in wrong.content.decode()
    told = {"text": "Cortisone shot", "no_date": "on"}
    assert client.post(f"{people}/procedures/outside/", told).status_code == 302
    text = client.get(f"{people}/steroids/").content.decode()
    assert "cannot be counted" in text
    row = make_procedure(
        patient,
        physician,
        at=timezone.now(),
        drugs=[("triamcinolone", "80")],
        status="signed",
        checklist=TICKED,
    )
    page = f"/physician/procedures/{row.pk}/"
    assert client.post(f"{page}amend/", {"reason": ""}).status_code == 422
    assert client.post(f"{page}favorite/", {"name": "Usual"}).status_code == 302
    assert client.post(f"{page}amend/", {"reason": "Side"}).status_code == 302
    assert "A correction is being written" in client.get(page).content.decode()
    for address in ("procedures/", "procedures/new/", "procedures/outside/", "steroids/"):
        assert client.get(f"{people}/{address}").status_code == 200
    favorite = physician.procedure_favorites.get()
    assert "Usual" in client.get("/physician/favorites/").content.decode()
    begin(client, patient, favorite=favorite.pk)
    base = f"/physician/favorites/{favorite.pk}"
    assert client.post(f"{base}/rename/", {"name": "Other"}).status_code == 302
    assert client.post(f"{base}/drop/").status_code == 302
    assert client.post(f"{page}withdraw/", {"reason": "Twin"}).status_code == 302
    assert "Twin" in client.get(page).content.decode()


def test_a_recall_is_shown_and_taken_away_as_a_harmless_file(physician, patient):
    """A lot number that a spreadsheet runs as a formula must not."""
    row = make_procedure(patient, physician, at=timezone.now(), drugs=[("triamcinolone", "40")])
    ProcedureDrug.objects.filter(procedure=row).update(lot_number="=1+1")
    client = client_of(physician)
    asked = {"lot_number": "= 1 + 1", "drug": ""}
    assert patient.name in client.get("/physician/recall/", asked).content.decode()
    file = client.get("/physician/recall.csv", asked)
    assert "'=1+1" in file.content.decode()
    assert "ana@example.org" in file.content.decode()
    assert client.get("/physician/recall.csv").status_code == 400
