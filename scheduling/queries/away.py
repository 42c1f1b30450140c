"""When the columns of a board are away, and why: what the desk says when somebody asks."""

from collections.abc import Sequence
from typing import NamedTuple

from django.db.models import Q

from clinic.accounts.guards import require
from clinic.accounts.models import Viewer
from scheduling.domain.day_grid import Stretch
from scheduling.models import Resource, Site, TimeOff


class Away(NamedTuple):
    """A stretch in which somebody or something is away, in words: "Away: Vacation"."""

    during: Stretch
    words: str


def away_stretches(
    viewer: Viewer, site: Site, columns: Sequence[Resource], reach: Stretch
) -> dict[int, list[Away]]:
    """When each of these resources is away within `reach`, in order of time.

    A day on which the whole site is closed counts for all of them. Raises `NotAllowed`.
    """
    require(viewer, "scheduling.view_board")
    ids = [column.pk for column in columns]
    rows = TimeOff.objects.filter(
        Q(resource__in=ids) | Q(resource__isnull=True),
        site=site,
        during__overlap=(reach.begin, reach.end),
    )
    found: dict[int, list[Away]] = {}
    for resource_id, during, reason in rows.order_by("during").values_list(
        "resource_id", "during", "reason"
    ):
        word = "Away" if resource_id else "Site closed"
        clipped = Stretch(max(during.lower, reach.begin), min(during.upper, reach.end))
        away = Away(clipped, f"{word}: {reason}" if reason else word)
        for pk in [resource_id] if resource_id else ids:
            found.setdefault(pk, []).append(away)
    return found
