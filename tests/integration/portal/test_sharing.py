"""Who else sees a record, and how the person reached it says how they are reached."""

from datetime import timedelta

import pytest
from django.utils import timezone

from clinic.accounts.roles import Role
from clinic.audit.models import ReadEvent
from clinic.messaging.models import Message
from clinic.shared.errors import NotAllowed
from patients.actions.portal import end_portal_access
from patients.actions.proofs import prove_contact, send_contact_code
from patients.models import (
    AddressProof,
    CommunicationPreference,
    ContactPoint,
    PortalAccess,
    PortalInvitation,
)
from patients.models.portal import Relationship
from tests import builders
from tests.integration.portal.words import BORN, PASSWORD, newest_code, own, stranger
from tests.security.clients import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def patient():
    return builders.make_patient(email="old@example.org")


def page_of(patient, rest=""):
    return f"/patient/{patient.pk}/{rest}"


def settings_form(**changes):
    return {
        "channel": "sms",
        "language": "es",
        "reminders": "on",
        "quiet_from": "21:00",
        "quiet_until": "08:00",
    } | changes


def test_a_carer_is_invited_comes_in_and_is_ended(patient):
    """The whole way: by the person's own hand, without the desk."""
    me = client_of(own(patient))
    last = timezone.localdate() + timedelta(days=30)
    form = {"name": "Carl", "email": "carl@example.org", "last_date": last.isoformat()}
    assert me.post(page_of(patient, "people/"), form).status_code == 302
    assert b"carl@example.org" in me.get(page_of(patient, "people/")).content
    token = Message.objects.get().body.split("/join/")[1].split("/")[0]

    carl = stranger()
    step = carl.post(f"/join/{token}/", BORN)
    step = carl.post(step.url, {"name": "carl@example.org"})
    assert carl.post(step.url, {"password": PASSWORD}).status_code == 302
    home = carl.get(page_of(patient)).content.decode()
    assert f"For <b>{patient.name}</b>" in home
    access = PortalAccess.objects.get(user__email="carl@example.org")
    assert access.until_date == last + timedelta(days=1)
    seen = me.get(page_of(patient, "viewers/")).content.decode()
    assert "Carl" in seen, "the person sees that their carer looked"

    end = page_of(patient, f"people/{access.pk}/end/")
    assert me.post(end).status_code == 302
    assert carl.get(page_of(patient)).status_code == 404
    assert me.post(end).status_code == 404, "twice is as once"


def test_what_a_carer_may_not(patient):
    """They read along and help; whose record it is and who else sees it is not theirs."""
    self, carer = own(patient), own(patient, Relationship.CARER)
    mine = PortalAccess.objects.get(user=self)
    client = client_of(carer)
    assert client.post(page_of(patient, f"people/{mine.pk}/end/")).status_code == 404
    form = {"name": "Eve", "email": "eve@example.org"}
    form["last_date"] = (timezone.localdate() + timedelta(days=3)).isoformat()
    assert client.post(page_of(patient, "people/"), form).status_code == 422
    assert client.post(page_of(patient, "settings/"), settings_form()).status_code == 422
    contact = client.post(page_of(patient, "settings/email/"), {"email": "eve@example.org"})
    assert contact.status_code == 422
    assert not PortalInvitation.objects.exists()
    assert not CommunicationPreference.objects.exists()
    assert not Message.objects.exists()


def carer_form(number, **changes):
    last = timezone.localdate() + timedelta(days=30)
    who = {"name": "Carl", "email": f"carl{number}@example.org"}
    return who | {"last_date": last.isoformat()} | changes


def test_nobody_floods_strangers_in_the_clinic_s_name(patient):
    """Invited, taken back, invited again: each of them was a mail to somebody who never asked."""
    me = client_of(own(patient))
    page = page_of(patient, "people/")
    for number in range(8):
        assert me.post(page, carer_form(number)).status_code == 302
        waiting = PortalInvitation.objects.latest("id")
        me.post(page_of(patient, f"people/invitations/{waiting.pk}/end/"))
    refused = me.post(page, carer_form(9))
    assert refused.status_code == 422
    assert "tomorrow" in refused.content.decode()
    assert "carl9@example.org" in refused.content.decode(), "what was typed stays"
    assert Message.objects.count() == 8


@pytest.mark.parametrize(
    "name",
    ["See https://win.example/now", "win.example", "ask@win.example", "Call 555 0199 01000", "<b>"],
)
def test_no_advertisement_goes_out_as_a_name(patient, name):
    """The mail is ours, and it begins with what was typed here."""
    refused = client_of(own(patient)).post(page_of(patient, "people/"), carer_form(1, name=name))
    assert refused.status_code == 422
    assert not Message.objects.exists()


@pytest.mark.parametrize("name", ["Dr. María-José O'Neill", "J.R. Ruiz", "Nguyễn Văn An", "李小龍"])
def test_a_name_is_whatever_people_are_called(patient, name):
    """A rule against links must not tell somebody that their name is wrong."""
    sent = client_of(own(patient)).post(page_of(patient, "people/"), carer_form(1, name=name))
    assert sent.status_code == 302


def test_a_carer_may_leave_and_a_parent_asks_the_desk(patient):
    """Somebody who does not want to see it any more need not call for that."""
    carer = own(patient, Relationship.CARER)
    access = PortalAccess.objects.get(user=carer)
    assert client_of(carer).post(page_of(patient, f"people/{access.pk}/end/")).url == "/patient/"
    own(patient)
    parent = own(patient, Relationship.GUARDIAN)
    for by in (parent, own(builders.make_patient())):
        with pytest.raises(NotAllowed):
            end_portal_access(
                access=PortalAccess.objects.get(user=parent), by=by, now=timezone.now()
            )


