"""Files that people send: taken by what is in them, not by what they are called."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, TypeVar

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse

from clinic.shared.errors import Invalid

V = TypeVar("V", bound=Callable[..., Any])

# The first bytes of each kind of file that is taken, with its media type and ending.
_KINDS: Mapping[bytes, tuple[str, str]] = {
    b"%PDF-": ("application/pdf", "pdf"),
    b"\xff\xd8\xff": ("image/jpeg", "jpg"),
    b"\x89PNG\r\n\x1a\n": ("image/png", "png"),
}
ENDINGS = dict(_KINDS.values())


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
    raise Invalid("Only PDF, JPEG and PNG files are taken, and this is none of them.")


def _check_size(size: int) -> None:
    if size == 0:
        raise Invalid("The file is empty.")
    if size > settings.MAX_UPLOAD_BYTES:
        raise Invalid(f"A file may have at most {settings.MAX_UPLOAD_BYTES // 1_000_000} MB.")


def as_download(content: bytes, *, media_type: str, name: str) -> HttpResponse:
    """The file as an attachment, which no browser runs or guesses about."""
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = f'attachment; filename="{name}.{ENDINGS[media_type]}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
