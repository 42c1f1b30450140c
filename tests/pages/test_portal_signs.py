"""Red flags before a booking: what is asked of whom, in few words, and how it is answered."""

from datetime import date

import pytest
from django.utils import timezone

from clinic.accounts.roles import Role
from patients.models import Patient
from scheduling.models import BookingIntent
from tests import builders
from tests.portal_builders import FEVER, NIGHT_PAIN, Portal
from tests.rule_builders import SADDLE, file_rules
from tests.security.clients import client_of
from treatments.management.rule_files import rules_with_records
from treatments.models import CatalogueEntry, Finding, Section
from treatments.queries.triage import own_questions, triage_questions

pytestmark = pytest.mark.django_db
OLD = NIGHT_PAIN | {"id": "rf-cancer-general-new-pain", "params": {"states": ["age-over-55"]}}
STIFF = NIGHT_PAIN | {"id": "rf-inflammatory", "params": {"states": ["morning-stiffness"]}}
IS_NEW, IS_STIFF = "This pain is new", "A back stiff for over 30 minutes"


@pytest.fixture
def portal():
    return Portal()


def aged(portal, years):
    """The same person, so many years old since this month."""
    today = timezone.now().date()
    born = date(today.year - years, today.month, 1)
    Patient.objects.filter(pk=portal.patient.pk).update(birth_date=born)


def last_page(portal):
    portal.say(1)
    portal.say(2)
    return portal.phone.get(portal.step("signs-3")).content.decode()


def test_a_page_of_red_flags_is_answered_with_yes_or_no(portal):
    """Neither nothing, nor both at once, nor a flag of another page."""
    url = portal.step("signs-1")
    assert portal.phone.post(url, {}).status_code == 422
    assert portal.phone.post(url, {"answer": "some"}).status_code == 422
    both = portal.phone.post(url, {"answer": "none", "fits": ["saddle-numbness"]})
    assert both.status_code == 422
    assert "checked" in both.content.decode()
    assert portal.phone.post(url, {"answer": "some", "fits": ["fever"]}).status_code == 422
    assert not BookingIntent.objects.exists()


def test_one_question_a_page_and_what_it_lists_in_few_words(portal):
    """Who is in pain reads no questionnaire: each page asks one thing, and lists a few words."""
    page = portal.phone.get(portal.step("signs-1")).content.decode()
    assert "Do you have one of these now?" in page
    assert "New numbness between the legs, in the genitals or bottom" in page
    assert "Is it newly numb" not in page, "this is how the desk asks"
    portal.say(1)
    assert "Is one of these new?" in portal.phone.get(portal.step("signs-2")).content.decode()


def test_in_spanish_the_list_is_spanish(portal):
    Patient.objects.filter(pk=portal.patient.pk).update(language="es")
    phone = client_of(portal.user)
    page = phone.get(portal.step("signs-1"), HTTP_ACCEPT_LANGUAGE="es").content.decode()
    assert "Adormecimiento nuevo entre las piernas, en genitales o ano" in page


@pytest.mark.parametrize(
    ("years", "is_new", "is_stiff"),
    [(44, False, True), (45, False, False), (55, False, False), (56, True, False)],
)
def test_nobody_is_asked_what_their_age_answers(portal, years, is_new, is_stiff):
    """The clinic knows how old somebody is."""
    file_rules(SADDLE, FEVER, NIGHT_PAIN, OLD, STIFF)
    aged(portal, years)
    page = last_page(portal)
    assert (IS_NEW in page, IS_STIFF in page) == (is_new, is_stiff)
    url = portal.step("signs-3")
    answer = portal.phone.post(url, {"answer": "some", "fits": ["age-over-55"]})
    assert answer.status_code == (302 if is_new else 422)
    if is_new:
        assert BookingIntent.objects.get().urgency == "urgent"
    else:
        portal.say(3)
        assert set(BookingIntent.objects.get().answers) & {"age-over-55"} == set()


