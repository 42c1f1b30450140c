"""Newsletters: read by whoever wants them, ended in one step, sent to nobody twice."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.test import Client

from clinic.accounts.roles import Role
from clinic.messaging.models import Message, Suppression
from clinic.messaging.tasks import deliver_email
from clinic.messaging.unsubscribe import stop_news_address
from patients.models import Consent
from tests import builders, record_builders
from tests.news_builders import LETTER, decide, make_newsletter
from treatments.actions import news as actions
from treatments.models import CatalogueEntry, Diagnosis, Newsletter
from treatments.queries.news import reach
from treatments.tasks.news import write_newsletters

pytestmark = pytest.mark.django_db


def now():
    return datetime.now(UTC)


@pytest.fixture
def clinic():
    manager = builders.make_user(Role.MANAGER)
    client = Client()
    client.force_login(manager)
    doctor = builders.make_user(Role.PHYSICIAN)
    disc = CatalogueEntry.objects.create(
        key="disc-herniation",
        section="cause",
        kind="disc",
        name="Disc herniation",
        plain="A disc has slipped.",
    )
    return SimpleNamespace(manager=manager, client=client, doctor=doctor, disc=disc)


def person(clinic, number, *, ill=True, wants="permit", email=True):
    patient = builders.make_patient(email=f"reader{number}@example.org" if email else "")
    if wants:
        decide(patient, clinic.manager, wants)
    if ill:
        seen = record_builders.make_consultation(patient, clinic.doctor, at=now())
        Diagnosis.objects.create(consultation=seen, text="Disc herniation L5", cause=clinic.disc)
        seen.record_status, seen.signed_by, seen.signed_at = "signed", clinic.doctor, now()
        seen.save()
    return patient


def test_only_who_is_concerned_wants_it_and_has_mail_gets_it(clinic, mailoutbox):
    """A letter to somebody who said no is the last they read from us."""
    reader = person(clinic, 1)
    person(clinic, 2, ill=False)
    person(clinic, 3, wants=None)
    person(clinic, 4, wants="deny")
    person(clinic, 5, email=False)
    changed_mind = person(clinic, 6)
    decide(changed_mind, clinic.manager, "deny")
    ended = person(clinic, 7, wants=None)
    begin = date(2024, 1, 1)
    decide(ended, clinic.manager, decided_date=begin, until_date=begin + timedelta(days=9))
    dead = person(clinic, 8)
    dead.deceased_date = begin
    dead.save()
    person(clinic, 9)
    Suppression.objects.create(
        channel="email", address="reader9@example.org", reason="bounce", since_at=now()
    )
    letter = make_newsletter(clinic.manager, causes=[clinic.disc.pk])
    told = reach(clinic.manager, letter.causes, now=now())
    assert (told.concerned, told.agreed, told.reachable) == (7, 3, 1)
    assert told.words == ["7", "fewer than 5", "fewer than 5"]
    actions.send_newsletter(newsletter=letter, by=clinic.manager, now=now())
    write_newsletters()
    # It may be night where they live.
    Message.objects.update(due_at=now())
    deliver_email()
    assert [mail.to for mail in mailoutbox] == [["reader1@example.org"]]
    assert Message.objects.get().patient_id == reader.pk


def test_counting_asks_three_questions_however_many_there_are(
    clinic, django_assert_max_num_queries
):
    """The page is opened while people book."""
    for number in range(6):
        person(clinic, number)
    with django_assert_max_num_queries(3):
        reach(clinic.manager, [clinic.disc.pk], now=now())


def test_the_manager_writes_looks_and_sends(clinic):
    """Nobody gets anything before somebody has seen whom it reaches."""
    person(clinic, 1)
    wrong = clinic.client.post("/manager/news/new/", LETTER | {"body_es": ""})
    assert wrong.status_code == 422
    assert "Walk a little every day." in wrong.content.decode()
    form = LETTER | {"causes": [clinic.disc.pk]}
    kept = clinic.client.post("/manager/news/new/", form)
    letter = Newsletter.objects.get()
    assert kept.headers["Location"] == f"/manager/news/{letter.pk}/"
    page = clinic.client.get(kept.headers["Location"]).content.decode()
    assert "Camine un poco" in page
    assert "fewer than 5" in page
    assert not Message.objects.exists()
    clinic.client.post(f"/manager/news/{letter.pk}/", form | {"title_en": "News again"})
    assert clinic.client.post(f"/manager/news/{letter.pk}/send/").status_code == 302
    assert clinic.client.post(f"/manager/news/{letter.pk}/send/").status_code == 409
    again = clinic.client.post(f"/manager/news/{letter.pk}/", form)
    assert "on its way already" in again.content.decode()
    write_newsletters()
    assert "Written to everybody" in clinic.client.get("/manager/news/").content.decode()
    assert clinic.client.get(f"/manager/news/{letter.pk}/").status_code == 200


def test_the_subject_names_no_condition(clinic):
    """It shows on a locked phone, beside somebody else."""
    form = LETTER | {"title_en": "Living with a disc herniation", "causes": [clinic.disc.pk]}
    answer = clinic.client.post("/manager/news/new/", form)
    assert answer.status_code == 422
    assert "names the condition" in answer.content.decode()


def test_a_worker_that_is_killed_leaves_no_gap_and_writes_to_nobody_twice(clinic, monkeypatch):
    """Half a list done is half a list to go, not the whole list again."""
    people = sorted(person(clinic, number).pk for number in range(5))
    letter = make_newsletter(clinic.manager)
    actions.send_newsletter(newsletter=letter, by=clinic.manager, now=now())
    assert actions.write_to_readers(limit=2, by="worker", now=now()) == 2
    real = actions.queue_message

    def dies(**wish):
        if wish["patient_id"] == people[3]:
            raise KeyboardInterrupt
        real(**wish)

    monkeypatch.setattr(actions, "queue_message", dies)
    with pytest.raises(KeyboardInterrupt):
        actions.write_to_readers(limit=2, by="worker", now=now())
    assert Message.objects.count() == 2
    monkeypatch.setattr(actions, "queue_message", real)
    write_newsletters()
    assert sorted(Message.objects.values_list("patient_id", flat=True)) == people
    letter.refresh_from_db()
    assert (letter.written, letter.finished_at is not None) == (5, True)
    Newsletter.objects.update(finished_at=None, at_id=None)
    write_newsletters()
    assert Message.objects.count() == 5


def test_one_step_ends_it(clinic, mailoutbox):
    """RFC 8058: the mail program presses the button, with no cookie and no page in between."""
    patient = person(clinic, 1)
    patient.language = "es"
    patient.save()
    letter = make_newsletter(clinic.manager)
    actions.send_newsletter(newsletter=letter, by=clinic.manager, now=now())
    write_newsletters()
    # It may be night where they live.
    Message.objects.update(due_at=now())
    deliver_email()
    mail = mailoutbox[0]
    assert mail.subject == LETTER["title_es"]
    assert "en un solo paso" in mail.body
    assert mail.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = mail.extra_headers["List-Unsubscribe"].strip("<>")
    path = link.removeprefix("http://127.0.0.1:8000")
    stranger = Client(enforce_csrf_checks=True)
    page = stranger.get(path)
    assert page.status_code == 200
    assert patient.family_name not in page.content.decode()
    assert Consent.objects.filter(decision="deny").count() == 0
    for _press in range(2):
        done = stranger.post(path, {"List-Unsubscribe": "One-Click"})
        assert done.status_code == 200
    row = Consent.objects.get(decision="deny")
    assert (row.patient, row.kind, row.method, row.recorded_by) == (
        patient,
        "newsletter",
        "link",
        None,
    )
    assert reach(clinic.manager, [], now=now()).agreed == 0
    desk = Client()
    desk.force_login(builders.make_user(Role.FRONT_DESK))
    kept = desk.get(f"/desk/people/{patient.pk}/consents/").content.decode()
    assert "By the link in a message" in kept


def test_a_made_up_link_ends_nothing(clinic):
    """Nobody ends somebody else's letters by guessing."""
    patient = person(clinic, 1)
    link = stop_news_address(patient.pk, written_at=now())
    old = stop_news_address(patient.pk, written_at=now() - timedelta(days=731))
    for path in (link[:-1] + ("A" if link[-2] != "A" else "B") + "/", old, "/public/news/none/"):
        answer = Client().post(path.removeprefix("http://127.0.0.1:8000"))
        assert answer.status_code == 404
    assert not Consent.objects.filter(decision="deny").exists()
