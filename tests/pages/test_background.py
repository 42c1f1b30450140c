"""The operator's page: what waits, what is stuck, what is paused, and who is silent."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.test import Client

from clinic.accounts.roles import Role
from clinic.messaging.actions.operating import NEVER_PAUSED, pause_kind, resume_kind
from clinic.messaging.models import Heartbeat, InboundMessage, Message, PausedKind
from clinic.messaging.tasks import deliver_email, note_heartbeat
from clinic.shared.errors import Invalid
from scheduling.domain.lengths import in_words
from scheduling.models import Opening
from scheduling.queries import background as read
from tests import builders

pytestmark = pytest.mark.django_db

PAGE = "/manager/background/"
DAY = timedelta(days=1)


def now():
    return datetime.now(UTC)


@pytest.fixture
def office():
    manager = builders.make_user(Role.MANAGER)
    client = Client()
    client.force_login(manager)
    return SimpleNamespace(manager=manager, client=client)


def message(kind="running_late", age=timedelta(minutes=1), **values):
    fields = {
        "kind": kind,
        "to_name": "Ana Canary",
        "to_address": "canary@example.org",
        "subject": "s",
        "body": "b",
        "dedupe_key": f"{kind}-{Message.objects.count()}",
        "due_at": now() - age,
    }
    return Message.objects.create(**(fields | values))


def queue(manager, name):
    return next(one for one in read.queues(manager, now=now()) if one.name == name)


def test_each_queue_says_how_many_and_how_old(office):
    """Nobody notices a queue that stands still unless its age turns red."""
    message(age=timedelta(minutes=10))
    message(age=timedelta(minutes=1))
    message(age=timedelta(hours=-1))
    mail = queue(office.manager, "email")
    assert mail.waiting == 2
    assert timedelta(minutes=10) <= mail.age < timedelta(minutes=11)
    InboundMessage.objects.create(
        provider_id="SM1", from_phone="+12125550199", text="?", received_at=now() - DAY
    )
    assert queue(office.manager, "texts").is_late
    assert mail.is_late
    site = builders.make_site()
    at = now() - timedelta(seconds=30)
    Opening.objects.create(
        site=site, start_at=at, end_at=at + timedelta(hours=1), cause="c", created_at=at, due_at=at
    )
    assert (
        queue(office.manager, "openings").waiting,
        queue(office.manager, "openings").is_late,
    ) == (
        1,
        False,
    )
    page = office.client.get(PAGE).content.decode()
    assert "Late" in page
    assert "10 minutes" in page


def test_the_page_asks_as_often_however_much_waits(office, django_assert_max_num_queries):
    """It refreshes every ten seconds: it must stay cheap on the worst of days."""
    office.client.get(PAGE)
    for _number in range(20):
        message()
    with django_assert_max_num_queries(16):
        office.client.get(PAGE)


def test_a_paused_kind_waits_and_goes_out_when_it_is_resumed(office, mailoutbox):
    """A wrong text is stopped at once, and nothing of it is lost."""
    late, offer = message("running_late"), message("waitlist_offer")
    pause = {"kind": "running_late", "reason": "Wrong number in the text"}
    assert office.client.post(f"{PAGE}pause/", pause).status_code == 302
    deliver_email()
    assert [one.status for one in (reload(late), reload(offer))] == ["due", "sent"]
    page = office.client.get(PAGE).content.decode()
    assert "Wrong number in the text" in page
    assert queue(office.manager, "paused").waiting == 1
    assert queue(office.manager, "email").waiting == 0
    assert office.client.post(f"{PAGE}resume/", {"kind": "running_late"}).status_code == 302
    deliver_email()
    assert reload(late).status == "sent"
    row = PausedKind.objects.get()
    assert (row.paused_by, row.resumed_by) == (office.manager, office.manager)


def reload(row):
    return Message.objects.get(pk=row.pk)


def test_pausing_twice_or_without_a_reason_is_told(office):
    """Two managers at once, and one in a hurry."""
    wish = {"kind": "running_late", "reason": "Down"}
    office.client.post(f"{PAGE}pause/", wish)
    again = office.client.post(f"{PAGE}pause/", wish)
    assert again.status_code == 422
    assert "paused already" in again.content.decode()
    assert office.client.post(f"{PAGE}pause/", {"kind": "account"}).status_code == 422


@pytest.mark.parametrize("kind", sorted(NEVER_PAUSED))
def test_what_cannot_wait_cannot_be_paused(office, kind):
    """Whoever cannot sign in, or is in danger, is not kept waiting by a switch."""
    with pytest.raises(Invalid):
        pause_kind(kind=kind, reason="Because", by=office.manager, now=now())


def test_what_was_given_up_is_counted_by_reason_and_names_nobody(office):
    """A mail server's refusal quotes the address; the page is on a screen in the office."""
    for _number in range(2):
        message(status="parked", last_error="SMTPRecipientsRefused: {'canary@example.org': (550)}")
    message(status="parked", last_error="No e-mail address on file", to_address="")
    page = office.client.get(PAGE).content.decode()
    assert "SMTPRecipientsRefused" in page
    assert "No e-mail address on file" in page
    assert "canary" not in page.lower()


