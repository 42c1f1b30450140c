"""The portal: short pages about what somebody has, and what is done for it."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.views.decorators.http import require_GET

from clinic.accounts.guards import SignedInRequest, patient_page
from patients.queries import own_record
from treatments.queries import education as read


@require_GET
@patient_page("patients.view_own")
def learn(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """What concerns this person first, then everything else there is."""
    patient = own_record(request.user, patient_id, now=timezone.now())
    language = translation.get_language() or "en"
    own, others = read.own_topics(request.user, patient, language)
    context = {"patient": patient, "own": own, "others": others}
    return render(request, "scheduling/patient/learn.html", context)


@require_GET
@patient_page("patients.view_own")
def topic(request: SignedInRequest, patient_id: UUID, topic_key: str) -> HttpResponse:
    """One of them: what it is, what helps, what to expect, when to call."""
    patient = own_record(request.user, patient_id, now=timezone.now())
    found = read.topic(request.user, topic_key, translation.get_language() or "en")
    return render(request, "scheduling/patient/topic.html", {"patient": patient, "topic": found})
