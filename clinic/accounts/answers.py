"""The same request twice: done once, answered twice."""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import OperationalError, transaction
from django.http import HttpResponse

from clinic.accounts.models import AnsweredRequest, User
from clinic.shared.actions import MAX_ATTEMPTS, Busy
from clinic.shared.database import is_passing_conflict
from clinic.shared.errors import DomainError, Invalid

KEPT = timedelta(hours=24)
LONGEST_KEY = 100
# So much of what is kept is about the request (160 bits), the rest (96) about who asked.
OF_REQUEST = 40


class KeyReused(DomainError):
    """The key came before, with another request."""

    code = "idempotency_key_reused"
    status = 422
    title = "This key was used for something else"
    default_sentence = "This Idempotency-Key came before with another request. Use a new one."


class RightsChanged(DomainError):
    """The request was answered, but to somebody who could do and see other things than now."""

    code = "rights_changed"
    status = 403
    title = "Your rights have changed"
    default_sentence = (
        "This was answered before your role or your sites changed, and is not told again. "
        "Look for what became of it."
    )


def standing_of(user: User) -> str:
    """What decides what a person may do and where, in a word: their role and their teams."""
    teams = sorted(user.team_memberships.values_list("team_id", flat=True))
    return f"{user.role} {teams}"


def fingerprint_of(*parts: bytes) -> str:
    """What makes two requests the same: a hash of these parts."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def answer_once(
    *,
    user: User,
    key: str,
    fingerprint: str,
    now: datetime,
    answer: Callable[[], HttpResponse],
    keeps: Callable[[HttpResponse], bool],
    standing: str = "",
) -> HttpResponse:
    """The answer to a write that carries a key: the first time by doing it, later from memory.

    What was done and what was answered are one transaction, so a second request that comes while
    the first is running waits for it. An answer that `keeps` refuses is forgotten, and the next
    request with the key is done anew. Raises `KeyReused` if the fingerprint is another one, and
    `RightsChanged` if the person's `standing` is: what was told may not be theirs to read any more.
    """
    if not key.isprintable() or len(key) > LONGEST_KEY:
        raise Invalid(f"An Idempotency-Key has at most {LONGEST_KEY} printable characters.")
    kept = fingerprint[:OF_REQUEST] + fingerprint_of(standing.encode())[: 64 - OF_REQUEST]
    for _attempt in range(MAX_ATTEMPTS):
        try:
            return _answer(user, key, kept, now, answer, keeps)
        except OperationalError as error:
            if not is_passing_conflict(error):
                raise
            lost = error
    raise Busy from lost


@transaction.atomic
def _answer(
    user: User,
    key: str,
    fingerprint: str,
    now: datetime,
    answer: Callable[[], HttpResponse],
    keeps: Callable[[HttpResponse], bool],
) -> HttpResponse:
    AnsweredRequest.objects.filter(user=user, key=key, created_at__lte=now - KEPT).delete()
    row, is_new = AnsweredRequest.objects.get_or_create(
        user=user,
        key=key,
        defaults={"fingerprint": fingerprint, "status": 0, "created_at": now},
    )
    if not is_new:
        return _again(row, fingerprint)
    response = answer()
    if not keeps(response):
        row.delete()
        return response
    row.status = response.status_code
    row.location = response.headers.get("Location", "")
    row.etag = response.headers.get("ETag", "")
    row.body = response.content.decode()
    row.save(update_fields=["status", "location", "etag", "body"])
    return response


def _again(row: AnsweredRequest, fingerprint: str) -> HttpResponse:
    if row.fingerprint[:OF_REQUEST] != fingerprint[:OF_REQUEST]:
        raise KeyReused
    if row.fingerprint != fingerprint:
        raise RightsChanged
    kind = "application/problem+json" if row.status >= 400 else "application/json"
    again = HttpResponse(row.body, status=row.status, content_type=kind)
    again.headers["Idempotent-Replayed"] = "true"
    if row.location:
        again.headers["Location"] = row.location
    if row.etag:
        again.headers["ETag"] = row.etag
    return again


def forget_answers(*, now: datetime) -> int:
    """Drop what is older than a day; how many there were."""
    return AnsweredRequest.objects.filter(created_at__lte=now - KEPT).delete()[0]