def test_a_silent_worker_is_told_plainly(office):
    """Everything else looks quiet and well when the worker is gone."""
    assert "The worker has never been seen" in office.client.get("/manager/setup/").content.decode()
    Heartbeat.objects.create(name="worker", seen_at=now() - timedelta(minutes=7, seconds=5))
    Heartbeat.objects.create(name="beat", seen_at=now())
    for address in (PAGE, "/manager/setup/"):
        page = office.client.get(address).content.decode()
        assert "The worker has not been seen for 7 minutes." in page
        assert "(beat) has" not in page
    note_heartbeat()
    assert "has not been seen" not in office.client.get(PAGE).content.decode()


def test_what_goes_out_next_is_shown_and_not_sent(office, mailoutbox):
    """A dry run before a campaign, or before the worker is started again after a restore."""
    message(age=timedelta(hours=-3))
    message(age=timedelta(hours=-30))
    pause_kind(kind="running_late", reason="Down", by=office.manager, now=now())
    page = office.client.get(f"{PAGE}coming/").content.decode()
    assert "The clinic runs late" in page
    assert "Paused" in page
    assert page.count("Ana Canary") == 1
    assert not mailoutbox


def test_programs_read_and_pause(office):
    """The clinic's own monitoring needs no browser."""
    message()
    told = office.client.get("/api/v1/background/").json()
    mail = next(one for one in told["queues"] if one["name"] == "email")
    assert mail["waiting"] == 1
    assert {one["name"] for one in told["processes"]} == {"beat", "worker"}
    address = "/api/v1/background/paused-kinds/running_late/"
    put = office.client.put(address, {"reason": "Down"}, content_type="application/json")
    assert put.status_code == 201
    again = office.client.put(address, {"reason": "Down"}, content_type="application/json")
    assert again.status_code == 409
    assert office.client.delete(address).status_code == 204
    assert office.client.delete(address).status_code == 404
    unknown = "/api/v1/background/paused-kinds/nonsense/"
    assert office.client.delete(unknown).status_code == 404


def test_lengths_of_time_are_words():
    """Seconds since the epoch help nobody at two in the morning."""
    told = [in_words(timedelta(seconds=number)) for number in (0, 1, 59, 60, 7200, 90_000)]
    assert told == ["0 seconds", "1 second", "59 seconds", "1 minute", "2 hours", "1 day"]


def test_resuming_what_runs_is_told(office):
    """An old page must not pretend to have done something."""
    answer = office.client.post(f"{PAGE}resume/", {"kind": "running_late"})
    assert answer.status_code == 404
    assert resume_kind
