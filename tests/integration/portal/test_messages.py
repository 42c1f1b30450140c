"""Writing to the clinic: who reads it, what sounds urgent, and that nothing is sent twice."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from clinic.accounts.models import TeamMember
from clinic.accounts.roles import Role
from clinic.messaging.actions.operating import pause_kind
from clinic.messaging.models import Message, MessageKind
from clinic.shared.errors import DomainError, Invalid, NotAllowed, NotFound
from clinic.shared.uploads import CheckedFile
from patients.actions.documents import share_document, stop_sharing_document
from patients.actions.merge import merge_patients
from patients.actions.threads import (
    Letter,
    Opening,
    TooManyMessages,
    answer_thread,
    close_thread,
    note_read,
    reopen_thread,
    take_thread,
)
from patients.domain.talk import MOST_A_DAY
from patients.models import Document, PortalAccess, Thread, ThreadMessage
from patients.models.portal import Relationship
from patients.models.thread import ThreadTopic
from patients.queries import own_record, papers, threads
from tests import builders
from tests.privacy import NOW, TODAY
from tests.record_builders import shipped_catalogue
from treatments.actions import letters
from treatments.models import FollowUp, WellBeing
from treatments.queries.alarms import alarms

pytestmark = pytest.mark.django_db
UNTIL = NOW + timedelta(days=2)
ZONE = ZoneInfo("America/New_York")


@pytest.fixture
def site():
    return builders.make_site()


@pytest.fixture
def patient(site):
    return builders.make_patient(email="ana@example.org")


@pytest.fixture
def user(patient):
    made = builders.make_user(Role.PATIENT)
    PortalAccess.objects.create(user=made, patient=patient)
    return made


def write(user, patient, body="When do I come?", topic="appointment", team=None, **more):
    opening = Opening(ThreadTopic(topic), more.pop("subject", "A question"), team)
    return letters.send_first_letter(
        patient=patient,
        opening=opening,
        letter=Letter(body, UNTIL, **more),
        by=user,
        now=NOW,
    ).thread


def on(thread, user, body, at=NOW):
    return letters.send_letter(thread=thread, letter=Letter(body, UNTIL), by=user, now=at)


def answer(thread, by, body="At nine.", at=NOW):
    return answer_thread(thread=thread, body=body, zone=ZONE, by=by, now=at)


def test_only_whose_record_it_is_writes_and_reads(user, patient):
    """Somebody else's thread must look like one that does not exist."""
    thread = write(user, patient)
    stranger = builders.make_user(Role.PATIENT)
    theirs = builders.make_patient()
    PortalAccess.objects.create(user=stranger, patient=theirs)
    with pytest.raises(NotFound):
        write(stranger, patient)
    with pytest.raises(NotFound):
        on(thread, stranger, "hello")
    mine = own_record(stranger, theirs.pk, now=NOW)
    with pytest.raises(NotFound):
        threads.access_own_thread(stranger, mine, thread.pk)
    with pytest.raises(NotFound):
        note_read(thread=thread, by=stranger, now=NOW)
    with pytest.raises(NotAllowed):
        write(builders.make_user(Role.PHYSICIAN), patient)


def test_a_carer_writes_until_their_day(user, patient):
    """Access that ends must end for writing as well."""
    carer = builders.make_user(Role.PATIENT)
    PortalAccess.objects.create(
        user=carer,
        patient=patient,
        relationship=Relationship.CARER,
        until_date=TODAY + timedelta(days=1),
    )
    thread = write(carer, patient)
    assert thread.opened_by == carer
    with pytest.raises(NotFound):
        on(thread, carer, "more", at=NOW + timedelta(days=2))


def test_the_desk_reads_no_clinical_matter(user, patient, site):
    """A question about treatment is for those who may open the chart."""
    desk, nurse, doctor = (builders.make_user(r) for r in ("front_desk", "nurse", "physician"))
    builders.care_for(patient, doctor)
    plain = write(user, patient, team=site.team)
    clinical = write(user, patient, "Can I swim?", "treatment", site.team, subject="Swimming")
    for reader in (desk, nurse, doctor):
        assert threads.access_thread(reader, plain.pk, now=NOW) == plain
    assert threads.access_thread(doctor, clinical.pk, now=NOW) == clinical
    for other in (desk, nurse):
        with pytest.raises(NotFound):
            threads.access_thread(other, clinical.pk, now=NOW)
        with pytest.raises(NotFound):
            answer(clinical, other)
        with pytest.raises(NotFound):
            close_thread(thread=clinical, by=other, now=NOW)
    hidden = {row.thread.pk: row.is_hidden for row in threads.waiting_threads(desk, now=NOW)}
    assert hidden == {plain.pk: False, clinical.pk: True}
    assert threads.count_waiting(desk, now=NOW).all == 1
    assert threads.count_waiting(doctor, now=NOW).all == 2


