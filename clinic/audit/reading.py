"""Collecting what one request reads, and writing it down before the answer leaves.

The doors to patients' rows (`queries.py` of the apps above) call `record_read`. Whoever answers
somebody opens `reading()` around it: the web by middleware, a command by itself. The rows are
written when the block ends; if they cannot be written, nothing is shown.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from clinic.accounts.models import Viewer, as_user
from clinic.accounts.roles import Purpose
from clinic.audit.models import ReadEvent, ReadKind
from clinic.shared.actions import writing_along
from clinic.shared.origin import current_origin
from clinic.shared.prepared import insert_rows


class _Seen(NamedTuple):
    user_id: int
    role: str
    kind: str
    what: str
    purpose: str
    reason: str


_Reads = dict[_Seen, set[UUID]]
_collecting: ContextVar[_Reads | None] = ContextVar("reads", default=None)


def record_read(
    viewer: Viewer,
    what: str,
    patient_ids: Iterable[UUID],
    *,
    kind: ReadKind = ReadKind.VIEW,
    purpose: Purpose | None = None,
    reason: str = "",
) -> None:
    """Note that the viewer is being shown `what` about these people.

    The purpose is that of their role, unless another is said. Seeing nobody leaves no row.
    """
    user, reads, ids = as_user(viewer), _collecting.get(), set(patient_ids)
    if user is None or reads is None or not ids:
        return
    why = purpose or user.role_sheet.purpose
    seen = _Seen(user.pk, user.role, kind, what, why, reason)
    reads.setdefault(seen, set()).update(ids)


@contextmanager
def reading(now: datetime) -> Iterator[None]:
    """Write down, at the end of the block, what was read inside it.

    What was read before an action is written in the action's own transaction already.
    """
    reads: _Reads = {}
    written: _Reads = {}

    def write() -> Callable[[], None]:
        new = {seen: ids - written.get(seen, set()) for seen, ids in reads.items()}
        _write({seen: ids for seen, ids in new.items() if ids}, now)

        def remember() -> None:
            for seen, ids in new.items():
                written.setdefault(seen, set()).update(ids)

        return remember

    token = _collecting.set(reads)
    try:
        with writing_along(write):
            yield
    finally:
        _collecting.reset(token)
        write()


def _write(reads: _Reads, now: datetime) -> None:
    origin = current_origin()
    insert_rows(
        *(
            ReadEvent(
                occurred_at=now,
                patient_ids=sorted(ids),
                ip=origin.ip,
                address=origin.address,
                request_id=origin.request_id,
                **seen._asdict(),
            )
            for seen, ids in reads.items()
        )
    )
