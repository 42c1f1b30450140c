"""The link in a newsletter: no more of them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from clinic.accounts.guards import public_page
from clinic.messaging.unsubscribe import who_stops_news
from patients.actions.consents import stop_news


@csrf_exempt
@require_http_methods(["GET", "POST"])
@public_page("the signed token is for ending the newsletter, and for nothing else")
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """A button; mail programs press it themselves (RFC 8058), so no cookie is asked for.

    Looking changes nothing, because programs that look for viruses follow links.
    """
    now = timezone.now()
    patient_id = who_stops_news(token, now=now)
    if request.method == "POST":
        stop_news(patient_id=patient_id, by=None, now=now)
    context = {"is_done": request.method == "POST"}
    return render(request, "patients/public/stop_news.html", context)