def test_another_place_s_desk_reads_nothing(user, patient, site):
    """Who comes to one place is nobody's business at another."""
    elsewhere = builders.make_site()
    desk = builders.make_user(Role.FRONT_DESK)
    TeamMember.objects.filter(user=desk).exclude(team=elsewhere.team).delete()
    thread = write(user, patient, team=site.team)
    assert threads.waiting_threads(desk, now=NOW) == []
    with pytest.raises(NotFound):
        threads.access_thread(desk, thread.pk, now=NOW)


def test_what_waits_stands_on_top(user, patient):
    """Dangers first, then the longest wait, then what is answered."""
    desk = builders.make_user(Role.FRONT_DESK)
    shipped_catalogue()
    first = write(user, patient, subject="First")
    answered = write(user, patient, "Thanks", subject="Answered")
    answer(answered, desk)
    urgent = write(user, patient, "I have a fever", subject="Hot")
    late = NOW + timedelta(days=3)
    rows = threads.waiting_threads(desk, now=late)
    assert [row.thread for row in rows] == [urgent, first, answered]
    assert [row.is_late for row in rows] == [True, True, False]


def test_words_of_danger_reach_a_physician_in_the_same_transaction(user, patient, settings):
    """Somebody who cannot hold their urine must not wait two working days in a list."""
    settings.ON_CALL_EMAIL = "oncall@example.org"
    shipped_catalogue()
    doctor = builders.make_user(Role.PHYSICIAN)
    builders.care_for(patient, doctor)
    thread = write(user, patient, "I can't hold my urine since noon", "treatment")
    assert thread.is_urgent
    told = alarms(doctor, now=NOW)
    assert [alarm.row.urgency for alarm in told] == ["emergency"]
    assert "hold my urine" in told[0].row.words
    assert FollowUp.objects.filter(patient=patient, kind="call").count() == 1
    assert Message.objects.filter(to_address="oncall@example.org").count() == 1
    # The same press again is the same message, and the same alarm.
    again = write(user, patient, "I can't hold my urine since noon", "treatment")
    assert again == thread
    assert WellBeing.objects.count() == 1
    # What is written on is another one.
    on(thread, user, "Now my leg is weak", at=NOW + timedelta(minutes=1))
    assert WellBeing.objects.count() == 2


def test_without_the_alarm_there_is_no_message(user, patient, monkeypatch):
    """A message that names a danger and told nobody would be the worst of all."""
    shipped_catalogue()

    def fails(**_said):
        raise Invalid("No.")

    monkeypatch.setattr(letters, "tell_well_being", fails)
    with pytest.raises(Invalid):
        write(user, patient, "chest pain")
    assert not Thread.objects.exists()


def test_a_danger_without_a_flag_in_the_catalogue_is_told_as_well(user, patient):
    """Wanting to die is no sign of the spine, and cannot wait either."""
    doctor = builders.make_user(Role.PHYSICIAN)
    builders.care_for(patient, doctor)
    write(user, patient, "quiero morirme", "medicines")
    assert [alarm.is_emergency for alarm in alarms(doctor, now=NOW)] == [True]


def test_many_alarms_of_one_person_are_all_told(user, patient):
    """The limit of a link that is answered again and again is not for messages."""
    shipped_catalogue()
    for number in range(MOST_A_DAY + 2):
        at = NOW + timedelta(minutes=number)
        thread = write(user, patient, f"fever {number}", subject=f"{number}")
        assert thread.is_urgent, at
    assert WellBeing.objects.count() == MOST_A_DAY + 2


def test_a_person_writes_so_often_a_day(user, patient):
    """A broken phone must not fill the list; what names a danger still gets through."""
    thread = write(user, patient, "0")
    for number in range(1, MOST_A_DAY):
        on(thread, user, str(number))
    with pytest.raises(TooManyMessages):
        on(thread, user, "one more")
    shipped_catalogue()
    assert on(thread, user, "I cannot breathe").signs == ["trouble-breathing"]
    assert on(thread, user, "tomorrow", at=NOW + timedelta(days=1, minutes=1))


def test_pressing_twice_sends_once(user, patient):
    """A slow line makes people press again."""
    thread = write(user, patient)
    assert write(user, patient) == thread
    first = on(thread, user, "And where?")
    assert on(thread, user, "And where?") == first
    assert ThreadMessage.objects.count() == 2


