"""Files from home: what they really are, what is taken out, and what the desk makes of them."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from clinic.accounts.roles import Role
from clinic.shared.errors import Invalid, NotAllowed, NotFound
from clinic.shared.pictures import LONGEST_SIDE, TooManyPoints, UnreadablePicture, drawn_anew
from clinic.shared.uploads import check_content
from patients.actions.sent_files import (
    DecidedMeanwhile,
    SentAlready,
    TooManyWaiting,
    file_sent,
    refuse_sent,
    send_file,
)
from patients.models import Document, PortalAccess, SentFile
from patients.models.document import DocumentKind
from tests import builders
from tests.privacy import NOW
from tests.security.clients import client_of

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7 a letter"


def picture(kind="JPEG", size=(40, 20), **more):
    made = BytesIO()
    Image.new("RGB", size, "red").save(made, kind, **more)
    return made.getvalue()


def with_place():
    """A photo that says where it was taken, and lies on its side."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "CAMERA OF ANA"
    exif.get_ifd(0x8825)[2] = (51.0, 30.0, 0.0)
    return picture(exif=exif)


@pytest.fixture
def patient():
    return builders.make_patient()


@pytest.fixture
def user(patient):
    user = builders.make_user(Role.PATIENT)
    PortalAccess.objects.create(user=user, patient=patient)
    return user


@pytest.fixture
def sent(patient, user):
    def send(content=PDF, kind=DocumentKind.REFERRAL, by=None):
        file = drawn_anew(check_content(content))
        return send_file(patient=patient, kind=kind, file=file, by=by or user, now=NOW)

    return send


def test_where_a_photo_was_taken_is_not_kept():
    """A photo of a card at home would tell everybody at the desk where somebody lives."""
    photo = with_place()
    assert b"CAMERA OF ANA" in photo
    made = drawn_anew(check_content(photo))
    assert b"CAMERA OF ANA" not in made.content
    with Image.open(BytesIO(made.content)) as kept:
        assert not kept.getexif()
        assert kept.size == (20, 40)


def test_what_hides_behind_a_picture_is_not_kept():
    """A file that is two things at once would be one of them here and the other elsewhere."""
    both = picture() + b"<script>alert(1)</script>"
    assert b"<script>" not in drawn_anew(check_content(both)).content
    clear = picture("PNG") + b"<script>alert(1)</script>"
    made = drawn_anew(check_content(clear))
    assert (made.media_type, b"<script>" in made.content) == ("image/jpeg", False)


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xd8\xff<html><script>alert(1)</script></html>",
        b"\x89PNG\r\n\x1a\nthis is no picture",
        b"\xff\xd8\xff",
        picture()[:-300],
    ],
)
def test_what_only_begins_like_a_picture_is_refused(content):
    """The first bytes are easily forged; only what can be shown is a picture."""
    with pytest.raises(UnreadablePicture):
        drawn_anew(check_content(content))


def test_a_few_bytes_cannot_claim_a_huge_picture():
    """One small file must not take the memory of the whole clinic."""
    bomb = BytesIO()
    Image.new("1", (9000, 9000)).save(bomb, "PNG")
    assert len(bomb.getvalue()) < 100_000
    with pytest.raises(TooManyPoints):
        drawn_anew(check_content(bomb.getvalue()))


def test_a_large_photo_is_made_smaller():
    """The desk wants to read a card; the database need not keep 12 million points of it."""
    made = drawn_anew(check_content(picture(size=(4000, 3000))))
    with Image.open(BytesIO(made.content)) as kept:
        assert max(kept.size) <= LONGEST_SIDE


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"\x00\x00\x00\x18ftypheic" + b"\x00" * 40, "HEIC"),
        (b"<html>PDF</html>", "none of them"),
        (b"", "empty"),
        (b"GIF89a" + b"\x00" * 40, "none of them"),
    ],
)
def test_other_files_are_refused_in_words_that_help(content, word):
    """Who holds an iPhone has never heard of a format; they need to know what to do."""
    with pytest.raises(Invalid, match=word):
        check_content(content)


def test_it_waits_and_is_no_paper_until_the_desk_files_it(sent, patient):
    """What anybody may send must not stand among the clinic's papers by itself."""
    clerk = builders.make_user(Role.FRONT_DESK)
    file = sent()
    assert not Document.objects.filter(patient=patient).exists()
    document = file_sent(sent=file, by=clerk, now=NOW)
    assert (bytes(document.content), document.filed_by) == (PDF, clerk)
    file.refresh_from_db()
    assert (file.state, bytes(file.content), file.document) == ("filed", b"", document)
    with pytest.raises(DecidedMeanwhile):
        refuse_sent(sent=file, reason="Late", by=clerk, now=NOW)


def test_what_is_refused_is_gone_and_the_person_reads_why(sent, user, patient):
    """A card of somebody else, sent by mistake, must not stay; the sender must know."""
    clerk = builders.make_user(Role.FRONT_DESK)
    file = sent()
    with pytest.raises(Invalid):
        refuse_sent(sent=file, reason=" ", by=clerk, now=NOW)
    refuse_sent(sent=file, reason="Too dark to read", by=clerk, now=NOW)
    file.refresh_from_db()
    assert (file.state, bytes(file.content)) == ("refused", b"")
    page = client_of(user).get(f"/patient/{patient.pk}/files/")
    assert "Too dark to read" in page.content.decode()
    assert sent().pk != file.pk


def test_one_file_waits_once_and_not_too_many_wait(sent):
    """A nervous thumb sends twice; a program could fill the disk."""
    sent()
    with pytest.raises(SentAlready):
        sent()


def test_not_too_many_wait(sent):
    """A program could fill the disk."""
    for number in range(10):
        sent(PDF + str(number).encode())
    with pytest.raises(TooManyWaiting):
        sent()


def test_nobody_sends_for_a_stranger_or_decides_without_the_right(sent, user):
    """Ids that were guessed lead nowhere."""
    with pytest.raises(NotFound):
        sent(by=builders.make_user(Role.PATIENT))
    file = sent()
    for nobody in (user, builders.make_user(Role.PHYSICIAN)):
        with pytest.raises(NotAllowed):
            file_sent(sent=file, by=nobody, now=NOW)


def test_a_file_that_lies_is_answered_on_the_page(user, patient):
    """The person must read what to do, in the place where they chose the file."""
    lie = SimpleUploadedFile("card.jpg", b"MZ\x90 a program", "image/jpeg")
    page = client_of(user).post(f"/patient/{patient.pk}/files/insurance_card/", {"file": lie})
    assert page.status_code == 422
    assert "none of them" in page.content.decode()
    assert not SentFile.objects.exists()


def test_20_mb_lead_back_to_the_page_with_kind_words(user, patient):
    """A photo of a large camera must not end in a page about something too large."""
    client = client_of(user)
    photo = SimpleUploadedFile("card.jpg", b"\xff\xd8\xff" + b"x" * 20_971_520, "image/jpeg")
    address = f"/patient/{patient.pk}/files/insurance_card/"
    answer = client.post(address, {"file": photo})
    assert (answer.status_code, answer["Location"]) == (302, f"{address}?too-large=1")
    assert "at most 10 MB" in client.get(answer["Location"]).content.decode()
    spanish = client.get(answer["Location"], HTTP_ACCEPT_LANGUAGE="es")
    assert spanish.status_code == 200


def test_the_desk_gets_it_as_a_download_only(sent):
    """A file from outside must never run in the page of somebody who may see everybody."""
    file = sent()
    answer = client_of(builders.make_user(Role.FRONT_DESK)).get(f"/desk/sent-files/{file.pk}/")
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
