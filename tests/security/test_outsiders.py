"""What somebody without any right can make of our own addresses: nothing that leads elsewhere."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from clinic.accounts.roles import Role
from clinic.messaging.models import Message
from tests import builders
from tests.integration.portal.words import BORN, invited, own
from tests.security.clients import client_of

pytestmark = pytest.mark.django_db
PASSWORD = "violet-lamp-under-snow"
ELSEWHERE = [
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example/",
    "https:evil.example",
    "javascript:alert(1)",
    "http://testserver@evil.example/",
    "\thttps://evil.example/",
]


@pytest.mark.parametrize("there", ELSEWHERE)
def test_no_address_of_ours_leads_to_another_site(there):
    """A link that begins with the clinic's name is trusted, and must end there."""
    user = builders.make_user(Role.PATIENT, password=PASSWORD)
    form = {"login": user.email, "password": PASSWORD, "next": there}
    tried = [
        Client().post("/accounts/login/", form),
        client_of(user).get("/accounts/login/", {"next": there}),
        client_of(user).post("/accounts/logout/", {"next": there}),
        client_of(user).post("/accounts/reauthenticate/", {"password": PASSWORD, "next": there}),
        Client().post("/public/language/", {"language": "es", "next": there}),
        Client().post("/public/language/", {"language": "es"}, headers={"Referer": there.strip()}),
        Client().get("/patient/", headers={"HX-Request": "true", "HX-Current-URL": there.strip()}),
    ]
    for number, answer in enumerate(tried):
        for header in ("Location", "HX-Redirect"):
            leads = answer.headers.get(header, "/")
            assert leads.startswith("/"), (number, leads)
            assert not leads.startswith(("//", "/\\")), (number, leads)


@pytest.mark.parametrize("there", ELSEWHERE)
def test_after_coming_from_a_forged_page_the_sign_in_leads_home(there):
    """What a header says is carried along to the sign-in, and looked at there."""
    user = builders.make_user(Role.PATIENT, password=PASSWORD)
    asked = Client().get("/patient/", headers={"HX-Request": "true", "HX-Current-URL": there})
    where = asked.headers["HX-Redirect"]
    browser = Client()
    form = {"login": user.email, "password": PASSWORD}
    form |= {name: values[0] for name, values in parse_qs(urlsplit(where).query).items()}
    assert "evil.example" not in browser.post("/accounts/login/", form).url.split("?")[0][:16]


def test_a_forged_host_reaches_no_mail(settings):
    """A link in our mail that leads to somebody else's server would be the key to a record."""
    settings.PUBLIC_URL = "https://clinic.example"
    user = builders.make_user(Role.PATIENT, password=PASSWORD)
    patient = builders.make_patient(email="ana@example.org")
    for headers in ({"Host": "evil.example"}, {"X-Forwarded-Host": "evil.example"}):
        Client(raise_request_exception=False).post(
            "/accounts/password/reset/", {"email": user.email}, headers=headers
        )
    mother = client_of(own(patient))
    last = timezone.localdate() + timedelta(days=30)
    form = {"name": "Carl", "email": "carl@example.org", "last_date": last.isoformat()}
    mother.post(
        f"/patient/{patient.pk}/people/", form, headers={"X-Forwarded-Host": "evil.example"}
    )
    written = [message.body for message in Message.objects.all()]
    assert written
    assert not [body for body in written if "evil.example" in body]
    assert all("https://clinic.example/" in body for body in written)


def test_without_our_own_page_nothing_is_done():
    """A stranger's page that sends a form in somebody's name finds the door shut (CSRF)."""
    patient = builders.make_patient(email="ana@example.org")
    made = invited(patient, timezone.now())
    forged = Client(enforce_csrf_checks=True)
    forged.cookies = client_of(own(patient)).cookies
    for path, said in (
        (f"/join/{made.secret}/", BORN),
        ("/register/", {"email": "x@example.org"}),
        (f"/patient/{patient.pk}/people/", {"name": "Eve"}),
        (f"/patient/{patient.pk}/settings/email/", {"email": "eve@example.org"}),
        (f"/patient/{patient.pk}/calendar/", {}),
        ("/accounts/logout/", {}),
    ):
        answer = forged.post(path, said, headers={"Sec-Fetch-Site": "cross-site"})
        assert answer.status_code == 403, path
    assert forged.get(f"/patient/{patient.pk}/").status_code == 200, "still signed in"