def test_a_page_that_would_be_empty_is_not_shown(portal):
    """Where the last question is for older people only, younger ones have a page less."""
    file_rules(OLD, NIGHT_PAIN | {"is_on": False})
    aged(portal, 30)
    portal.say(1)
    assert portal.say(2).url == portal.step("reason")


def test_what_a_clinic_added_without_a_short_form_is_asked_as_the_desk_asks(portal):
    """An entry of the clinic's own may have the question only."""
    row = CatalogueEntry.objects.get(pk="fever")
    row.details = {
        name: told for name, told in row.details.items() if not name.startswith("sign")
    } | {"question": "Are you feverish?"}
    row.save()
    portal.say(1)
    assert "Are you feverish?" in portal.phone.get(portal.step("signs-2")).content.decode()


WEAK = FEVER | {"id": "rf-progressive-neuro", "params": {"states": ["limb-weakness"]}}


def test_what_comes_to_a_page_that_was_answered_is_asked(portal):
    """A manager switches a rule on while somebody is at it: nothing is booked around it."""
    portal.answer_all()
    file_rules(SADDLE, FEVER, NIGHT_PAIN, WEAK)
    assert portal.phone.get(portal.step("reason")).url == portal.step("signs-2")
    assert portal.choose_kind().url == portal.step("signs-2")
    portal.say(2, "limb-weakness")
    assert BookingIntent.objects.get().urgency == "same_day"
    assert portal.choose_kind().url == portal.step("times")


def test_an_answer_to_another_list_is_asked_for_again(portal):
    """“None of these” says nothing about what did not stand on the page."""
    page = portal.phone.get(portal.step("signs-1")).content.decode()
    assert '<input type="hidden" name="shown" value="saddle-numbness">' in page
    said = {"answer": "none", "shown": "saddle-numbness trouble-breathing"}
    answer = portal.phone.post(portal.step("signs-1"), said)
    assert answer.status_code == 422
    assert "This page has changed" in answer.content.decode()
    assert not BookingIntent.objects.exists()
    said["shown"] = "saddle-numbness"
    assert portal.phone.post(portal.step("signs-1"), said).url == portal.step("signs-2")


def test_pages_that_become_fewer_leave_nobody_stuck(portal):
    """The last page goes while somebody is before it: the one before is answered once more."""
    portal.say(1)
    portal.say(2)
    file_rules(NIGHT_PAIN | {"is_on": False})
    assert portal.phone.get(portal.step("reason")).url == portal.step("signs-2")
    assert portal.say(2, "fever").url == portal.step("reason")
    assert BookingIntent.objects.get().urgency == "same_day"


def test_the_shipped_rules_hear_that_a_pain_is_new(portal):
    """A question whose answer changes nothing is a question too many."""
    shipped = {read.record["id"]: read.record for _rule, read in rules_with_records()}
    file_rules(shipped["rf-cancer-general-new-pain"])
    aged(portal, 60)
    portal.say(1)
    portal.say(2)
    portal.say(3, "age-over-55")
    assert BookingIntent.objects.get().urgency == "urgent"
    assert Finding.objects.get().rule_key == "rf-cancer-general-new-pain"


def test_every_red_flag_of_the_catalogue_is_asked(portal):
    """One that nobody asks about is found by nobody: each is looked at by some shipped rule."""
    shipped = [read.record for _rule, read in rules_with_records()]
    file_rules(*(record for record in shipped if record["family"] == "red_flag"))
    flags = set(CatalogueEntry.objects.offered(Section.RED_FLAG).values_list("pk", flat=True))
    asked = {
        key
        for age in (30, 60)
        for page in own_questions(portal.user, "en", age=age)
        for key in page.keys
    }
    assert asked == flags
    desk = builders.make_user(Role.FRONT_DESK)
    assert {question.key for question in triage_questions(desk)} == flags
