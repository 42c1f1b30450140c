"""The way in: an invitation opens one record, once, to whoever has its link and the birth date."""

from datetime import date, timedelta
from threading import Barrier, Thread
from unittest.mock import patch

import pytest
from django.db import connection
from django.utils import timezone

from clinic.accounts.models import User
from clinic.accounts.roles import Role
from clinic.messaging.models import Message, MessageKind
from clinic.shared.errors import Conflict, Invalid, NotAllowed
from patients.actions.invitations import (
    InvitationOver,
    accept_invitation,
    invite_carer,
    join_by_invitation,
    revoke_invitation,
    try_invitation,
)
from patients.models import PortalAccess, PortalInvitation
from patients.models.invitation import InvitationWay, PortalInvitationQuerySet
from patients.models.portal import Relationship
from tests import builders
from tests.integration.portal.words import (
    BORN,
    PASSWORD,
    WRONG,
    guest,
    in_days,
    invited,
    newest_code,
    own,
    stranger,
)
from tests.security.clients import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def patient():
    return builders.make_patient(email="ana@example.org")


@pytest.fixture
def now():
    return timezone.now()


def tried(secret, born, now):
    return try_invitation(secret=secret, birth_date=born, by=None, now=now)


def test_the_link_travels_and_is_kept_as_a_hash_only(patient, now):
    """Whoever reads the database, or its history, gets into no record by it."""
    made = invited(patient, now)
    message = Message.objects.get(kind=MessageKind.ACCOUNT)
    assert (message.to_address, made.link in message.body) == ("ana@example.org", True)
    assert patient.name not in message.body.replace("Ana Ruiz", "", 1), "only who is greeted"
    kept = str(list(PortalInvitation.objects.values_list()))
    assert made.secret not in kept


def test_five_wrong_dates_end_it(patient, now):
    """A birth date is soon guessed: thirty thousand days are one minute for a program."""
    made = invited(patient, now)
    for _try in range(5):
        assert tried(made.secret, date(1970, 5, 18), now) is None
    assert tried(made.secret, patient.birth_date, now) is None


@pytest.mark.parametrize("how", ["used", "revoked", "expired", "spent", "forged", "wrong date"])
def test_all_that_is_wrong_is_answered_alike(patient, now, how):
    """Each difference would tell a finder of an old link something about somebody."""
    made = invited(patient, now)
    row = PortalInvitation.objects.filter(pk=made.invitation.pk)
    ways = {
        "used": {"used_at": now, "used_by": builders.make_user(Role.PATIENT)},
        "revoked": {"revoked_at": now},
        "expired": {"created_at": now - timedelta(8), "expires_at": now - timedelta(days=1)},
        "spent": {"attempts": 5},
    }
    row.update(**ways.get(how, {"way": "email"}))
    secret = "x" * 32 if how == "forged" else made.secret
    answer = stranger().post(f"/join/{secret}/", WRONG if how == "wrong date" else BORN)
    assert answer.status_code == 422
    reference = stranger().post("/join/nothing/", BORN)
    complaints = answer.context["form"].non_field_errors()
    assert complaints == reference.context["form"].non_field_errors()
    assert len(complaints) == 1
    assert stranger().get(f"/join/{secret}/account/").url == f"/join/{secret}/"


def test_who_is_asked_to_wait_keeps_what_they_typed(patient, now, settings):
    """A waiting room shares one address; the old do not like to type a date twice."""
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"join": "1/h/ip"}
    made = invited(patient, now)
    browser = stranger()
    assert browser.post(f"/join/{made.secret}/", WRONG).status_code == 422
    told = browser.post(f"/join/{made.secret}/", BORN)
    assert told.status_code == 429
    assert "too often" in told.content.decode()
    assert 'value="1970"' in told.content.decode()
    assert PortalInvitation.objects.get().attempts == 1, "nobody looked at it"


def test_somebody_invited_by_mail_comes_in(patient, now):
    """The link came to that very mailbox: no code is asked for, and the address is verified."""
    made = invited(patient, now)
    browser = stranger()
    assert browser.get(f"/join/{made.secret}/").status_code == 200
    step = browser.post(f"/join/{made.secret}/", BORN)
    assert step.url == f"/join/{made.secret}/account/"
    assert b"ana@example.org" in browser.get(step.url).content
    step = browser.post(step.url, {"name": "Ana@example.org"})
    assert step.url == f"/join/{made.secret}/password/"
    weak = browser.post(step.url, {"password": "ana"})
    assert weak.status_code == 422
    done = browser.post(step.url, {"password": PASSWORD})
    assert done.url == f"/patient/{patient.pk}/welcome/"
    assert browser.get(done.url).status_code == 200
    assert browser.get(f"/patient/{patient.pk}/").status_code == 200
    user = User.objects.get(email="ana@example.org")
    assert (user.role, user.emailaddress_set.get().verified) == (Role.PATIENT, True)
    assert PortalAccess.objects.get().relationship == Relationship.SELF
    again = stranger().post(f"/join/{made.secret}/", BORN)
    assert again.status_code == 422, "the link works once"


