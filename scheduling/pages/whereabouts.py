"""Saying when a visit is."""

from scheduling.models import Appointment


def clock_of(appointment: Appointment) -> str:
    """Day and hour by the wall clock of the site: "Sat Nov 21, 2:20 PM"."""
    local = appointment.start_at.astimezone(appointment.site.zone)
    return f"{local:%a %b %-d, %-I:%M %p}"
