"""The portal: a person's visits in the calendar of their phone."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from clinic.accounts.guards import SignedInRequest, patient_page
from clinic.shared.addresses import public_address
from clinic.shared.errors import NotFound
from patients.queries import own_record
from scheduling.actions.links import revoke_link, share_visits
from scheduling.queries import links

_NEW = "new_calendar"


@require_http_methods(["GET", "POST"])
@patient_page("scheduling.view_own_visits")
def calendar(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """Addresses by which a calendar program shows visits; a new one is shown here, once.

    On its way from the press to the page it lies in the session: so two presses make one.
    """
    now = timezone.now()
    patient = own_record(request.user, patient_id, now=now)
    if request.method == "POST":
        made = share_visits(patient=patient, by=request.user, now=now)
        request.session[_NEW] = [str(patient.pk), made.secret]
        return redirect("patient:calendar", patient.pk)
    whose, secret = request.session.pop(_NEW, ["", ""])
    new = public_address("public:calendar", secret) if whose == str(patient.pk) else ""
    shared = links.patient_links(request.user, patient)
    context = {"patient": patient, "links": shared, "new": new}
    return render(request, "scheduling/patient/calendar.html", context)


@require_POST
@patient_page("scheduling.view_own_visits")
def calendar_off(request: SignedInRequest, patient_id: UUID, shared_id: int) -> HttpResponse:
    """Make an address of a calendar useless."""
    now = timezone.now()
    patient = own_record(request.user, patient_id, now=now)
    link = links.access_link(request.user, shared_id)
    if link.patient_id != patient.pk:
        raise NotFound
    revoke_link(link=link, by=request.user, now=now)
    messages.success(request, _("That address does not work any more."))
    return redirect("patient:calendar", patient.pk)
