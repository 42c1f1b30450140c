"""The portal: a person's own visits."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clinic.accounts.guards import SignedInRequest, patient_page
from clinic.shared.addresses import public_address
from clinic.shared.forms import checked
from patients.queries import access_patient, own_records
from scheduling.actions.links import revoke_link, share_visits
from scheduling.forms.day import ShareForm
from scheduling.queries import links
from scheduling.queries.board import upcoming_visits


@require_GET
@patient_page("scheduling.view_own_visits")
def home(request: SignedInRequest) -> HttpResponse:
    """What comes next, for each person whose record I see."""
    now = timezone.now()
    people = [
        (patient, upcoming_visits(request.user, patient, now=now))
        for patient in own_records(request.user, now=now)
    ]
    return render(request, "scheduling/patient/home.html", {"people": people})


@require_http_methods(["GET", "POST"])
@patient_page("scheduling.view_own_visits")
def calendar(request: SignedInRequest) -> HttpResponse:
    """Addresses by which a calendar program shows visits; a new one is shown here, once."""
    now = timezone.now()
    new = ""
    if request.method == "POST":
        chosen = checked(ShareForm(request.POST)).cleaned_data["patient"]
        patient = access_patient(request.user, chosen, now=now)
        made = share_visits(patient=patient, by=request.user, now=now)
        new = public_address("public:calendar", made.secret)
    people = [
        (patient, links.patient_links(request.user, patient))
        for patient in own_records(request.user, now=now)
    ]
    context = {"people": people, "new": new}
    return render(request, "scheduling/patient/calendar.html", context)


@require_POST
@patient_page("scheduling.view_own_visits")
def calendar_off(request: SignedInRequest, shared_id: int) -> HttpResponse:
    """Make an address of a calendar useless."""
    link = links.access_link(request.user, shared_id)
    revoke_link(link=link, by=request.user, now=timezone.now())
    messages.success(request, _("That address does not work any more."))
    return redirect("patient:calendar")
