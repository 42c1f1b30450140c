"""Which columns a board shows: saved views, and who is there on a day."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from clinic.accounts.guards import require
from clinic.accounts.models import User, Viewer
from clinic.shared.errors import NotFound
from scheduling.models import BoardColumn, BoardView, Resource, ResourceKind, ResourceNeed, Site


def board_views(viewer: Viewer, site: Site) -> list[BoardView]:
    """The views of the site that the viewer may call up, by function key.

    Where somebody has shared a view under a key of the viewer's own, theirs keeps the key.
    Raises `NotAllowed`.
    """
    user = require(viewer, "scheduling.view_board")
    found = list(_open_to(user).filter(site=site).select_related("owner"))
    own = {view.function_key for view in found if view.owner_id}
    for view in found:
        if view.owner_id is None and view.function_key in own:
            view.function_key = None
    return found


def all_board_views(viewer: Viewer) -> QuerySet[BoardView]:
    """The views of every site the viewer works at, with their columns. Raises `NotAllowed`."""
    user = require(viewer, "scheduling.view_board")
    return _with_columns(_open_to(user).filter(site__in=Site.objects.open_to(user)))


def access_board_view(viewer: Viewer, view_id: int) -> BoardView:
    """One view with its columns. Raises `NotFound`, `NotAllowed`."""
    found = all_board_views(viewer).filter(pk=view_id).first()
    if found is None:
        raise NotFound
    return found


def possible_columns(viewer: Viewer, site: Site) -> list[Resource]:
    """Every clinician, room and machine of the site: people first. Raises `NotAllowed`."""
    require(viewer, "scheduling.view_board")
    order = [kind.value for kind in ResourceKind]
    found = site.resources.filter(is_active=True)
    return sorted(found, key=lambda resource: (order.index(resource.kind), resource.name))


def columns_of(viewer: Viewer, site: Site, ids: Sequence[int]) -> list[Resource]:
    """These resources of the site, in this order. Raises `NotFound`, `NotAllowed`."""
    require(viewer, "scheduling.view_board")
    found = {resource.pk: resource for resource in site.resources.filter(pk__in=ids)}
    if len(found) != len(set(ids)):
        raise NotFound
    return [found[pk] for pk in ids]


def columns_of_view(viewer: Viewer, view: BoardView) -> list[Resource]:
    """What the view shows, from left to right. Raises `NotAllowed`."""
    require(viewer, "scheduling.view_board")
    columns = view.columns.filter(resource__is_active=True).select_related("resource")
    return [column.resource for column in columns]


def access_column(viewer: Viewer, resource_id: int) -> Resource:
    """One clinician, room or machine of a site the viewer works at.

    Raises `NotFound`, `NotAllowed`.
    """
    user = require(viewer, "scheduling.view_board")
    seen = Resource.objects.filter(site__in=Site.objects.open_to(user), is_active=True)
    found = seen.select_related("site").filter(pk=resource_id).first()
    if found is None:
        raise NotFound
    return found


def able_columns(viewer: Viewer, visit: UUID, columns: Sequence[Resource]) -> frozenset[int]:
    """Those of these columns that can serve such a visit, free or not. Raises `NotAllowed`."""
    require(viewer, "scheduling.view_board")
    needs = ResourceNeed.objects.filter(
        visit_type__appointments=visit, kind=OuterRef("kind")
    ).filter(Q(capability=None) | Q(capability__resources=OuterRef("pk")))
    able = Resource.objects.filter(Exists(needs), pk__in=[column.pk for column in columns])
    return frozenset(able.values_list("pk", flat=True))


def _open_to(user: User) -> QuerySet[BoardView]:
    return BoardView.objects.filter(Q(owner=user) | Q(owner__isnull=True))


def _with_columns(views: QuerySet[BoardView]) -> QuerySet[BoardView]:
    columns = BoardColumn.objects.filter(resource__is_active=True).select_related("resource")
    return views.select_related("site", "owner").prefetch_related(Prefetch("columns", columns))
