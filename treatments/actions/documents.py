"""The life of a document: saved as a draft, signed, replaced by a correction, withdrawn.

Consultations and procedures are such documents. The actions about them ask these functions, inside
their own transaction and after they have looked at who may do it.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from clinic.accounts.models import User
from clinic.shared.errors import Conflict, Invalid
from treatments.actions.changed_history import history_changed
from treatments.domain.states import RECORD_STEPS, RecordStatus
from treatments.models.documented import Documented

D = TypeVar("D", bound=Documented)
# Looks at the locked row and raises a `DomainError` if it is not what somebody has read.
Check = Callable[[Any], None]

_LIFE = frozenset(
    {
        "id",
        "record_status",
        "revision",
        "drafted_by",
        "drafted_at",
        "saved_at",
        "signed_by",
        "signed_at",
        "replaces",
        "amendment_reason",
        "error_reason",
        "recorded_at",
    }
)


class NotADraft(Conflict):
    """What is signed is not written on."""

    code = "not_a_draft"
    title = "This is signed"
    default_sentence = "This is signed already and cannot be changed. Amend it instead."


class NotSigned(Conflict):
    """Only what is signed is amended or withdrawn, and only once."""

    code = "not_signed"
    default_sentence = "Only what is signed, and not replaced, can be amended or withdrawn."


class AmendedAlready(Conflict):
    """Somebody is writing the correction, or has."""

    code = "amended_already"
    default_sentence = "A correction of this is being written already."


class StaleDraft(Conflict):
    """Two people changed the same fields.

    `details["fields"]` has `yours` and `theirs` for each of them, `details["revision"]` the
    revision to save on after choosing.
    """

    code = "stale_draft"
    title = "Somebody else changed this too"
    default_sentence = "Somebody else changed the same fields meanwhile. Choose what stays."


def locked(document: D) -> D:
    """The document as it is now, locked until the end of the transaction."""
    manager: Any = type(document)._default_manager
    found: D = manager.select_for_update(no_key=True, of=("self",)).get(pk=document.pk)
    return found


def locked_draft(document: D, check: Check | None) -> D:
    """The same, if it is a draft and the one that was read. Raises `NotADraft`, as `check` does."""
    current = locked(document)
    if not current.is_draft:
        raise NotADraft
    if check is not None:
        check(current)
    return current


def save_draft(
    document: D, values: Mapping[str, Any], *, revision: int, now: datetime
) -> tuple[D, bool]:
    """Write the changed fields of a draft that was read at `revision`; whether anything changed.

    What somebody else changed meanwhile in other fields stays. Raises `NotADraft`, `StaleDraft`.
    """
    current = locked(document)
    if not current.is_draft:
        raise NotADraft
    changed = {name: value for name, value in values.items() if getattr(current, name) != value}
    if revision != current.revision:
        _refuse_clashes(current, changed, revision)
    if not changed:
        return current, False
    for name, value in changed.items():
        setattr(current, name, value)
    current.revision += 1
    current.saved_at = now
    current.save(update_fields=[*changed, "revision", "saved_at"])
    return current, True


def touch_draft(document: D, *, now: datetime) -> D:
    """A new revision because a part of the draft changed. Raises `NotADraft`."""
    current = locked(document)
    if not current.is_draft:
        raise NotADraft
    current.revision += 1
    current.saved_at = now
    current.save(update_fields=["revision", "saved_at"])
    return current


def sign_document(document: D, *, by: User, now: datetime) -> D:
    """Fix a draft for ever; the version that it replaces is `amended` from now on.

    Raises `NotADraft`, and `NotSigned` if what it replaces was withdrawn meanwhile.
    """
    current = locked(document)
    if not current.is_draft:
        raise NotADraft
    if current.replaces is not None:
        _move(locked(current.replaces), RecordStatus.AMENDED)
    current.record_status = RecordStatus.SIGNED
    current.signed_by, current.signed_at, current.saved_at = by, now, now
    current.save(update_fields=["record_status", "signed_by", "signed_at", "saved_at"])
    _told_anew(current, now)
    return current


def amend_document(document: D, *, reason: str, by: User, now: datetime) -> D:
    """A draft that says the same and will replace the document when it is signed.

    The caller copies the parts. Raises `Invalid` without a reason, `NotSigned`, `AmendedAlready`.
    """
    if not reason.strip():
        raise Invalid(
            "Say what was wrong.", details={"fields": {"reason": ["Say what was wrong."]}}
        )
    current = locked(document)
    if current.record_status != RecordStatus.SIGNED:
        raise NotSigned
    manager: Any = type(document)._default_manager
    if manager.filter(replaces=current).exists():
        raise AmendedAlready
    fields = [f.name for f in type(document)._meta.concrete_fields if f.name not in _LIFE]
    draft: D = manager.create(
        **{name: getattr(current, name) for name in fields},
        replaces=current,
        amendment_reason=reason.strip(),
        drafted_by=by,
        drafted_at=now,
        saved_at=now,
    )
    return draft


def withdraw_document(document: D, *, reason: str, by: User, now: datetime) -> D:
    """Say that a document was entered in error: it stays readable and counts no more.

    Raises `Invalid` without a reason, `NotSigned`.
    """
    if not reason.strip():
        raise Invalid("Say why.", details={"fields": {"reason": ["Say why."]}})
    current = locked(document)
    current.error_reason = reason.strip()
    _move(current, RecordStatus.ENTERED_IN_ERROR)
    _told_anew(current, now)
    return current


def _told_anew(document: Any, now: datetime) -> None:
    history_changed([document.patient_id], now=now)


def _move(document: Documented, status: RecordStatus) -> None:
    if status not in RECORD_STEPS[RecordStatus(document.record_status)]:
        raise NotSigned
    document.record_status = status
    document.save(update_fields=["record_status", "error_reason"])


def _refuse_clashes(current: Documented, changed: Mapping[str, Any], revision: int) -> None:
    seen = current.as_read_at(revision)
    clashes = {
        name: {"yours": _told(value), "theirs": _told(getattr(current, name))}
        for name, value in changed.items()
        if seen is None or getattr(seen, name) != getattr(current, name)
    }
    if clashes:
        raise StaleDraft(details={"fields": clashes, "revision": current.revision})


def _told(value: Any) -> Any:
    return value if isinstance(value, str | int | bool | list | dict | None) else str(value)
