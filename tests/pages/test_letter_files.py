"""A photo beside words: what is wrong with the one must not take the other along."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from clinic.accounts.roles import Role
from patients.models import Document, Patient, PortalAccess, ThreadMessage
from tests import builders
from tests.security.clients import client_of

pytestmark = pytest.mark.django_db
WORDS = "The plaster is red around the edges."
LETTER = {"topic": "appointment", "subject": "My plaster", "body": WORDS}


@pytest.fixture
def phone():
    builders.make_site()
    patient = builders.make_patient(email="ana@example.org")
    user = builders.make_user(Role.PATIENT)
    PortalAccess.objects.create(user=user, patient=patient)
    client = client_of(user)
    client.page = f"/patient/{patient.pk}/messages/new/"
    return client


def photo(**more):
    made = BytesIO()
    Image.new("RGB", (40, 20), "red").save(made, "JPEG", **more)
    return made.getvalue()


def with_file(phone, content, name="photo.jpg", kind="image/jpeg"):
    file = SimpleUploadedFile(name, content, kind)
    return phone.post(phone.page, LETTER | {"file": file})


@pytest.mark.parametrize(("language", "said"), [("en", "too large"), ("es", "demasiado grande")])
def test_20_mb_are_refused_and_the_words_stay(phone, language, said):
    """Somebody wrote for ten minutes, and took the photo with the best camera they have."""
    big = b"\xff\xd8\xff" + b"x" * 20_971_520
    Patient.objects.update(language=language)
    answer = with_file(phone, big)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert said in page
    assert WORDS in page
    assert 'value="My plaster"' in page
    assert not ThreadMessage.objects.exists()


def test_what_no_camera_makes_is_not_read_at_all(phone):
    """The words are kept up to a bound; beyond it nobody's disk is filled."""
    answer = with_file(phone, b"\xff\xd8\xff" + b"x" * 41_000_000)
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("name", "kind", "content"),
    [
        ("photo.jpg", "image/jpeg", b"MZ\x90 a program"),
        ("photo.jpg", "image/jpeg", b"\xff\xd8\xff only begins like one"),
        ("x.svg", "image/svg+xml", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
        ("x.html", "text/html", b"<!doctype html><script>alert(1)</script>"),
        ("x.png", "image/png", b"<html>\x89PNG\r\n\x1a\n"),
    ],
)
def test_a_file_that_is_none_of_ours_is_refused_and_the_words_stay(phone, name, kind, content):
    """It is judged by what is in it, whatever it is called."""
    answer = with_file(phone, content, name, kind)
    assert answer.status_code == 422
    assert WORDS in answer.content.decode()
    assert not Document.objects.exists()


def test_of_a_photo_nothing_but_the_picture_is_kept(phone):
    """Where somebody lives stands in their photos; and a picture can carry another file."""
    exif = Image.Exif()
    exif[0x010F] = "CAMERA OF ANA"
    assert with_file(phone, photo(exif=exif) + b"<script>alert(1)</script>").status_code == 302
    kept = bytes(Document.objects.get().content)
    assert kept.startswith(b"\xff\xd8\xff")
    assert b"CAMERA" not in kept
    assert b"<script>" not in kept


def test_the_file_leaves_as_a_download_whatever_it_was_called(phone):
    """A name with a line break in it would be a header of somebody else's making."""
    sent = with_file(phone, b"%PDF-1.7 x", 'a".html\r\nX-Evil: 1', "text/html")
    paper = Document.objects.get()
    answer = phone.get(f"{sent.url}files/{paper.pk}/")
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith('attachment; filename="')
    assert answer["Content-Disposition"].endswith('.pdf"')
    assert "Evil" not in str(answer.headers)