def test_another_address_is_proven_by_a_code(patient, now):
    """Otherwise somebody's mail about their health goes to whoever owns a mistyped address."""
    made = invited(patient, now, way=InvitationWay.PAPER, address="")
    browser = stranger()
    step = browser.post(f"/join/{made.secret}/", BORN)
    step = browser.post(step.url, {"name": "new@example.org"})
    assert step.url == f"/join/{made.secret}/code/"
    code = newest_code()
    wrong = f"{(int(code) + 1) % 10**6:06}"
    assert browser.post(step.url, {"code": wrong}).status_code == 422
    step = browser.post(step.url, {"code": f" {code[:3]} {code[3:]} "})
    assert step.url == f"/join/{made.secret}/password/"
    assert browser.post(step.url, {"password": PASSWORD}).status_code == 302
    assert PortalAccess.objects.get().user.email == "new@example.org"
    assert Message.objects.filter(subject__contains=code).count() == 0


@pytest.mark.parametrize(
    ("phone", "desk", "spoken"), [("en", "es", "es"), ("es", "en", "es"), ("en", "en", "en")]
)
def test_who_comes_in_in_spanish_stays_in_spanish(patient, now, phone, desk, spoken):
    """A portal that turns English after the last step looks like somebody else's."""
    made = invited(patient, now, language=desk)
    browser, told = stranger(), {"HTTP_ACCEPT_LANGUAGE": phone}
    step = browser.post(f"/join/{made.secret}/", BORN, **told)
    assert browser.get(step.url, **told)["Content-Language"] == spoken
    step = browser.post(step.url, {"name": "ana@example.org"}, **told)
    done = browser.post(step.url, {"password": PASSWORD}, **told)
    assert browser.get(done.url, **told)["Content-Language"] == spoken
    patient.refresh_from_db()
    assert patient.language == spoken, "and what we write to them is, too"


def test_a_carer_changes_nobody_s_language(patient, now):
    """A daughter reads English, and her mother goes on getting Spanish messages."""
    type(patient).objects.filter(pk=patient.pk).update(language="es")
    guest = {"relationship": Relationship.CARER, "until_date": in_days(now, 30)}
    made = invited(patient, now, address="carl@example.org", **guest)
    browser = stranger()
    step = browser.post(f"/join/{made.secret}/", BORN)
    step = browser.post(step.url, {"name": "carl@example.org"})
    assert browser.post(step.url, {"password": PASSWORD}).status_code == 302
    patient.refresh_from_db()
    assert patient.language == "es"


def test_a_passkey_that_was_never_made_opens_nothing(patient, now):
    """What a browser says about a passkey is checked, and a challenge is answered once."""
    made = invited(patient, now)
    browser = stranger()
    step = browser.post(f"/join/{made.secret}/", BORN)
    step = browser.post(step.url, {"name": "ana@example.org"})
    challenge = browser.get(step.url).context["js_data"]["creation_options"]["publicKey"]
    assert challenge["authenticatorSelection"]["userVerification"] == "required"
    assert challenge["authenticatorSelection"]["residentKey"] == "required"
    for wrong in ("", "{}", "nonsense", '{"id": "a", "rawId": "a", "type": "public-key"}', "[]"):
        answer = browser.post(step.url, {"credential": wrong})
        assert answer.status_code == 422, wrong
        assert "data-needs-passkeys" in answer.content.decode()
    assert not User.objects.filter(email="ana@example.org").exists()
    assert PortalInvitation.objects.get().used_at is None
    assert browser.post(step.url, {"password": PASSWORD}).status_code == 302


def test_without_the_code_there_is_no_password_page(patient, now):
    """The step in between cannot be left out by typing an address."""
    made = invited(patient, now, way=InvitationWay.PAPER, address="")
    browser = stranger()
    browser.post(f"/join/{made.secret}/", BORN)
    browser.post(f"/join/{made.secret}/account/", {"name": "new@example.org"})
    answer = browser.post(f"/join/{made.secret}/password/", {"password": PASSWORD})
    assert answer.url == f"/join/{made.secret}/account/"
    assert not User.objects.filter(email="new@example.org").exists()


