"""Pages and endpoints about the calendar, for the desk, clinicians and patients."""

from django.urls import path

from scheduling.api import appointments, catalogue, holds, links
from scheduling.api import day as the_day
from scheduling.pages import patient
from scheduling.pages.desk import anyway, board, book, changes, queue, visit
from scheduling.pages.desk import holds as holds_pages
from scheduling.pages.physician import changes as own_changes
from scheduling.pages.physician import day
from scheduling.pages.public import calendar, check_in, waiting

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
    path("queue/", queue.queue, name="queue"),
    path("queue/<uuid:appointment_id>/steps/", queue.queue_step, name="queue-step"),
    path("appointments/<uuid:appointment_id>/check-in/", queue.check_in_link, name="check-in-link"),
    path("display/", queue.display, name="display"),
    path("display/<int:display_id>/off/", queue.display_off, name="display-off"),
    path("blocks/", changes.blocks, name="blocks"),
    path("blocks/<int:block_id>/remove/", changes.remove_block, name="remove-block"),
    path("late/", changes.late, name="late"),
    path("late/<int:delay_id>/tell/", changes.tell_late, name="tell-late"),
]

physician_urls = [
    path("", day.day, name="day"),
    path("appointments/<uuid:appointment_id>/steps/", day.step, name="step"),
    path("people/<uuid:patient_id>/visits/", day.visits, name="visits"),
    path("blocks/", own_changes.blocks, name="blocks"),
    path("blocks/<int:block_id>/remove/", own_changes.remove_block, name="remove-block"),
    path("late/", own_changes.late, name="late"),
    path("late/<int:delay_id>/tell/", own_changes.tell_late, name="tell-late"),
    path("calendar/", own_changes.calendar, name="calendar"),
    path("calendar/<int:calendar_id>/off/", own_changes.calendar_off, name="calendar-off"),
]

patient_urls = [
    path("", patient.home, name="home"),
    path("calendar/", patient.calendar, name="calendar"),
    path("calendar/<int:shared_id>/off/", patient.calendar_off, name="calendar-off"),
]

public_urls = [
    path("check-in/<str:token>/", check_in.check_in, name="check-in"),
    path("arrive/<str:token>/", check_in.arrive, name="arrive"),
    path("place/<str:token>/", check_in.place, name="place"),
    path("waiting/<str:secret>/", waiting.waiting, name="waiting"),
    path("calendar/<str:secret>.ics", calendar.calendar, name="calendar"),
]

api_urls = [
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
    path(
        "appointments/<uuid:appointment_id>/check-in-link/",
        links.CheckInLinks.as_view(),
        name="check-in-links",
    ),
    path("sites/<int:site_id>/queue/", the_day.Queue.as_view(), name="queue"),
    path("sites/<int:site_id>/delays/", the_day.SiteDelays.as_view(), name="site-delays"),
    path("sites/<int:site_id>/displays/", links.Displays.as_view(), name="displays"),
    path("displays/<int:display_id>/", links.DisplayDetail.as_view(), name="display"),
    path(
        "clinicians/<int:clinician_id>/delays/",
        the_day.ClinicianDelays.as_view(),
        name="clinician-delays",
    ),
    path("delays/<int:delay_id>/messages/", the_day.DelayMessages.as_view(), name="delay-messages"),
    path(
        "clinicians/<int:clinician_id>/blocks/",
        the_day.ClinicianBlocks.as_view(),
        name="clinician-blocks",
    ),
    path("blocks/<int:block_id>/", the_day.BlockDetail.as_view(), name="block"),
    path("calendar-links/", links.CalendarLinks.as_view(), name="calendar-links"),
    path(
        "calendar-links/<int:calendar_id>/",
        links.CalendarLinkDetail.as_view(),
        name="calendar-link",
    ),
]
