"""Scores, diaries, what helped, adverse events, follow-ups."""

from django.urls import path

from treatments.api import adverse_events as event_api
from treatments.api import follow_ups as follow_up_api
from treatments.api import scores as score_api
from treatments.pages.manager import effects as clinic_figures
from treatments.pages.physician import adverse_events, effects, follow_ups, scores

# Scores, diaries, what helped, adverse events, follow-ups.
physician_urls = [
    path("people/<uuid:patient_id>/scores/", scores.scores, name="scores"),
    path("people/<uuid:patient_id>/scores/new/", scores.new, name="score-new"),
    path("scores/<uuid:response_id>/void/", scores.void, name="score-void"),
    path("procedures/<int:nerve_block_id>/diary/", scores.diary, name="diary"),
    path("effects/", effects.effects, name="effects"),
    path("people/<uuid:patient_id>/events/", adverse_events.events, name="events"),
    path("people/<uuid:patient_id>/events/new/", adverse_events.new, name="event-new"),
    path("events/", adverse_events.report, name="event-report"),
    path("events/report.csv", adverse_events.report_csv, name="event-report-csv"),
    path("events/<uuid:event_id>/", adverse_events.event, name="event"),
    path("follow-ups/", follow_ups.follow_ups, name="follow-ups"),
    path("follow-ups/<uuid:follow_up_id>/close/", follow_ups.close, name="follow-up-close"),
]
manager_urls = [
    path("effects/", clinic_figures.effects, name="effects"),
    path("events/", clinic_figures.report, name="event-report"),
    path("events/report.csv", clinic_figures.report_csv, name="event-report-csv"),
]
api_urls = [
    path("instruments/", score_api.Instruments.as_view(), name="instruments"),
    path("instruments/<int:instrument_id>/", score_api.OneInstrument.as_view(), name="instrument"),
    path(
        "questionnaire-responses/",
        score_api.Responses.as_view(),
        name="questionnaire-responses",
    ),
    path(
        "questionnaire-responses/<uuid:response_id>/",
        score_api.OneResponse.as_view(),
        name="questionnaire-response",
    ),
    path(
        "questionnaire-responses/<uuid:response_id>/void/",
        score_api.Voiding.as_view(),
        name="questionnaire-response-void",
    ),
    path("adverse-events/", event_api.AdverseEvents.as_view(), name="adverse-events"),
    path(
        "adverse-events/<uuid:event_id>/",
        event_api.OneAdverseEvent.as_view(),
        name="adverse-event",
    ),
    path("follow-ups/", follow_up_api.FollowUps.as_view(), name="follow-ups"),
    path(
        "follow-ups/<uuid:follow_up_id>/",
        follow_up_api.OneFollowUp.as_view(),
        name="follow-up",
    ),
    path(
        "follow-ups/<uuid:follow_up_id>/close/",
        follow_up_api.Closing.as_view(),
        name="follow-up-close",
    ),
]
