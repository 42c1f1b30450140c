"""Pages of clinicians about their day."""

from django.urls import path

from scheduling.pages.physician import changes as own_changes
from scheduling.pages.physician import day
from scheduling.pages.physician import hours as own_hours

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
    path("hours/", own_hours.own_hours, name="hours"),
    path("leave/", own_hours.own_leave, name="leave"),
    path("leave/<int:time_off_id>/remove/", own_hours.remove_own_leave, name="remove-leave"),
]
