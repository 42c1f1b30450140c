"""Who asks for the portal, for the desk; and whom the clinic takes them for."""

from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, TextField, Value
from django.db.models.functions import Concat

from clinic.accounts.guards import require
from clinic.accounts.models import THE_CLINIC, Viewer
from clinic.shared.errors import NotAllowed, NotFound
from patients.domain.phone import phone_digits
from patients.models import ContactPoint, Patient, PortalRequest
from patients.models.contact import ContactSystem
from patients.models.patient import Folded
from patients.models.portal_request import RequestState
from patients.queries.people import likely_duplicates

WAITING = (RequestState.NEW, RequestState.OPEN)
LONGEST_LIST = 100


def known_as_asked(viewer: Viewer, request: PortalRequest) -> list[Patient]:
    """Those of whom the whole name, the birth date and an address are exactly what was typed.

    For the clinic alone, which tells nobody. Raises `NotAllowed` for a person.
    """
    if viewer is not THE_CLINIC:
        raise NotAllowed
    same, digits = Q(pk__in=[]), phone_digits(request.phone)
    if request.email:
        same |= Q(system=ContactSystem.EMAIL, value__iexact=request.email)
    if digits:
        same |= Q(system=ContactSystem.PHONE, digits=digits)
    reached = ContactPoint.objects.filter(same, patient=OuterRef("pk"))
    born = Patient.objects.current().filter(
        birth_date=request.birth_date, deceased_date__isnull=True
    )
    spoken = Concat(F("given_names"), Value(" "), F("family_name"), output_field=TextField())
    named = born.alias(spoken=Folded(spoken)).filter(spoken=Folded(Value(request.name)))
    return list(named.filter(Exists(reached))[:2])


def waiting_requests(viewer: Viewer) -> list[PortalRequest]:
    """Those that wait for the desk, longest first. Raises `NotAllowed`."""
    require(viewer, "patients.register")
    rows = PortalRequest.objects.filter(state__in=WAITING).order_by("created_at", "id")
    return list(rows[:LONGEST_LIST])


def count_waiting(viewer: Viewer) -> int:
    """How many wait; 0 for whoever does not answer them."""
    if not viewer.has_perm("patients.register"):
        return 0
    return PortalRequest.objects.filter(state__in=WAITING).count()


def access_request(viewer: Viewer, request_id: int) -> PortalRequest:
    """One of them, decided or not. Raises `NotFound`, `NotAllowed`."""
    require(viewer, "patients.register")
    found = PortalRequest.objects.select_related("patient", "decided_by").filter(pk=request_id)
    request = found.first()
    if request is None:
        raise NotFound
    return request


def whom_it_may_be(viewer: Viewer, request: PortalRequest) -> list[Patient]:
    """People on file who resemble what was typed, likeliest first. Raises `NotAllowed`."""
    require(viewer, "patients.register")
    return likely_duplicates(
        viewer,
        given_names=request.given_names,
        family_name=request.family_name,
        birth_date=request.birth_date,
        phone=request.phone,
    )


def new_requests(viewer: Viewer, *, now: datetime) -> list[int]:
    """Those at which the clinic has not looked yet. Raises `NotAllowed` for a person."""
    if viewer is not THE_CLINIC:
        raise NotAllowed
    rows = PortalRequest.objects.filter(state=RequestState.NEW, created_at__lte=now)
    return list(rows.order_by("id").values_list("pk", flat=True)[:LONGEST_LIST])
