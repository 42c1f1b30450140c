"""What browsers and the network are told: with the settings a clinic really runs on."""

import os
import subprocess
import sys

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from clinic.accounts.roles import Role
from patients.models import Document
from tests import builders
from tests.architecture.rules import ROOT
from tests.security.clients import client_of

PRODUCTION = {
    "SECRET_KEY": "4Zb1rJc7sV0xk9QmT2uYw8HfLpEaNd3GiR6oCjXt5Bv_yKq-zS",
    "DATABASE_URL": "postgres://dorsa_app:x@localhost/dorsa",
    "REDIS_URL": "redis://localhost/0",
    "HTTPS": "true",
    "ALLOWED_HOSTS": "clinic.example",
    "PUBLIC_URL": "https://clinic.example",
}


def manage(*arguments, **changes):
    clean = {k: v for k, v in os.environ.items() if k in {"PATH", "HOME", "LANG"}}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=clean | PRODUCTION | changes,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_the_deployment_check_has_nothing_to_say():
    """Django's own list of what people forget."""
    done = manage("check", "--deploy", "--fail-level", "INFO")
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    "changes",
    [
        {"DEMO_WITHOUT_SECOND_FACTOR": "true"},
        {"DEMO_WITHOUT_SECOND_FACTOR": "true", "HTTPS": "false"},
        {"DEMO_WITHOUT_SECOND_FACTOR": "true", "DEMO": "true"},
    ],
)
def test_production_refuses_to_do_without_a_second_factor(changes):
    """What makes trying easy must not be left switched on by accident."""
    done = manage("check", **changes)
    assert done.returncode != 0
    assert "DEMO_WITHOUT_SECOND_FACTOR" in done.stderr


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/desk/", "/accounts/login/", "/api/v1/sites/", "/nowhere/"])
def test_every_answer_tells_the_browser_to_trust_nothing(address):
    """One header that is missing on one page is the page that is found."""
    answer = client_of(builders.make_user()).get(address)
    policy = answer["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"
    assert "no-store" in answer["Cache-Control"]
    assert "camera=()" in answer["Permissions-Policy"]


@pytest.mark.django_db
def test_the_relaxed_demo_says_so_on_every_page(settings):
    """Nobody must take it for the real thing."""
    settings.DEMO = settings.DEMO_WITHOUT_SECOND_FACTOR = True
    builders.make_site()
    page = client_of(builders.make_user()).get("/desk/").content.decode()
    assert "without a second factor" in page
    settings.DEMO_WITHOUT_SECOND_FACTOR = False
    page = client_of(builders.make_user()).get("/desk/").content.decode()
    assert "without a second factor" not in page


def test_an_unknown_host_is_refused(client, db):
    """A link with our secret in it must not be built on somebody else's name."""
    assert client.get("/accounts/login/", headers={"host": "evil.example"}).status_code == 400


# --- files -----------------------------------------------------------------------------------


PDF = b"%PDF-1.7 a scanned consent"


@pytest.fixture
def desk(db):
    return client_of(builders.make_user(Role.FRONT_DESK))


def send(client, patient, content, name="scan.pdf", kind="consent"):
    file = SimpleUploadedFile(name, content, "text/html")
    return client.post(f"/desk/people/{patient.pk}/documents/", {"kind": kind, "file": file})


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (PDF, "application/pdf"),
        (b"\xff\xd8\xff\xe0 photo", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n picture", "image/png"),
    ],
)
def test_a_paper_is_filed_and_comes_back_as_an_attachment(desk, content, media_type):
    """With a name of ours, and as what it is, whatever the sender called it."""
    patient = builders.make_patient()
    assert send(desk, patient, content, name='../../x".html').status_code == 302
    paper = Document.objects.get()
    assert paper.media_type == media_type
    answer = desk.get(f"/desk/people/{patient.pk}/documents/{paper.pk}/")
    assert answer.content == content
    assert answer["Content-Type"] == media_type
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    name = answer["Content-Disposition"]
    assert name.startswith(f'attachment; filename="consent-{patient.record_number}-')
    assert "html" not in name


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", b"empty"),
        (b"<script>alert(1)</script>", b"Only PDF, JPEG and PNG"),
        (b"GIF89a%PDF-", b"Only PDF, JPEG and PNG"),
        (b"MZ program", b"Only PDF, JPEG and PNG"),
    ],
)
def test_other_files_are_refused_with_a_sentence(desk, content, sentence):
    """What a browser might run must not come back from our address."""
    answer = send(desk, builders.make_patient(), content)
    assert answer.status_code == 422
    assert sentence in answer.content
    assert not Document.objects.exists()


def test_large_files_are_taken_where_files_are_taken_and_nowhere_else(desk, settings):
    """Ten megabytes of consent are fine; ten megabytes of a name are an attack."""
    patient = builders.make_patient()
    large = PDF + b"x" * 3_000_000
    assert send(desk, patient, large).status_code == 302
    file = SimpleUploadedFile("scan.pdf", large)
    assert desk.post("/desk/people/new/", {"file": file}).status_code == 413
    settings.MAX_UPLOAD_BYTES = 1_500_000
    assert send(desk, patient, large + b"y").status_code == 413
    settings.MAX_UPLOAD_BYTES = 2_500_000
    assert send(desk, patient, large + b"y").status_code == 422


def test_a_paper_belongs_to_its_person(desk):
    """The right person in the address and somebody else's paper behind it is a classic."""
    patient, other = builders.make_patient(), builders.make_patient()
    send(desk, patient, PDF)
    paper = Document.objects.get()
    assert desk.get(f"/desk/people/{other.pk}/documents/{paper.pk}/").status_code == 404
    assert send(desk, patient, PDF).status_code == 422, "the same file twice is a slip"
    assert send(Client(), patient, PDF).status_code == 302
    assert Document.objects.count() == 1