def test_codes_are_few_and_an_older_one_is_dead(patient, now):
    """Five guesses at each of many codes are many guesses; and a mailbox is no place for floods."""
    made = invited(patient, now, way=InvitationWay.PAPER, address="")
    browser = stranger()
    browser.post(f"/join/{made.secret}/", BORN)
    account, page = f"/join/{made.secret}/account/", f"/join/{made.secret}/code/"
    browser.post(account, {"name": "new@example.org"})
    older = newest_code()
    browser.post(account, {"name": "new@example.org"})
    if older != newest_code():
        assert browser.post(page, {"code": older}).status_code == 422
    for _wrong in range(5):
        browser.post(page, {"code": "000000" if newest_code() != "000000" else "000001"})
    assert browser.post(page, {"code": newest_code()}).status_code == 422
    answers = [browser.post(account, {"name": "new@example.org"}) for _ in range(4)]
    assert [a.status_code for a in answers] == [302, 302, 302, 422]


def test_who_signs_in_already_uses_that(patient, now):
    """A mother of two has one password; a second account would be a second key to lose."""
    other = builders.make_patient("Ben", born=date(2015, 5, 17))
    user = own(other)
    made = invited(patient, now)
    browser = client_of(user)
    step = browser.post(f"/join/{made.secret}/", BORN)
    page = browser.get(step.url).content.decode()
    assert user.email in page
    assert browser.post(step.url).url == f"/patient/{patient.pk}/"
    assert PortalAccess.objects.filter(user=user).count() == 2


def test_a_proven_address_that_signs_in_already_is_told_so_only_then(patient, now):
    """Before the code it would tell strangers who is a patient here; after it, it is help."""
    user = own(builders.make_patient("Ben"))
    made = invited(patient, now, way=InvitationWay.PAPER, address="")
    browser = stranger()
    browser.post(f"/join/{made.secret}/", BORN)
    answers = [
        browser.post(f"/join/{made.secret}/account/", {"name": email})
        for email in ("nobody@example.org", user.email)
    ]
    assert answers[0].url == answers[1].url
    step = browser.post(f"/join/{made.secret}/code/", {"code": newest_code()})
    page = browser.get(step.url).content.decode()
    assert "/accounts/login/?next=" in page
    assert browser.post(step.url, {"password": PASSWORD}).status_code == 200
    assert not PortalAccess.objects.filter(patient=patient).exists()


def test_staff_come_in_by_their_own_rights_only(patient, now):
    """A clerk who opens the link to test it must not become the patient."""
    clerk = builders.make_user(Role.FRONT_DESK)
    made = invited(patient, now, by=clerk)
    browser = client_of(clerk)
    step = browser.post(f"/join/{made.secret}/", BORN)
    assert b"Sign out first" in browser.get(step.url).content
    assert browser.post(step.url).status_code == 403
    assert not PortalAccess.objects.exists()


def test_two_who_use_it_at_once_are_one(patient, now):
    """A double tap on the last page must not open the record to two sign-ins."""
    made = invited(patient, now)
    told = {"invitation_id": made.invitation.pk, "key": PASSWORD, "by": None, "now": now}
    join_by_invitation(email="ana@example.org", **told)
    with pytest.raises(InvitationOver):
        join_by_invitation(email="eve@example.org", **told)
    with pytest.raises(InvitationOver):
        accept_invitation(invitation_id=made.invitation.pk, by=own(patient), now=now)
    assert not User.objects.filter(email="eve@example.org").exists()


def test_a_second_tap_on_the_way_in_is_answered_like_the_first(patient, now):
    """On the code and on the password: who is in must not read that the link is used up."""
    made = invited(patient, now, way=InvitationWay.PAPER, address="")
    link, born = f"/join/{made.secret}/", BORN
    browser = stranger()
    browser.post(link, born)
    browser.post(f"{link}account/", {"name": "new@example.org"})
    said = {"code": newest_code()}
    ways = [browser.post(f"{link}code/", said) for _tap in range(2)]
    assert [way.url for way in ways] == [f"{link}password/"] * 2
    noted = dict(browser.session["joining"])
    assert browser.post(f"{link}password/", {"password": PASSWORD}).status_code == 302
    # The second tap was under way with the cookie of before.
    late = stranger()
    held = late.session
    held["joining"] = noted
    held.save()
    late.cookies["sessionid"] = held.session_key
    with (
        patch.object(PortalInvitationQuerySet, "working", lambda rows, _now: rows),
        patch("patients.pages.public.join.signs_in_with", return_value=False),
    ):
        wrong = late.post(f"{link}password/", {"password": "another-word-entirely"})
        assert wrong.status_code == 409
        again = late.post(f"{link}password/", {"password": PASSWORD})
    assert again.url == f"/patient/{patient.pk}/welcome/"
    assert User.objects.filter(email="new@example.org").count() == 1
    # And who opens the link once more is led in.
    assert browser.get(link).url == f"/patient/{patient.pk}/"
    assert stranger().get(link).status_code == 200


