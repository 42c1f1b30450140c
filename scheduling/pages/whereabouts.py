"""Saying when a visit is, and leading to it."""

from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from scheduling.models import Appointment


def clock_of(appointment: Appointment) -> str:
    """Day and hour by the wall clock of the site: "Sat Nov 21, 2:20 PM"."""
    local = appointment.start_at.astimezone(appointment.site.zone)
    return f"{local:%a %b %-d, %-I:%M %p}"


def to_board(appointment: Appointment) -> HttpResponse:
    """To the day of the visit, with its row in sight."""
    day = appointment.start_at.astimezone(appointment.site.zone).date()
    wanted = urlencode({"site": appointment.site_id, "day": day.isoformat()})
    return redirect(f"{reverse('desk:board')}?{wanted}#appointment-{appointment.pk}")
