"""The portal: my pain, with what was done for it."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from clinic.accounts.guards import SignedInRequest, patient_page
from patients.queries import own_record
from scheduling.pages.patient.clock import zone_of
from treatments.domain.own_chart import Picture, Span
from treatments.forms.own_diaries import ACTIVITIES, TOOK
from treatments.queries.own_diaries import open_blocks
from treatments.queries.own_story import own_story

SPANS = [
    (Span.WEEK, _("Week")),
    (Span.MONTH, _("Month")),
    (Span.YEAR, _("Year")),
]


@require_GET
@patient_page("patients.view_own")
def pain(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """A picture, the same as a list, and the scores of questionnaires."""
    now = timezone.now()
    patient = own_record(request.user, patient_id, now=now)
    zone = zone_of(patient.pk)
    asked = request.GET.get("show", "")
    span = Span(asked) if asked in set(Span) else Span.MONTH
    language = translation.get_language() or "en"
    story = own_story(request.user, patient, span=span, language=language, zone=zone, now=now)
    took, active = dict(TOOK), dict(ACTIVITIES)
    context = {
        "patient": patient,
        "story": story,
        "picture": story.picture,
        "ticks": _ticks(story.picture),
        "span": span,
        "spans": SPANS,
        "days": [
            (row, [took[key] for key in row.took], active.get(row.activity)) for row in story.days
        ],
        "blocks": open_blocks(request.user, patient, now=now),
    }
    with timezone.override(zone):
        return render(request, "scheduling/patient/pain.html", context)


def _ticks(picture: Picture) -> list[tuple[int, str]]:
    """Where the axis says something, and what: weekdays, days, or months, in their language."""
    shape = {
        Span.WEEK: "D",
        Span.MONTH: pgettext("day and month below a chart, as letters of a date format", "M j"),
        Span.YEAR: "M",
    }[picture.span]
    return [(tick.x, date_format(tick.on, shape)) for tick in picture.ticks]
