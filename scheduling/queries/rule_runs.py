"""How far the nightly look of the rules is, and what the last ones found."""

from clinic.accounts.guards import require
from clinic.accounts.models import THE_CLINIC, Viewer
from scheduling.models import RuleRun
from treatments.queries.rulebook import MANAGE

SHOWN = 30


def rule_runs(viewer: Viewer) -> list[RuleRun]:
    """The last looks at all coming visits, the newest first. Raises `NotAllowed`."""
    require(viewer, MANAGE)
    return list(RuleRun.objects.all()[:SHOWN])


def newest_run(viewer: Viewer) -> RuleRun | None:
    """The last look that was begun, if there was one. Raises `NotAllowed`."""
    if viewer is not THE_CLINIC:
        require(viewer, MANAGE)
    return RuleRun.objects.first()
