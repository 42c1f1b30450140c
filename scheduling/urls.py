"""Pages and endpoints about the calendar, for the desk, clinicians and patients."""

from django.urls import path

from scheduling.api import appointments, catalogue, holds
from scheduling.api import series as series_api
from scheduling.pages import patient
from scheduling.pages.desk import anyway, board, book, series, series_new, visit
from scheduling.pages.desk import holds as holds_pages
from scheduling.pages.physician import day

desk_urls = [
    path("", board.board, name="board"),
    path("book/", book.book, name="book"),
    path("appointments/<uuid:appointment_id>/steps/", board.step, name="step"),
    path("book/here-now/", book.here_now, name="here-now"),
    path("book/anyway/", anyway.anyway, name="anyway"),
    path("holds/<uuid:hold_id>/", holds_pages.hold, name="hold"),
    path("holds/<uuid:hold_id>/book/", holds_pages.book, name="hold-book"),
    path("holds/<uuid:hold_id>/let-go/", holds_pages.let_go, name="hold-let-go"),
    path("appointments/<uuid:appointment_id>/move/", visit.move, name="move"),
    path("appointments/<uuid:appointment_id>/cancel/", visit.cancel, name="cancel"),
    path("appointments/<uuid:appointment_id>/room/", visit.room, name="room"),
    path("people/<uuid:patient_id>/visits/", board.visits, name="visits"),
    path("series/new/", series_new.new, name="series-new"),
    path("series/<uuid:series_id>/", series.series, name="series"),
    path(
        "series/<uuid:series_id>/visits/<uuid:visit_id>/move/",
        series.move,
        name="series-move",
    ),
    path(
        "series/<uuid:series_id>/visits/<uuid:visit_id>/cancel/",
        series.cancel,
        name="series-cancel",
    ),
]

physician_urls = [
    path("", day.day, name="day"),
    path("appointments/<uuid:appointment_id>/steps/", day.step, name="step"),
    path("people/<uuid:patient_id>/visits/", day.visits, name="visits"),
]

patient_urls = [
    path("", patient.home, name="home"),
]

api_urls = [
    path("series/", series_api.SeriesList.as_view(), name="series-list"),
    path("series/proposals/", series_api.SeriesProposals.as_view(), name="series-proposals"),
    path("series/<uuid:series_id>/", series_api.SeriesDetail.as_view(), name="series"),
    path(
        "series/<uuid:series_id>/visits/", series_api.SeriesVisits.as_view(), name="series-visits"
    ),
    path(
        "series/<uuid:series_id>/cancel/", series_api.SeriesCancel.as_view(), name="series-cancel"
    ),
    path("sites/", catalogue.Sites.as_view(), name="sites"),
    path("sites/<int:site_id>/clinicians/", catalogue.Clinicians.as_view(), name="clinicians"),
    path("visit-types/", catalogue.VisitTypes.as_view(), name="visit-types"),
    path("slots/", catalogue.Slots.as_view(), name="slots"),
    path("appointments/", appointments.Appointments.as_view(), name="appointments"),
    path(
        "appointments/<uuid:appointment_id>/",
        appointments.AppointmentDetail.as_view(),
        name="appointment",
    ),
    path("walk-ins/", appointments.WalkIns.as_view(), name="walk-ins"),
    path("overbookings/", appointments.Overbookings.as_view(), name="overbookings"),
    path(
        "appointments/<uuid:appointment_id>/assign/",
        appointments.AppointmentAssign.as_view(),
        name="appointment-assign",
    ),
    path("holds/", holds.Holds.as_view(), name="holds"),
    path("holds/<uuid:hold_id>/", holds.HoldDetail.as_view(), name="hold"),
    path("holds/<uuid:hold_id>/book/", holds.HoldBook.as_view(), name="hold-book"),
    path(
        "appointments/<uuid:appointment_id>/steps/",
        appointments.AppointmentSteps.as_view(),
        name="appointment-steps",
    ),
    path(
        "appointments/<uuid:appointment_id>/move/",
        appointments.AppointmentMove.as_view(),
        name="appointment-move",
    ),
]
