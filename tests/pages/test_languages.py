"""Patients read English or Spanish, staff English, programs English; nobody gets half of each."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.utils import translation
from PIL import Image

from clinic.accounts.roles import Role
from clinic.messaging.models import Message
from clinic.shared.errors import Conflict
from patients.models import Patient, PortalAccess
from tests import builders
from tests.security.clients import client_of

pytestmark = pytest.mark.django_db
SPANISH = {"HTTP_ACCEPT_LANGUAGE": "es-MX,es;q=0.9"}
ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en-US"}
SIGN_IN = "/accounts/login/"


@pytest.fixture
def ana():
    """A patient who signs in, and is written to in Spanish."""
    user = builders.make_user(Role.PATIENT)
    patient = builders.make_patient()
    Patient.objects.filter(pk=patient.pk).update(language="es")
    PortalAccess.objects.create(user=user, patient=patient, relationship="self")
    return user, patient


def choose(client, language, then=SIGN_IN):
    return client.post("/public/language/", {"language": language, "next": then})


def test_a_stranger_reads_what_the_browser_asks_for():
    """Who cannot read the sign-in page never gets in."""
    answer = Client().get(SIGN_IN, **SPANISH)
    page = answer.content.decode()
    assert '<html lang="es">' in page
    assert "Iniciar sesión" in page
    assert "Sign in" not in page
    assert answer["Content-Language"] == "es"
    assert {"Accept-Language", "Cookie"} <= {one.strip() for one in answer["Vary"].split(",")}
    assert Client().get(SIGN_IN, **ENGLISH)["Content-Language"] == "en"


def test_the_switch_is_remembered_in_this_browser_and_leads_back():
    """Chosen once, on any page, without a script; the phone's own language no longer matters."""
    client = Client()
    answer = choose(client, "es", "/accounts/password/reset/")
    assert (answer.status_code, answer.url) == (302, "/accounts/password/reset/")
    cookie = client.cookies["language"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["max-age"] > 10**7
    assert "¿Olvidó su contraseña?" in client.get(answer.url, **ENGLISH).content.decode()
    choose(client, "en")
    assert client.get(SIGN_IN, **SPANISH)["Content-Language"] == "en"


def test_the_switch_stands_on_the_page_and_says_what_is_in_force():
    """A screen reader hears which of the two is on."""
    page = Client().get(SIGN_IN, **SPANISH).content.decode()
    form = page.split('class="languages"')[1].split("</form>")[0]
    assert "csrfmiddlewaretoken" in form
    assert form.split('value="es"')[1].split(">")[0].split() == [
        'lang="es"',
        'aria-pressed="true"',
    ]


@pytest.mark.parametrize(
    ("language", "then"), [("xx", SIGN_IN), ("", SIGN_IN), ("es", "https://elsewhere.example/")]
)
def test_a_forged_switch_leads_nowhere_else(language, then):
    """A link on another site must not lead from us to a copy of us."""
    client = Client()
    answer = choose(client, language, then)
    assert answer.url in {SIGN_IN, "/"}
    if language != "es":
        assert "language" not in client.cookies


def test_a_patient_reads_what_they_are_written_to_in(ana):
    """Their own record says it, whatever phone they borrow."""
    user, patient = ana
    answer = client_of(user).get(f"/patient/{patient.pk}/", **ENGLISH)
    assert answer["Content-Language"] == "es"
    assert '<html lang="es">' in answer.content.decode()


def test_choosing_changes_their_own_letters_and_nobody_else_s(ana):
    """One source for pages and messages; a mother's choice is not her child's."""
    user, patient = ana
    child = builders.make_patient(born=date(2020, 1, 1))
    PortalAccess.objects.create(user=user, patient=child, relationship="parent")
    client = client_of(user)
    choose(client, "en")
    patient.refresh_from_db()
    assert patient.language == "en"
    choose(client, "es")
    child.refresh_from_db()
    assert child.language == "en"
    assert client.get(f"/patient/{child.pk}/", **ENGLISH)["Content-Language"] == "es"


def test_this_browser_s_choice_comes_before_the_record(ana):
    """What was pressed a minute ago on this phone counts."""
    user, patient = ana
    client = client_of(user)
    choose(client, "en")
    Patient.objects.filter(pk=patient.pk).update(language="es")
    assert client.get(f"/patient/{patient.pk}/", **SPANISH)["Content-Language"] == "en"


@pytest.mark.parametrize("role", [Role.FRONT_DESK, Role.PHYSICIAN, Role.MANAGER])
def test_staff_pages_are_english_whatever_the_browser_says(role):
    """Half-translated buttons are pressed by mistake."""
    client = client_of(builders.make_user(role))
    choose(client, "es")
    for address in ("/accounts/password/change/", "/nowhere/", "/accounts/sessions/"):
        answer = client.get(address, **SPANISH)
        assert answer["Content-Language"] == "en", address
        assert 'class="languages"' not in answer.content.decode()
    home = client.get(client.get("/").url, follow=True, **SPANISH)
    assert '<html lang="en">' in home.content.decode()


def test_programs_are_answered_in_english():
    """A client compares sentences and codes; it does not choose a language."""
    answer = Client().get("/api/v1/patients/", **SPANISH)
    assert answer.json()["detail"] == "Authentication credentials were not provided."
    assert answer["Content-Language"] == "en"


def test_nobody_reads_the_language_of_whoever_was_here_before():
    """The thread that answered in Spanish must not answer the next one so."""
    Client().get(SIGN_IN, **SPANISH)
    assert translation.get_language() == "en-us"
    assert Client().get("/nowhere/%00")["Content-Language"] == "en"


def test_django_s_and_allauth_s_own_sentences_are_spanish_too():
    """What is wrong with a password is said by packages; a half-Spanish form helps nobody."""
    user = builders.make_user(Role.PATIENT, password=builders.PASSWORD)
    client = Client(**SPANISH)
    wrong = client.post(SIGN_IN, {"login": user.email, "password": "no"}).content.decode()
    assert "Please correct this" not in wrong
    assert "Por favor, corrija esto" in wrong
    assert "contraseña" in wrong.split('class="error')[1][:600]
    empty = client.post(SIGN_IN, {"login": "", "password": ""}).content.decode()
    assert "Este campo es requerido" in empty
    signed_in = client_of(user)
    signed_in.defaults["HTTP_ACCEPT_LANGUAGE"] = "es"
    short = signed_in.post(
        "/accounts/password/change/",
        {"oldpassword": builders.PASSWORD, "password1": "123", "password2": "123"},
    ).content.decode()
    assert "demasiado corta" in short


def test_a_mail_about_signing_in_is_in_the_reader_s_language(ana):
    """The desk's browser is English; who opens the mail may not be."""
    user, _patient = ana
    Client(**ENGLISH).post("/accounts/password/reset/", {"email": user.email})
    assert "contraseña" in Message.objects.latest("pk").body
    staff = builders.make_user()
    Client(**ENGLISH).post("/accounts/password/reset/", {"email": staff.email})
    assert "password" in Message.objects.latest("pk").body


def test_error_pages_are_spanish_for_who_reads_spanish(ana):
    """Lost and told so in a foreign language is lost twice."""
    user, _patient = ana
    page = client_of(user).get("/desk/").content.decode()
    assert "Su cuenta no permite esto." in page
    assert "No permitido" in page
    assert "Aquí no hay nada" in Client().get("/nowhere/", **SPANISH).content.decode()


def test_a_refusal_writes_its_day_out_in_the_reader_s_language():
    """“2027-01-04” is no day that people say."""
    refusal = Conflict("Not before %(day)s.", values={"day": date(2027, 1, 4)})
    assert refusal.sentence == "Not before Jan. 4, 2027."
    with translation.override("es"):
        assert refusal.sentence == "Not before 4 de enero de 2027."
        told = Conflict("At %(at)s.", values={"at": datetime(2027, 1, 4, 15, tzinfo=UTC)})
        assert "4 de enero de 2027" in told.sentence


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_portal_can_be_put_on_a_home_screen(language):
    """Name and icon in their language; and it starts where their day does."""
    page = Client().get(SIGN_IN, HTTP_ACCEPT_LANGUAGE=language).content.decode()
    address = page.split('rel="manifest" href="')[1].split('"')[0]
    answer = Client().get(address)
    told = answer.json()
    assert answer["Content-Type"] == "application/manifest+json"
    assert told["lang"] == language
    assert told["name"] == {"en": "Dorsa, my clinic", "es": "Dorsa, mi clínica"}[language]
    assert (told["start_url"], told["display"]) == ("/patient/", "standalone")
    assert "max-age" in answer["Cache-Control"]
    assert {icon["purpose"] for icon in told["icons"]} == {"any", "maskable"}
    for icon in told["icons"]:
        file = finders.find(icon["src"].removeprefix("/static/"))
        with Image.open(file) as image:
            assert "{}x{}".format(*image.size) == icon["sizes"]


def test_no_page_leaves_anything_behind_on_the_phone():
    """Without a service worker nothing of a record stays on a phone that was lent or lost."""
    scripts = Path(finders.find("js")).glob("*.js")
    assert not [path.name for path in scripts if "serviceWorker" in path.read_text()]
