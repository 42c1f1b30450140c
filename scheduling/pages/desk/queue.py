"""Who waits, checking in by phone, and the screen in the waiting room."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clinic.accounts.guards import SignedInRequest, desk_page
from clinic.shared.addresses import public_address
from clinic.shared.errors import Conflict
from clinic.shared.forms import checked
from clinic.shared.qr import qr_image
from scheduling.actions.day_notices import send_check_in_link
from scheduling.actions.links import open_display, revoke_link
from scheduling.actions.steps import take_step
from scheduling.domain.states import Step
from scheduling.forms.board import BoardForm, StepForm
from scheduling.pages.desk.visit import show_visit
from scheduling.pages.sites import chosen_site
from scheduling.queries import board as boards
from scheduling.queries import catalogue, check_in, delays, links, waiting
from treatments.actions.limits import StoppedByRules


@require_GET
@desk_page("scheduling.view_board")
def queue(request: SignedInRequest) -> HttpResponse:
    """Who waits how long, and for how much longer; longest first."""
    now = timezone.now()
    site = chosen_site(request, checked(BoardForm(request.GET)).cleaned_data["site"])
    context = {
        "site": site,
        "sites": catalogue.sites(request.user),
        "rows": waiting.queue(request.user, site, now=now),
        "delays": delays.delays(request.user, site, now=now).values(),
    }
    template = "scheduling/desk/queue.html"
    if request.htmx and not request.htmx.boosted:
        template += "#waiting"
    return render(request, template, context)


@require_POST
@desk_page("scheduling.view_board")
def queue_step(request: SignedInRequest, appointment_id: UUID) -> HttpResponse:
    """Take the next step with somebody who waits."""
    now = timezone.now()
    wanted = checked(StepForm(request.POST)).cleaned_data["step"]
    appointment = boards.access_appointment(request.user, appointment_id, now=now)
    try:
        take_step(appointment=appointment, step=Step(wanted), by=request.user, now=now)
    except StoppedByRules as stopped:
        return show_visit(request, appointment, now, stopped)
    except Conflict as refused:
        # Mostly a colleague was faster: the list says how it stands now.
        messages.error(request, refused.sentence)
    return redirect("desk:queue")


@require_http_methods(["GET", "POST"])
@desk_page("scheduling.receive")
def check_in_link(request: SignedInRequest, appointment_id: UUID) -> HttpResponse:
    """A code that the person scans at the desk, or a link that is mailed to them."""
    now = timezone.now()
    appointment = boards.access_appointment(request.user, appointment_id, now=now)
    if request.method == "POST":
        send_check_in_link(appointment=appointment, by=request.user, now=now)
        messages.success(request, "The link is on the way.")
        return redirect("desk:check-in-link", appointment_id)
    link = check_in.visit_link(request.user, appointment, now=now)
    context = {"appointment": appointment, "link": link, "qr": qr_image(link.url)}
    return render(request, "scheduling/desk/check_in.html", context)


@require_http_methods(["GET", "POST"])
@desk_page("scheduling.view_board")
def display(request: SignedInRequest) -> HttpResponse:
    """The addresses for screens in the waiting room; a new one is shown here, once."""
    now = timezone.now()
    site = chosen_site(request, checked(BoardForm(request.GET)).cleaned_data["site"])
    new = ""
    if request.method == "POST":
        made = open_display(site=site, by=request.user, now=now)
        new = public_address("public:waiting", made.secret)
    context = {
        "site": site,
        "sites": catalogue.sites(request.user),
        "links": links.display_links(request.user, site),
        "new": new,
    }
    return render(request, "scheduling/desk/display.html", context)


@require_POST
@desk_page("scheduling.view_board")
def display_off(request: SignedInRequest, display_id: int) -> HttpResponse:
    """Make the address of a screen useless."""
    link = links.access_link(request.user, display_id)
    revoke_link(link=link, by=request.user, now=timezone.now())
    messages.success(request, "That screen is switched off.")
    return redirect("desk:display")
