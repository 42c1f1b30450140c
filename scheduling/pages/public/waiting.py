"""The screen in the waiting room."""

import hashlib

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags
from django.views.decorators.http import require_safe

from clinic.accounts.guards import public_page
from clinic.accounts.models import THE_CLINIC
from clinic.shared.errors import NotFound
from clinic.shared.qr import qr_image
from scheduling.actions.links import note_use
from scheduling.queries.display import display_of_secret, waiting_room


@require_safe
@public_page("a screen has nobody to sign in; it shows numbers and never who is meant")
def waiting(request: HttpRequest, secret: str) -> HttpResponse:
    """Who is called and who waits. The page asks again by itself; 304 if nothing has changed."""
    now = timezone.now()
    is_fragment = "HX-Request" in request.headers
    try:
        link = display_of_secret(THE_CLINIC, secret, now=now)
    except NotFound:
        if is_fragment:
            # Switched off: the screen must not go on showing what was so once.
            return HttpResponse(status=404, headers={"HX-Refresh": "true"})
        raise
    assert link.site is not None
    shown = waiting_room(THE_CLINIC, link.site, now=now)
    note_use(link=link, by=None, now=now)
    if not is_fragment:
        context = {"room": shown, "site": link.site, "qr": qr_image(shown.check_in)}
        return render(request, "scheduling/public/waiting.html", context)
    etag = f'"{hashlib.sha256(repr(shown).encode()).hexdigest()[:32]}"'
    # A plain revalidation by the browser's own cache: nothing is drawn if nothing has changed.
    headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
    if etag in parse_etags(request.headers.get("If-None-Match", "")):
        return HttpResponse(status=304, headers=headers)
    context = {"room": shown, "site": link.site, "qr": qr_image(shown.check_in)}
    answer = render(request, "scheduling/public/waiting.html#room", context)
    for name, value in headers.items():
        answer[name] = value
    patch_vary_headers(answer, ["HX-Request"])
    return answer