def test_a_newer_invitation_replaces_the_older(patient, now):
    """A lost letter must not stay a key."""
    clerk = builders.make_user(Role.FRONT_DESK)
    older, newer = invited(patient, now, by=clerk), invited(patient, now, by=clerk)
    assert tried(older.secret, patient.birth_date, now) is None
    assert tried(newer.secret, patient.birth_date, now) == newer.invitation
    revoke_invitation(invitation=newer.invitation, by=clerk, now=now)
    assert tried(newer.secret, patient.birth_date, now) is None
    assert not Message.objects.filter(status="due").exists(), "what is not out yet stays here"


def test_invitations_that_make_no_sense_are_refused(patient, now):
    """Each of these would open a record to the wrong person, or for ever."""
    clerk = builders.make_user(Role.FRONT_DESK)
    for wrong in ({"relationship": Relationship.PARENT}, {"until_date": now.date()}):
        with pytest.raises(Invalid):
            invited(patient, now, by=clerk, **wrong)
    with pytest.raises(NotAllowed):
        invited(patient, now, by=builders.make_user(Role.PHYSICIAN))
    for number in range(10):
        invited(patient, now, by=clerk, address=f"a{number}@example.org")
    with pytest.raises(Conflict):
        invited(patient, now, by=clerk, address="b@example.org")


def test_a_carer_s_invitation_that_outlived_its_end_opens_nothing(patient, now):
    """Invited until tomorrow, come in the day after."""
    made = invited(patient, now, relationship=Relationship.CARER, until_date=in_days(now, 1))
    with pytest.raises(InvitationOver):
        accept_invitation(
            invitation_id=made.invitation.pk,
            by=builders.make_user(Role.PATIENT),
            now=now + timedelta(days=1),
        )


def test_only_the_person_invites_carers_and_for_a_year_at_most(patient, now):
    """A carer who could invite carers would be a door without a keeper."""
    self, carer = own(patient), own(patient, Relationship.CARER)
    wish = guest(relationship=Relationship.CARER, until_date=in_days(now, 30))
    told = {"patient": patient, "now": now}
    invite_carer(guest=wish, by=self, **told)
    for other in (carer, own(builders.make_patient("Ben")), builders.make_user(Role.FRONT_DESK)):
        with pytest.raises(NotAllowed):
            invite_carer(guest=wish, by=other, **told)
    for until in (None, in_days(now, 400), now.date()):
        with pytest.raises(Invalid):
            invite_carer(
                guest=guest(relationship=Relationship.CARER, until_date=until), by=self, **told
            )
    with pytest.raises(NotAllowed):
        invite_carer(guest=guest(until_date=in_days(now, 30)), by=self, **told)


def test_paper_shows_its_link_once(patient):
    """Printed, and kept nowhere: not in the list, not in the history."""
    clerk = client_of(builders.make_user(Role.FRONT_DESK))
    page = f"/desk/people/{patient.pk}/portal/"
    form = {
        "portal-name": "Ana Ruiz",
        "portal-relationship": "self",
        "portal-way": "paper",
        "portal-language": "es",
    }
    shown = clerk.post(page, form)
    link = shown.context["invited"].link
    assert link in shown.content.decode()
    assert "data:image/svg+xml" in shown.content.decode()
    assert link not in clerk.get(page).content.decode()
    assert not Message.objects.exists()
    wrong = clerk.post(page, form | {"portal-way": "email", "portal-name": "Carla"})
    assert wrong.status_code == 422
    assert b"Carla" in wrong.content, "what was typed is still there"


@pytest.mark.django_db(transaction=True)
def test_twenty_guesses_at_once_are_five():
    """Under the row's lock: a race must not be twenty first tries."""
    now = timezone.now()
    patient = builders.make_patient()
    made = invited(patient, now)
    start, found = Barrier(20), []

    def guess(number):
        start.wait()
        # The right one comes with all the others; whichever five are looked at, no more are.
        found.append(tried(made.secret, date(1980, 1, 1 + number), now))
        connection.close()

    threads = [Thread(target=guess, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [None] * 20
    assert PortalInvitation.objects.get().attempts == 5
    assert tried(made.secret, patient.birth_date, now) is None
