"""The clinician: how much each treatment helped in this clinic."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from clinic.accounts.guards import SignedInRequest, physician_page
from clinic.shared.forms import checked
from treatments.forms.adverse_events import PeriodForm
from treatments.queries.effects import FEWEST, clinic_effects


@require_GET
@physician_page("treatments.view_effects")
def effects(request: SignedInRequest) -> HttpResponse:
    """By treatment, without names."""
    form = PeriodForm(request.GET)
    asked = form if form.is_valid() else checked(PeriodForm({}))
    first, last = asked.days(timezone.localdate())
    shown = PeriodForm(initial={"first_date": first, "last_date": last})
    context = {
        "form": shown if form.is_valid() else form,
        "rows": clinic_effects(request.user, first_date=first, last_date=last),
        "fewest": FEWEST,
    }
    status = 422 if form.errors else 200
    return render(request, "treatments/physician/effects.html", context, status=status)
