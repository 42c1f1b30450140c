"""What a kind of visit takes up, read once for everything that asks."""

from clinic.accounts.models import Viewer
from clinic.shared.prepared import all_rows, as_model, columns, remember
from scheduling.models import NeedPart, ResourceNeed, VisitType
from scheduling.queries.statements import require_finder


def read_needs(viewer: Viewer, visit_type: VisitType) -> None:
    """Read the needs and their parts in one question, where Django's prefetching takes two.

    Afterwards `needs.all()` of this visit type, and `parts.all()` of them, ask nothing. Raises
    `NotAllowed`.
    """
    require_finder(viewer)
    if "needs" in getattr(visit_type, "_prefetched_objects_cache", {}):
        return
    # The columns of models, not somebody's words.
    statement = (
        f"SELECT {columns(ResourceNeed, 'n')}, {columns(NeedPart, 'p')} "  # noqa: S608
        "FROM scheduling_resourceneed n LEFT JOIN scheduling_needpart p ON p.need_id = n.id "
        "WHERE n.visit_type_id = %(visit_type)s ORDER BY n.id, p.offset_minutes, p.id"
    )
    rows = all_rows(statement, {"visit_type": visit_type.pk})
    width = len(ResourceNeed._meta.concrete_fields)
    parts: dict[int, list[NeedPart]] = {}
    needs: dict[int, ResourceNeed] = {}
    for row in rows:
        need, part = as_model(ResourceNeed, row[:width]), as_model(NeedPart, row[width:])
        assert need is not None
        needs.setdefault(need.pk, need)
        parts.setdefault(need.pk, []).extend([part] if part else [])
    for need in needs.values():
        need.visit_type = visit_type
        remember(need, "parts", parts[need.pk])
    remember(visit_type, "needs", list(needs.values()))
