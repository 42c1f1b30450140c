"""Whether anything changed that a board shows: one cheap statement, asked every few seconds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

from clinic.accounts.guards import require
from clinic.accounts.models import Viewer
from clinic.shared.errors import NotFound
from clinic.shared.prepared import all_rows
from scheduling.domain.local_time import wall_instant_sql


@dataclass(frozen=True)
class BoardVersion:
    """The version of each column (by the id of its resource), and of all of them together."""

    columns: dict[int, str]

    @property
    def etag(self) -> str:
        """The version of the whole, as HTTP quotes it, in whatever order the columns stand."""
        words = " ".join(f"{pk}:{tag}" for pk, tag in sorted(self.columns.items()))
        return f'"{blake2b(words.encode(), digest_size=12).hexdigest()}"'

    def changed(self, known: dict[int, str]) -> list[int]:
        """The columns that are not as somebody knows them."""
        return [pk for pk, tag in self.columns.items() if known.get(pk) != tag]


def board_version(
    viewer: Viewer, site_id: int, day: date, resources: Sequence[int], *, now: datetime
) -> BoardVersion:
    """How these columns of the site's day stand now.

    Raises `NotAllowed`, and `NotFound` for a site or a column that the viewer does not see.
    """
    user = require(viewer, "scheduling.view_board")
    parameters: dict[str, Any] = {
        "site": site_id,
        "user": user.pk,
        "everywhere": user.has_perm("scheduling.see_all_sites"),
        "day": day,
        "next_day": day + timedelta(days=1),
        "resources": list(resources),
        "now": now,
    }
    rows = all_rows(_statement(), parameters)
    found = {pk: f"{number & 0xFFFFFFFFFFFF:x}" for pk, number in rows}
    if len(found) != len(set(resources)):
        raise NotFound
    return BoardVersion(found)


@cache
def _statement() -> str:
    text = (Path(__file__).parent / "board_version.sql").read_text()
    midnight = "time '00:00'"
    return text.format(
        begins=wall_instant_sql("%(day)s::date", midnight, "s.time_zone"),
        ends=wall_instant_sql("%(next_day)s::date", midnight, "s.time_zone"),
    )
