"""The version of what a client has seen: not sent twice, and not changed behind its back."""

import hashlib
from collections.abc import Callable
from typing import Any

from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.shared.errors import DomainError


class Stale(DomainError):
    """Somebody changed it after the client had read it."""

    code = "stale"
    status = 412
    title = "Changed meanwhile"
    default_sentence = "Somebody else changed this meanwhile. Read it again, then change it."


class VersionNeeded(DomainError):
    """A change that does not say which version it is about."""

    code = "version_needed"
    status = 428
    title = "Which version?"
    default_sentence = "Send the ETag of the version you have read as If-Match."


def etag_of(data: Any) -> str:
    """The version of a representation: a quoted hash of its JSON."""
    return f'"{hashlib.sha256(JSONRenderer().render(data)).hexdigest()[:32]}"'


def answer_with_etag(request: Request, data: Any, status: int = 200) -> Response:
    """The representation with its version; 304 without it if the client has that version."""
    tag = etag_of(data)
    known = request.headers.get("If-None-Match", "")
    if request.method == "GET" and (known.strip() == "*" or tag in _tags(known)):
        return Response(status=304, headers={"ETag": tag})
    return Response(data, status=status, headers={"ETag": tag})


def require_match(request: Request, data: Any) -> None:
    """Raises `VersionNeeded` without `If-Match`, `Stale` if it names another than `data`'s."""
    named = request.headers.get("If-Match", "")
    if not named:
        raise VersionNeeded
    if named.strip() != "*" and etag_of(data) not in _tags(named):
        raise Stale


def match_if_sent(request: Request, data: Callable[[], Any]) -> None:
    """The same where `If-Match` may be left out. Raises `Stale` if it is sent and names another."""
    if request.headers.get("If-Match", ""):
        require_match(request, data())


def _tags(header: str) -> set[str]:
    # A proxy that compresses an answer marks its tag as weak; it is the same version.
    return {tag.strip().removeprefix("W/") for tag in header.split(",")}
