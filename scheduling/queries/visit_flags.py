"""What the desk should know of a visit at a glance, where it is opened."""

from clinic.accounts.models import Viewer
from scheduling.domain.visit_flags import flags_in
from scheduling.models import Appointment
from scheduling.queries.day_taken import visit_row


def flags_of(viewer: Viewer, visit: Appointment) -> str:
    """What the board says of a visit: "First visit · Spanish". Raises `NotAllowed`."""
    return flags_in(visit_row(viewer, visit), "")
