"""What a course says after two people changed it."""

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from treatments.actions.documents import StaleDraft
from treatments.domain.course_orders import Detail
from treatments.domain.merging import merge
from treatments.models import TreatmentCourse
from treatments.models.course import order_of

OF_COURSE = ("goal", "instructions", "start_date", "end_date")
# None is a value here; this is none.
_UNKNOWN = object()
Pieces = dict[str, Any]


def merge_course(
    current: TreatmentCourse, of_course: Mapping[str, Any], detail: Detail, revision: int
) -> tuple[Pieces, Detail]:
    """What a locked course is to say if somebody who had read it at `revision` wants this.

    What they left as they had read it says what it says now. Raises `StaleDraft` with what both
    changed, and not to the same; its `changed` names all that they changed.
    """
    if revision == current.revision:
        return dict(of_course), detail
    yours = {**of_course, **_pieces_of(detail)}
    theirs = _course_pieces(current) | _pieces_of(current.order)
    base = _as_read_at(current, revision)
    merged, clashes = merge(base, yours, theirs, nothing=_UNKNOWN)
    if clashes:
        told = {
            clash.name.removesuffix("_id"): {
                "yours": _told(clash.yours),
                "theirs": _told(clash.theirs),
            }
            for clash in clashes
        }
        changed = [n for n, value in yours.items() if value != base.get(n, _UNKNOWN)]
        details = {"fields": told, "changed": changed, "revision": current.revision}
        raise StaleDraft(details=details)
    whole = replace(detail, **{name: merged[name] for name in _pieces_of(detail)})
    return {name: merged[name] for name in OF_COURSE}, whole


def _course_pieces(row: Any) -> Pieces:
    return {name: getattr(row, name) for name in OF_COURSE}


def _pieces_of(detail: Detail) -> Pieces:
    return {item.name: getattr(detail, item.name) for item in fields(detail)}


def _as_read_at(current: TreatmentCourse, revision: int) -> Pieces:
    """What it said at that revision; what is not known is then for the person to choose."""
    course: Any = current
    seen = course.versions.filter(revision=revision).order_by("pgh_id").last()
    if seen is None:
        return {}
    following = course.versions.filter(revision__gt=revision).order_by("pgh_id").first()
    row: Any = current.detail
    # A detail has no revisions of its own: it is written in one transaction with its course.
    rows = row.versions.filter(pgh_created_at__lt=following.pgh_created_at)
    detail = rows.order_by("pgh_id").last()
    known = _pieces_of(order_of(detail, current.form)) if detail is not None else {}
    return _course_pieces(seen) | known


def _told(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return value if isinstance(value, str | int | bool | None) else str(value)
