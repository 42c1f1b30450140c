"""Who is to be told how to prepare for a visit."""

from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from uuid import UUID

from clinic.accounts.models import THE_CLINIC, Viewer
from clinic.shared.errors import NotAllowed
from clinic.shared.prepared import all_rows

BEFORE = timedelta(days=3)
# Too late to prepare, and somebody would only worry.
NEAREST = timedelta(hours=1)


def due_preparations(
    viewer: Viewer, *, limit: int, now: datetime
) -> list[tuple[UUID, datetime | None]]:
    """At most `limit` visits, each with when its plan for medicines was approved, if it has one.

    They are locked until the transaction ends; what somebody else has locked is left out. For the
    clinic alone. Raises `NotAllowed` for a person.
    """
    if viewer is not THE_CLINIC:
        raise NotAllowed
    asked = {"now": now, "before": BEFORE, "nearest": NEAREST, "limit": limit}
    return [(pk, approved_at) for pk, approved_at in all_rows(_statement(), asked)]


@cache
def _statement() -> str:
    return (Path(__file__).parent / "due_preparations.sql").read_text()
