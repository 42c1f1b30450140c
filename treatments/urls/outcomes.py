"""Scores, diaries, what helped, adverse events, follow-ups."""

from django.urls import path

from treatments.api import adverse_events as event_api
from treatments.api import alarms as alarm_api
from treatments.api import diaries as diary_api
from treatments.api import effects as effect_api
from treatments.api import follow_up_steps as step_api
from treatments.api import follow_ups as follow_up_api
from treatments.api import scores as score_api
from treatments.api import timelines as timeline_api
from treatments.pages.desk import follow_ups as desk
from treatments.pages.manager import effects as clinic_figures
from treatments.pages.physician import (
    adverse_events,
    alarms,
    effects,
    event_errors,
    follow_ups,
    scores,
)

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
    path("events/<uuid:event_id>/withdraw/", event_errors.withdraw, name="event-withdraw"),
    path("follow-ups/", follow_ups.follow_ups, name="follow-ups"),
    path("follow-ups/<uuid:follow_up_id>/close/", follow_ups.close, name="follow-up-close"),
    path("follow-ups/<uuid:follow_up_id>/problem/", follow_ups.problem, name="follow-up-problem"),
    path("follow-ups/<uuid:follow_up_id>/undo/", follow_ups.undo, name="follow-up-undo"),
    path("alarms/<uuid:alarm_id>/see/", alarms.see, name="alarm-see"),
    path("alarms/<uuid:alarm_id>/settle/", alarms.settle, name="alarm-settle"),
]
desk_urls = [
    path("follow-ups/", desk.follow_ups, name="follow-ups"),
    path("people/<uuid:patient_id>/follow-ups/", desk.of_person, name="follow-ups-of"),
    path("follow-ups/<uuid:follow_up_id>/close/", desk.close, name="follow-up-close"),
    path("follow-ups/<uuid:follow_up_id>/problem/", desk.problem, name="follow-up-problem"),
    path("follow-ups/<uuid:follow_up_id>/undo/", desk.undo, name="follow-up-undo"),
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
    path(
        "adverse-events/<uuid:event_id>/withdraw/",
        event_api.Withdrawing.as_view(),
        name="adverse-event-withdraw",
    ),
    path(
        "procedures/<int:nerve_block_id>/diary/",
        diary_api.ProcedureDiary.as_view(),
        name="procedure-diary",
    ),
    path("effects/", effect_api.Effects.as_view(), name="effects"),
    path("clinic-effects/", effect_api.ClinicEffects.as_view(), name="clinic-effects"),
    path(
        "adverse-event-report/",
        effect_api.AdverseEventReport.as_view(),
        name="adverse-event-report",
    ),
    path("timelines/", timeline_api.Timelines.as_view(), name="timelines"),
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
    path(
        "follow-ups/<uuid:follow_up_id>/problem/",
        step_api.Problem.as_view(),
        name="follow-up-problem",
    ),
    path("follow-ups/<uuid:follow_up_id>/undo/", step_api.Undoing.as_view(), name="follow-up-undo"),
    path("desk-follow-ups/", step_api.DeskFollowUps.as_view(), name="desk-follow-ups"),
    path("alarms/", alarm_api.Alarms.as_view(), name="alarms"),
    path("alarms/of-others/", alarm_api.AlarmsOfOthers.as_view(), name="alarms-of-others"),
    path("alarms/<uuid:alarm_id>/", alarm_api.OneAlarm.as_view(), name="alarm"),
    path("alarms/<uuid:alarm_id>/see/", alarm_api.Seeing.as_view(), name="alarm-see"),
    path("alarms/<uuid:alarm_id>/settle/", alarm_api.Settling.as_view(), name="alarm-settle"),
]
