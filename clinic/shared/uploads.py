"""Files that people send: taken by what is in them, not by what they are called."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, TypeVar

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.utils.translation import gettext_noop as N_

from clinic.shared.errors import Invalid

V = TypeVar("V", bound=Callable[..., Any])

# The first bytes of each kind of file that is taken, with its media type and ending.
_KINDS: Mapping[bytes, tuple[str, str]] = {
    b"%PDF-": ("application/pdf", "pdf"),
    b"\xff\xd8\xff": ("image/jpeg", "jpg"),
    b"\x89PNG\r\n\x1a\n": ("image/png", "png"),
}
ENDINGS = dict(_KINDS.values())
# How the cameras of some phones write photos, unless they are told to be compatible.
_HEIC = frozenset({b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"heim", b"heis", b"avif"})
_NO_HEIC = N_(
    "This photo is in a format that we cannot open (HEIC). Please make a screenshot of it and send"
    " that, or choose “Most Compatible” in the settings of your camera and take it again."
)


@dataclass(frozen=True)
class CheckedFile:
    """A file that may be kept. The name it came with is forgotten: we make our own."""

    content: bytes
    media_type: str
    digest: str


def takes_files(view: V) -> V:
    """Mark the few pages and endpoints to which more than a form's worth may be sent."""
    marked: Any = view
    marked.takes_files = True
    return view


def leads_back_if_too_large(view: V) -> V:
    """Mark a page for people at home: what is too large leads back to it, and there it is said.

    The page finds `too-large` in its address.
    """
    marked: Any = view
    marked.leads_back_if_too_large = True
    return view


def keeps_words(view: V) -> V:
    """Mark a page where words are typed beside a file: one that is too large must not take them.

    What was sent is read whole, to a disk; the form says what was too large, with the words in it.
    """
    marked: Any = takes_files(view)
    marked.keeps_words = True
    return view


def check_file(upload: "UploadedFile[Any]") -> CheckedFile:
    """Read a file, if it is one of the kinds we keep and not too large. Raises `Invalid`."""
    _check_size(upload.size or 0)
    return check_content(upload.read())


def check_content(content: bytes) -> CheckedFile:
    """The file that these bytes are, if it is one of the kinds we keep. Raises `Invalid`."""
    _check_size(len(content))
    for beginning, (media_type, _ending) in _KINDS.items():
        if content.startswith(beginning):
            return CheckedFile(content, media_type, sha256(content).hexdigest())
    if content[4:8] == b"ftyp" and content[8:12] in _HEIC:
        raise Invalid(_NO_HEIC)
    raise Invalid(N_("Only PDF, JPEG and PNG files are taken, and this is none of them."))


def _check_size(size: int) -> None:
    if size == 0:
        raise Invalid(N_("The file is empty."))
    if size > settings.MAX_UPLOAD_BYTES:
        most = settings.MAX_UPLOAD_BYTES // 1_000_000
        raise Invalid(N_("A file may have at most %(most)s MB."), values={"most": most})


def as_download(content: bytes, *, media_type: str, name: str) -> HttpResponse:
    """The file as an attachment, which no browser runs or guesses about."""
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = f'attachment; filename="{name}.{ENDINGS[media_type]}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
