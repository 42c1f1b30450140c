"""The therapist: the running therapies of one's own people, and what is due in each."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from clinic.accounts.guards import SignedInRequest, physician_page
from treatments.queries.courses import therapies_in_care


@require_GET
@physician_page("treatments.record_visits")
def therapy(request: SignedInRequest) -> HttpResponse:
    """Visits used and left, plans that run out, reports that are due; what is due comes first."""
    today = timezone.localdate()
    views = therapies_in_care(request.user, today=today, now=timezone.now())
    context = {"views": views, "today": today}
    return render(request, "treatments/physician/therapy.html", context)