def test_an_answer_is_told_once_until_it_is_read(user, patient):
    """Three answers are one mail; it says that something came, and nothing of what."""
    desk = builders.make_user(Role.FRONT_DESK)
    thread = write(user, patient, "MRI on Monday?")
    for number in range(3):
        answer(thread, desk, f"Secret answer {number}")
    mails = Message.objects.filter(about=f"thread:{thread.pk}")
    assert mails.count() == 1
    assert mails.get().kind == MessageKind.PORTAL_MESSAGE
    assert "Secret" not in mails.get().body + mails.get().subject
    mine = own_record(user, patient.pk, now=NOW)
    assert threads.count_unread(user, mine) == 3
    note_read(thread=thread, by=user, now=NOW)
    assert threads.count_unread(user, mine) == 0
    answer(thread, desk, "One more")
    assert mails.count() == 2


@pytest.mark.parametrize(
    ("kind", "goes"), [(MessageKind.PORTAL_MESSAGE, 0), (MessageKind.FOLLOW_UP, 1)]
)
def test_pausing_what_is_sent_after_treatments_silences_no_answer(user, patient, kind, goes):
    """A manager who stops follow-ups for a day must not leave people waiting for their answer."""
    manager = builders.make_user(Role.MANAGER)
    answer(write(user, patient), builders.make_user(Role.FRONT_DESK), "On Monday.")
    pause_kind(kind=kind, reason="A wrong text", by=manager, now=NOW)
    assert Message.objects.claimable(NOW + timedelta(days=1)).count() == goes


def test_answering_ends_the_wait_and_writing_on_opens_again(user, patient):
    """What is closed and written to again must not stay unseen."""
    desk = builders.make_user(Role.FRONT_DESK)
    thread = write(user, patient)
    assert thread.asked_at == NOW
    take_thread(thread=thread, by=desk, now=NOW)
    answer(thread, desk)
    thread.refresh_from_db()
    assert (thread.asked_at, thread.assigned_to) == (None, desk)
    close_thread(thread=thread, by=desk, now=NOW)
    on(thread, user, "One more thing")
    thread.refresh_from_db()
    assert thread.is_open
    assert thread.asked_at == NOW
    close_thread(thread=thread, by=desk, now=NOW)
    assert reopen_thread(thread=thread, by=desk, now=NOW).is_open


@pytest.mark.parametrize("body", ["", "   ", "x" * 5001])
def test_nothing_and_too_much_are_refused(user, patient, body):
    """With a sentence, and before anything is written."""
    with pytest.raises(DomainError):
        write(user, patient, body)
    assert not Thread.objects.exists()


def test_a_file_is_for_whoever_reads_the_message(user, patient, site):
    """A photo of a wound is nothing for the desk's list of papers."""
    desk = builders.make_user(Role.FRONT_DESK)
    doctor = builders.make_user(Role.PHYSICIAN)
    builders.care_for(patient, doctor)
    file = CheckedFile(b"%PDF-1.7 x", "application/pdf", "d")
    thread = write(user, patient, "See", "treatment", site.team, file=file)
    paper = Document.objects.get()
    assert papers.documents(desk, patient) == []
    with pytest.raises(NotFound):
        papers.access_document(desk, patient, paper.pk)
    assert threads.access_file(doctor, thread, paper.pk) == paper
    other = write(user, patient, "Else", subject="Else")
    with pytest.raises(NotFound):
        threads.access_file(desk, other, paper.pk)


def test_only_shared_papers_are_seen_in_the_portal(user, patient):
    """What the desk scans is not shown by itself, and what is taken back is gone."""
    desk = builders.make_user(Role.FRONT_DESK)
    paper = Document.objects.create(
        patient=patient,
        kind="consent",
        media_type="application/pdf",
        digest="0",
        content=b"%PDF-1.7",
        filed_by=desk,
    )
    mine = own_record(user, patient.pk, now=NOW)
    with pytest.raises(NotFound):
        papers.access_shared_document(user, mine, paper.pk)
    share_document(document=paper, by=desk, now=NOW)
    share_document(document=paper, by=desk, now=NOW)
    assert papers.shared_documents(user, mine) == [paper]
    stop_sharing_document(document=paper, by=desk, now=NOW)
    assert papers.shared_documents(user, mine) == []


def test_threads_go_along_when_records_are_joined(user, patient):
    """What somebody wrote belongs to the person, whichever record stays."""
    thread = write(user, patient)
    double = builders.make_patient("Ana", "Double")
    manager = builders.make_user(Role.MANAGER)
    merge_patients(kept=double, merged=patient, reason="Same person", by=manager, now=NOW)
    thread.refresh_from_db()
    assert thread.patient == double
