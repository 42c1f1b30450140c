"""The one statement that computes free time, and the endings that ask it different questions.

Every ending is a file beside this one; `free_starts.sql` says what it may ask for.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from clinic.accounts.guards import require
from clinic.accounts.models import THE_CLINIC, Viewer
from clinic.shared.prepared import all_rows
from scheduling.domain.local_time import wall_instant_sql
from scheduling.models import Resource, Site, VisitType


def require_finder(viewer: Viewer) -> None:
    """Raises `NotAllowed` unless the viewer may see free times; the clinic itself may."""
    if viewer is not THE_CLINIC:
        require(viewer, "scheduling.find_slots")


def slot_parameters(
    viewer: Viewer,
    visit_type: VisitType,
    sites: Iterable[Site],
    clinicians: Sequence[Resource] | None,
    earliest: datetime,
    latest: datetime,
    now: datetime,
) -> dict[str, Any]:
    """What every ending is asked about; `columns` would narrow it to these resources.

    `using` would be a room or machine that the visit must take.

    Sites out of use have nothing. Raises `NotAllowed`.
    """
    require_finder(viewer)
    return {
        "moving": None,
        "visit_type": visit_type.pk,
        "sites": [site.pk for site in sites if site.is_active],
        "clinicians": None if clinicians is None else [person.pk for person in clinicians],
        "earliest": earliest,
        "latest": latest,
        "now": now,
        "columns": None,
        "using": None,
    }


def column_parameters(
    viewer: Viewer,
    site: Site,
    columns: Sequence[Resource],
    earliest: datetime,
    latest: datetime,
    now: datetime,
) -> dict[str, Any]:
    """What an ending is asked about that looks at these resources. Raises `NotAllowed`."""
    require_finder(viewer)
    return {
        "moving": None,
        "visit_type": None,
        "sites": [site.pk],
        "clinicians": None,
        "earliest": earliest,
        "latest": latest,
        "now": now,
        "columns": [column.pk for column in columns],
    }


def ask(
    viewer: Viewer,
    ending: str,
    parameters: dict[str, Any],
    *,
    among: str = "",
    written_by: str = "",
    only: str = "true",
) -> list[tuple[Any, ...]]:
    """The rows that this ending answers with. Raises `NotAllowed`.

    `among` names a statement that finds the resources to which the question is narrowed down,
    `written_by` one that makes something else of those rows, in its `{starts}`. `only` is a
    condition, of ours and not somebody's words, for an ending that asks for one with `{only}`.
    """
    require_finder(viewer)
    return all_rows(_statement(ending, among, written_by, only), parameters)


@cache
def _statement(ending: str, among: str, written_by: str, only: str) -> str:
    folder = Path(__file__).parent
    text = (folder / "free_starts.sql").read_text() + (folder / ending).read_text()
    columns = f"ARRAY({(folder / among).read_text()})" if among else "%(columns)s::bigint[]"
    starts = text.format(
        columns=columns,
        only=only,
        opens=wall_instant_sql("h.day", "h.opens", "h.time_zone"),
        closes=wall_instant_sql("h.day", "h.closes", "h.time_zone"),
    )
    return (folder / written_by).read_text().format(starts=starts) if written_by else starts
