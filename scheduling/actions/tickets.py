"""Numbers under which people wait: 1, 2, 3 … on each local day of a site."""

from datetime import datetime

from django.db.models import Max

from clinic.accounts.models import User
from clinic.shared.actions import action
from scheduling.models import Appointment, QueueTicket, Site


@action
def give_ticket(*, appointment: Appointment, by: User | None, now: datetime) -> QueueTicket:
    """The next number of the visit's site on its local day; who has one today keeps it."""
    site = appointment.site
    today = now.astimezone(site.zone).date()
    _queue_up(site)
    QueueTicket.objects.filter(appointment=appointment).exclude(
        site=site, local_date=today
    ).delete()
    given = QueueTicket.objects.filter(site=site, local_date=today)
    last = given.aggregate(last=Max("number"))["last"] or 0
    ticket, _is_new = QueueTicket.objects.get_or_create(
        appointment=appointment, defaults={"site": site, "local_date": today, "number": last + 1}
    )
    return ticket


@action
def take_ticket_back(*, appointment: Appointment, by: User | None, now: datetime) -> None:
    """The arrival was a mistake: the number is nobody's any more."""
    QueueTicket.objects.filter(appointment=appointment).delete()


def _queue_up(site: Site) -> None:
    """One arrival at a site after the other, or two would read the same last number.

    The last lock an arrival takes, and one that does not stand in the way of bookings.
    """
    list(Site.objects.filter(pk=site.pk).select_for_update(no_key=True).values_list("pk"))