def test_an_invitation_is_taken_back_by_whom_it_is_about(patient):
    """The wrong address, noticed a minute later."""
    me = client_of(own(patient))
    last = (timezone.localdate() + timedelta(days=30)).isoformat()
    form = {"name": "Carl", "email": "carl@exmaple.org", "last_date": last}
    me.post(page_of(patient, "people/"), form)
    invitation = PortalInvitation.objects.get()
    end = page_of(patient, f"people/invitations/{invitation.pk}/end/")
    assert client_of(own(patient, Relationship.CARER)).post(end).status_code == 404
    assert me.post(end).status_code == 302
    assert PortalInvitation.objects.get().revoked_at
    assert Message.objects.get().status == "withdrawn"


def test_how_we_write_is_said_in_the_portal(patient):
    """The person knows best when their phone must be silent."""
    me = client_of(own(patient))
    page = page_of(patient, "settings/")
    assert me.post(page, settings_form(quiet_from="late")).status_code == 422
    assert me.post(page, settings_form()).status_code == 302
    said = CommunicationPreference.objects.get(patient=patient)
    patient.refresh_from_db()
    assert (said.channel, patient.language, said.reminders) == ("sms", "es", True)
    shown = me.get(page).context["form"]
    assert (shown["channel"].value(), shown["language"].value()) == ("sms", "es")


def test_a_new_address_counts_once_its_code_came_back(patient):
    """A slip of the finger must not send somebody's visits to a stranger."""
    user = own(patient)
    me, page = client_of(user), page_of(patient, "settings/email/")
    assert me.post(page, {"email": "new@example.org"}).url == page_of(patient, "settings/code/")
    assert ContactPoint.objects.filter(patient=patient).count() == 1
    code = newest_code()
    wrong = f"{(int(code) + 1) % 10**6:06}"
    assert me.post(page_of(patient, "settings/code/"), {"code": wrong}).status_code == 422
    assert me.post(page_of(patient, "settings/code/"), {"code": code}).status_code == 302
    found = ContactPoint.objects.filter(patient=patient, system="email").order_by("rank")
    assert [c.value for c in found] == ["new@example.org", "old@example.org"]
    told = Message.objects.latest("id")
    assert told.to_address == "old@example.org", "so that they notice if it was not them"
    assert "new@example.org" not in told.body
    again = me.post(page_of(patient, "settings/code/"), {"code": code})
    assert again.status_code == 422, "a code works once"
    desk = client_of(builders.make_user(Role.FRONT_DESK))
    card = desk.get(f"/desk/people/{patient.pk}/").content.decode()
    assert "New in the portal" in card
    assert user.name in card


def test_a_new_number_is_proven_by_text_message(patient):
    """Written in any way people write numbers; kept as it is dialled."""
    me = client_of(own(patient))
    page = page_of(patient, "settings/sms/")
    assert me.post(page, {"phone": "12"}).status_code == 422
    assert me.post(page, {"phone": "(212) 555-0147"}).status_code == 302
    message = Message.objects.get()
    assert (message.channel, message.to_address) == ("sms", "+12125550147")
    assert me.post(page_of(patient, "settings/code/"), {"code": newest_code()}).status_code == 302
    phone = ContactPoint.objects.get(patient=patient, system="phone")
    assert (phone.value, phone.digits, phone.use) == ("+12125550147", "12125550147", "mobile")


def test_five_wrong_codes_and_it_is_spent(patient):
    """A million codes, five tries, ten minutes."""
    user, now = own(patient), timezone.now()
    told = {"patient": patient, "by": user, "now": now}
    proof = send_contact_code(channel="email", address="new@example.org", **told)
    code = newest_code()
    wrong = f"{(int(code) + 1) % 10**6:06}"
    assert not any(prove_contact(proof=proof, code=wrong, **told) for _ in range(5))
    assert not prove_contact(proof=proof, code=code, **told)
    late = send_contact_code(channel="email", address="new@example.org", **told)
    told["now"] = now + timedelta(minutes=10)
    assert not prove_contact(proof=late, code=newest_code(), **told)
    assert AddressProof.objects.filter(proven_at__isnull=False).count() == 0


def test_nobody_proves_with_somebody_else_s_code(patient):
    """A code is for one sign-in and one record."""
    user, other = own(patient), own(builders.make_patient("Ben"))
    now = timezone.now()
    proof = send_contact_code(
        patient=patient, channel="email", address="new@example.org", by=user, now=now
    )
    told = {"proof": proof, "code": newest_code(), "now": now}
    with pytest.raises(NotAllowed):
        prove_contact(patient=patient, by=other, **told)
    with pytest.raises(NotAllowed):
        prove_contact(patient=other.portal_accesses.get().patient, by=other, **told)
    with pytest.raises(NotAllowed):
        prove_contact(patient=patient, by=own(patient, Relationship.PARENT), **told)


def test_the_read_log_says_which_of_them_looked(patient):
    """“Somebody with my password” is no answer a year later."""
    carer = own(patient, Relationship.CARER)
    client_of(carer).get(page_of(patient, "people/"))
    rows = ReadEvent.objects.filter(user=carer, patient_ids__contains=[patient.pk])
    assert {row.purpose for row in rows} == {"own"}
