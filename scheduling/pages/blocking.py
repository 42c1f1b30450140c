"""Blocking time: what the desk's page and the clinician's own have in common."""

from dataclasses import dataclass, field
from datetime import datetime

from clinic.accounts.guards import SignedInRequest
from clinic.shared.errors import DomainError
from scheduling.actions.blocks import TimeTaken, block_time
from scheduling.forms.day import BlockForm
from scheduling.models import Appointment, Resource
from scheduling.queries import blocks


@dataclass(frozen=True)
class Refused:
    """Why nothing was blocked: mistakes in the form (422), or what is in the way (409)."""

    status: int
    problem: DomainError | None = None
    visits: list[Appointment] = field(default_factory=list)


def blocked(
    request: SignedInRequest, form: BlockForm, resource: Resource, *, now: datetime
) -> Refused | None:
    """Block what a valid form asks for; None if it was done."""
    wish = form.cleaned_data
    begin, end = wish["begin"], wish["end"]
    try:
        block_time(
            resource=resource, begin=begin, end=end, note=wish["note"], by=request.user, now=now
        )
    except TimeTaken as taken:
        visits = blocks.visits_between(request.user, resource, begin, end)
        return Refused(taken.status, taken, visits)
    except DomainError as error:
        return Refused(error.status, error)
    return None
