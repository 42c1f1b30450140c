"""Calendars for calendar programs."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.http import parse_etags
from django.views.decorators.http import require_safe

from clinic.accounts.guards import public_page
from clinic.accounts.models import THE_CLINIC
from scheduling.actions.links import note_use
from scheduling.pages.calendar_file import as_ics
from scheduling.queries.feeds import calendar_feed


@require_safe
@public_page("calendar programs cannot sign in; the secret in the address is the key")
def calendar(request: HttpRequest, secret: str) -> HttpResponse:
    """The visits behind a secret address, as iCalendar. Asked again, only what has changed."""
    now = timezone.now()
    known = {
        tag.removeprefix("W/") for tag in parse_etags(request.headers.get("If-None-Match", ""))
    }
    feed = calendar_feed(THE_CLINIC, secret, seen=known, now=now)
    note_use(link=feed.link, by=None, now=now)
    answer = HttpResponse(status=304)
    if feed.entries is not None:
        answer = HttpResponse(as_ics(feed.entries), content_type="text/calendar; charset=utf-8")
        answer["Content-Disposition"] = 'inline; filename="dorsa.ics"'
    answer["ETag"] = feed.etag
    answer["Cache-Control"] = "private, no-cache"
    return answer
