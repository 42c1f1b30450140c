"""Pages and endpoints about the calendar, for the desk, clinicians and patients."""

from django.urls import path

from scheduling.api import appointment_detail, appointments, catalogue, holds, links, overbookings
from scheduling.api import background as background_api
from scheduling.api import board_views as board_views_api
from scheduling.api import day as the_day
from scheduling.api import holidays as holidays_api
from scheduling.api import hours as hours_api
from scheduling.api import own_leave as own_leave_api
from scheduling.api import reminders as reminders_api
from scheduling.api import reports as reports_api
from scheduling.api import resources as resources_api
from scheduling.api import rule_dry_runs as rule_dry_runs_api
from scheduling.api import series as series_api
from scheduling.api import sites as sites_api
from scheduling.api import texts as texts_api
from scheduling.api import triage as triage_api
from scheduling.api import visit_types as visit_types_api
from scheduling.api import waitlist as waitlist_api
from scheduling.api import worklist as worklist_api
from scheduling.pages.desk import (
    act,
    anyway,
    board,
    board_views,
    book,
    cancel,
    changes,
    follow_up_slots,
    letters,
    queue,
    quick,
    sent_files,
    series,
    series_new,
    texts,
    triage,
    visit,
    waitlist,
    worklist,
)
from scheduling.pages.desk import holds as holds_pages
from scheduling.pages.desk import offers as desk_offers
from scheduling.pages.manager import (
    background,
    holidays,
    reminders,
    reports,
    resources,
    rules,
    sites,
    visit_types,
)
from scheduling.pages.manager import hours as manager_hours
from scheduling.pages.patient import (
    before,
    booking,
    care,
    diary,
    home,
    intake,
    learn,
    my_data,
    pain,
    papers,
    viewers,
)
from scheduling.pages.patient import block_diary as own_block_diary
from scheduling.pages.patient import calendar as own_visits_calendar
from scheduling.pages.patient import messages as own_messages
from scheduling.pages.patient import visits as own_visits
from scheduling.pages.patient import waitlist as own_waitlist
from scheduling.pages.physician import changes as own_changes
from scheduling.pages.physician import day
from scheduling.pages.physician import hours as own_hours
from scheduling.pages.public import (
    answers,
    block_diary,
    calendar,
    check_in,
    offers,
    visits,
    waiting,
)

desk_urls = [
    path("", board.board, name="board"),
    path("changes/", act.changes, name="changes"),
    path("act/", act.act, name="act"),
    path("undo/", act.undo, name="undo"),
    path("park/", act.park, name="park"),
    path("drop/", act.drop, name="drop"),
    path("quick/", quick.quick, name="quick"),
    path("visits/<slug:appointment_id>/", visit.show, name="visit"),
    path("views/", board_views.views, name="views"),
    path("views/<int:view_id>/", board_views.view, name="view"),
    path("views/<int:view_id>/delete/", board_views.delete, name="view-delete"),
    path("book/", book.book, name="book"),
    path("appointments/<uuid:appointment_id>/steps/", board.step, name="step"),
    path("book/here-now/", book.here_now, name="here-now"),
    path("book/red-flags/", triage.red_flags, name="red-flags"),
    path("book/anyway/", anyway.anyway, name="anyway"),
    path("holds/<uuid:hold_id>/", holds_pages.hold, name="hold"),
    path("holds/<uuid:hold_id>/book/", holds_pages.book, name="hold-book"),
    path("holds/<uuid:hold_id>/let-go/", holds_pages.let_go, name="hold-let-go"),
    path("appointments/<uuid:appointment_id>/move/", visit.move, name="move"),
    path("appointments/<uuid:appointment_id>/cancel/", cancel.cancel, name="cancel"),
    path("appointments/<uuid:appointment_id>/room/", visit.room, name="room"),
    path("appointments/<uuid:appointment_id>/region/", visit.say_region, name="visit-region"),
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
    path("sent-files/", sent_files.sent_files, name="sent-files"),
    path("sent-files/<uuid:sent_file_id>/", sent_files.sent_file, name="sent-file"),
    path("sent-files/<uuid:sent_file_id>/decide/", sent_files.decide, name="sent-file-decide"),
    path("worklist/", worklist.worklist, name="worklist"),
    path("follow-ups/<uuid:follow_up_id>/slots/", follow_up_slots.slots, name="follow-up-slots"),
    path("worklist/<uuid:item_id>/keep/", worklist.keep, name="keep"),
    path("messages/", texts.texts, name="texts"),
    path("messages/<int:text_id>/done/", texts.done, name="text-done"),
    path("letters/", letters.letters, name="letters"),
    path("letters/<uuid:thread_id>/", letters.letter, name="letter"),
    path("letters/<uuid:thread_id>/<slug:press>/", letters.step, name="letter-step"),
    path(
        "letters/<uuid:thread_id>/files/<uuid:attachment_id>/",
        letters.letter_file,
        name="letter-file",
    ),
    path("waitlist/", waitlist.waitlist, name="waitlist"),
    path("waitlist/add/", waitlist.add, name="waitlist-add"),
    path("waitlist/for/", desk_offers.candidates, name="waitlist-for"),
    path("waitlist/<uuid:entry_id>/", waitlist.entry, name="waitlist-entry"),
    path("waitlist/<uuid:entry_id>/leave/", waitlist.leave, name="waitlist-leave"),
    path("waitlist/<uuid:entry_id>/times/", desk_offers.times, name="waitlist-times"),
    path("waitlist/offers/<uuid:offer_id>/", desk_offers.answer, name="waitlist-answer"),
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
    path("hours/", own_hours.own_hours, name="hours"),
    path("leave/", own_hours.own_leave, name="leave"),
    path("leave/<int:time_off_id>/remove/", own_hours.remove_own_leave, name="remove-leave"),
]

manager_urls = [
    path("setup/", sites.overview, name="setup"),
    path("background/", background.background, name="background"),
    path("background/pause/", background.pause, name="pause-kind"),
    path("background/resume/", background.resume, name="resume-kind"),
    path("background/coming/", background.coming, name="coming-messages"),
    path("rule-runs/", rules.runs, name="rule-runs"),
    path("rules/<slug:rule_key>/dry-run/", rules.try_change, name="rule-dry-run"),
    path("sites/new/", sites.new_site, name="new-site"),
    path("sites/<int:site_id>/", sites.site, name="site"),
    path("sites/<int:site_id>/retire/", sites.retire, name="retire-site"),
    path("sites/<int:site_id>/restore/", sites.restore, name="restore-site"),
    path("sites/<int:site_id>/hours/", manager_hours.site_hours, name="site-hours"),
    path("sites/<int:site_id>/leave/", manager_hours.site_leave, name="site-leave"),
    path("sites/<int:site_id>/holidays/", holidays.holidays, name="holidays"),
    path("sites/<int:site_id>/holidays/load/", holidays.load, name="load-holidays"),
    path("holidays/<int:holiday_id>/", holidays.holiday, name="holiday"),
    path("holidays/<int:holiday_id>/remove/", holidays.drop, name="remove-holiday"),
    path("sites/<int:site_id>/resources/new/", resources.new_resource, name="new-resource"),
    path("resources/<int:resource_id>/", resources.resource, name="resource"),
    path("resources/<int:resource_id>/retire/", resources.retire, name="retire-resource"),
    path("resources/<int:resource_id>/restore/", resources.restore, name="restore-resource"),
    path("resources/<int:resource_id>/hours/", manager_hours.resource_hours, name="resource-hours"),
    path("resources/<int:resource_id>/leave/", manager_hours.resource_leave, name="resource-leave"),
    path("resources/<int:resource_id>/follow/", manager_hours.follow, name="follow-site"),
    path("leave/<int:time_off_id>/remove/", manager_hours.remove_leave, name="remove-leave"),
    path("capabilities/", resources.capabilities, name="capabilities"),
    path("capabilities/<int:capability_id>/", resources.capability, name="capability"),
    path(
        "capabilities/<int:capability_id>/remove/",
        resources.drop_capability,
        name="remove-capability",
    ),
    path("visit-types/", visit_types.visit_types, name="visit-types"),
    path("visit-types/new/", visit_types.new_visit_type, name="new-visit-type"),
    path("visit-types/<slug:code>/", visit_types.visit_type, name="visit-type"),
    path("visit-types/<slug:code>/retire/", visit_types.retire, name="retire-visit-type"),
    path("visit-types/<slug:code>/restore/", visit_types.restore, name="restore-visit-type"),
    path("reminders/", reminders.reminders, name="reminders"),
    path("reminders/add/", reminders.add, name="add-reminder"),
    path("reminders/<int:rule_id>/", reminders.change, name="change-reminder"),
    path("reminders/<int:rule_id>/remove/", reminders.remove, name="remove-reminder"),
    path("reports/", reports.reports, name="reports"),
    path("reports/<slug:report>.csv", reports.report_csv, name="report-csv"),
]

OWN_VISIT = "<uuid:patient_id>/visits/<uuid:visit_id>/"
OWN_WAIT = "<uuid:patient_id>/waitlist/"

patient_urls = [
    path("<uuid:patient_id>/book/", booking.book, name="book"),
    path("<uuid:patient_id>/book/<slug:step>/", booking.step, name="book-step"),
    path("<uuid:patient_id>/visits/", own_visits.visits, name="visits"),
    path(OWN_VISIT, own_visits.visit, name="visit"),
    path(f"{OWN_VISIT}booked/", own_visits.booked, name="visit-booked"),
    path(f"{OWN_VISIT}move/", own_visits.move, name="visit-move"),
    path(f"{OWN_VISIT}cancel/", own_visits.cancel, name="visit-cancel"),
    path(f"{OWN_VISIT}late/", own_visits.late, name="visit-late"),
    path(f"{OWN_VISIT}here/", own_visits.here, name="visit-here"),
    path(f"{OWN_VISIT}visit.ics", own_visits.calendar, name="visit-calendar"),
    path(OWN_WAIT, own_waitlist.waitlist, name="waitlist"),
    path(f"{OWN_WAIT}join/", own_waitlist.join, name="waitlist-join"),
    path(f"{OWN_WAIT}<uuid:entry_id>/leave/", own_waitlist.leave, name="waitlist-leave"),
    path(f"{OWN_WAIT}offers/<uuid:offer_id>/", own_waitlist.answer, name="waitlist-answer"),
    path("<uuid:patient_id>/", home.home, name="home"),
    path("<uuid:patient_id>/before/", before.before, name="before"),
    path("<uuid:patient_id>/intake/", intake.intake, name="intake"),
    path("<uuid:patient_id>/intake/<slug:subject>/", intake.intake_page, name="intake-page"),
    path("<uuid:patient_id>/papers/", papers.papers, name="papers"),
    path(
        "<uuid:patient_id>/papers/visits/<uuid:appointment_id>/",
        papers.paper_visit,
        name="paper-visit",
    ),
    path(
        "<uuid:patient_id>/papers/consultations/<uuid:consultation_id>/",
        papers.paper_consultation,
        name="paper-consultation",
    ),
    path(
        "<uuid:patient_id>/papers/procedures/<int:procedure_id>/",
        papers.paper_procedure,
        name="paper-procedure",
    ),
    path(
        "<uuid:patient_id>/papers/files/<uuid:document_id>/", papers.paper_file, name="paper-file"
    ),
    path("<uuid:patient_id>/my-data/", my_data.my_data, name="my-data"),
    path("<uuid:patient_id>/my-data/record.html", my_data.my_data_page, name="my-data-page"),
    path("<uuid:patient_id>/my-data/record.json", my_data.my_data_json, name="my-data-json"),
    path("<uuid:patient_id>/viewers/", viewers.viewers, name="viewers"),
    path("<uuid:patient_id>/messages/", own_messages.messages, name="messages"),
    path("<uuid:patient_id>/messages/new/", own_messages.message_new, name="message-new"),
    path("<uuid:patient_id>/messages/<uuid:thread_id>/", own_messages.message, name="message"),
    path(
        "<uuid:patient_id>/messages/<uuid:thread_id>/files/<uuid:attachment_id>/",
        own_messages.message_file,
        name="message-file",
    ),
    path("<uuid:patient_id>/calendar/", own_visits_calendar.calendar, name="calendar"),
    path(
        "<uuid:patient_id>/calendar/<int:shared_id>/off/",
        own_visits_calendar.calendar_off,
        name="calendar-off",
    ),
    path("<uuid:patient_id>/diary/", diary.diary, name="diary"),
    path("<uuid:patient_id>/pain/", pain.pain, name="pain"),
    path(
        "<uuid:patient_id>/block-diary/<int:nerve_block_id>/",
        own_block_diary.block_diary,
        name="block-diary",
    ),
    path("<uuid:patient_id>/care/", care.care, name="care"),
    path("<uuid:patient_id>/learn/", learn.learn, name="learn"),
    path("<uuid:patient_id>/learn/<slug:topic_key>/", learn.topic, name="topic"),
]

public_urls = [
    path("check-in/<str:token>/", check_in.check_in, name="check-in"),
    path("arrive/<str:token>/", check_in.arrive, name="arrive"),
    path("place/<str:token>/", check_in.place, name="place"),
    path("waiting/<str:secret>/", waiting.waiting, name="waiting"),
    path("calendar/<str:secret>.ics", calendar.calendar, name="calendar"),
    path("offers/<str:secret>/", offers.offer, name="offer"),
    path("visit/<str:token>/", visits.visit, name="visit"),
    path("visit/<str:token>/times/", visits.times, name="visit-times"),
    path("answers/<str:token>/", answers.answers, name="answers"),
    path("block-diary/<str:token>/", block_diary.block_diary, name="block-diary"),
]

api_urls = [
    path("background/", background_api.Background.as_view(), name="background"),
    path(
        "background/paused-kinds/<slug:kind>/",
        background_api.PausedKinds.as_view(),
        name="paused-kind",
    ),
    path(
        "rules/<slug:rule_key>/dry-run/",
        rule_dry_runs_api.RuleDryRun.as_view(),
        name="rule-dry-run",
    ),
    path("series/", series_api.SeriesList.as_view(), name="series-list"),
    path("series/proposals/", series_api.SeriesProposals.as_view(), name="series-proposals"),
    path("series/<uuid:series_id>/", series_api.SeriesDetail.as_view(), name="series"),
    path(
        "series/<uuid:series_id>/visits/", series_api.SeriesVisits.as_view(), name="series-visits"
    ),
    path(
        "series/<uuid:series_id>/cancel/", series_api.SeriesCancel.as_view(), name="series-cancel"
    ),
    path("sites/", sites_api.Sites.as_view(), name="sites"),
    path("sites/<int:site_id>/", sites_api.SiteDetail.as_view(), name="site"),
    path("resources/", resources_api.Resources.as_view(), name="resources"),
    path("resources/<int:resource_id>/", resources_api.ResourceDetail.as_view(), name="resource"),
    path("capabilities/", resources_api.Capabilities.as_view(), name="capabilities"),
    path(
        "capabilities/<int:capability_id>/",
        resources_api.CapabilityDetail.as_view(),
        name="capability",
    ),
    path("working-hours/", hours_api.WorkingHours.as_view(), name="working-hours"),
    path("time-off/", hours_api.TimeOffList.as_view(), name="time-offs"),
    path("time-off/<int:time_off_id>/", hours_api.TimeOffDetail.as_view(), name="time-off"),
    path("own-leave/", own_leave_api.OwnLeave.as_view(), name="own-leaves"),
    path("own-leave/<int:time_off_id>/", own_leave_api.OwnLeaveDetail.as_view(), name="own-leave"),
    path(
        "sites/<int:site_id>/holidays/load/",
        holidays_api.HolidayYears.as_view(),
        name="load-holidays",
    ),
    path("holidays/", holidays_api.Holidays.as_view(), name="holidays"),
    path("holidays/<int:holiday_id>/", holidays_api.HolidayDetail.as_view(), name="holiday"),
    path("reminder-rules/", reminders_api.ReminderRules.as_view(), name="reminder-rules"),
    path(
        "reminder-rules/<int:rule_id>/",
        reminders_api.ReminderRuleDetail.as_view(),
        name="reminder-rule",
    ),
    path("texts/", texts_api.Texts.as_view(), name="texts"),
    path("texts/<int:text_id>/done/", texts_api.TextDone.as_view(), name="text-done"),
    path("worklist/", worklist_api.Worklist.as_view(), name="worklist"),
    path("worklist/<uuid:item_id>/keep/", worklist_api.WorklistKeep.as_view(), name="keep"),
    path("reports/<slug:report>/", reports_api.Report.as_view(), name="report"),
    path("sites/<int:site_id>/clinicians/", catalogue.Clinicians.as_view(), name="clinicians"),
    path("visit-types/", visit_types_api.VisitTypes.as_view(), name="visit-types"),
    path("visit-types/<slug:code>/", visit_types_api.VisitTypeDetail.as_view(), name="visit-type"),
    path("board-views/", board_views_api.BoardViews.as_view(), name="board-views"),
    path(
        "board-views/<int:view_id>/",
        board_views_api.BoardViewDetail.as_view(),
        name="board-view",
    ),
    path("slots/", catalogue.Slots.as_view(), name="slots"),
    path("appointments/", appointments.Appointments.as_view(), name="appointments"),
    path(
        "appointments/<uuid:appointment_id>/",
        appointment_detail.AppointmentDetail.as_view(),
        name="appointment",
    ),
    path("triage/", triage_api.Triages.as_view(), name="triage"),
    path("walk-ins/", appointments.WalkIns.as_view(), name="walk-ins"),
    path("overbookings/", overbookings.Overbookings.as_view(), name="overbookings"),
    path(
        "appointments/<uuid:appointment_id>/assign/",
        appointment_detail.AppointmentAssign.as_view(),
        name="appointment-assign",
    ),
    path("holds/", holds.Holds.as_view(), name="holds"),
    path("holds/<uuid:hold_id>/", holds.HoldDetail.as_view(), name="hold"),
    path("holds/<uuid:hold_id>/book/", holds.HoldBook.as_view(), name="hold-book"),
    path(
        "appointments/<uuid:appointment_id>/steps/",
        appointment_detail.AppointmentSteps.as_view(),
        name="appointment-steps",
    ),
    path(
        "appointments/<uuid:appointment_id>/move/",
        appointment_detail.AppointmentMove.as_view(),
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
    path("waitlist/", waitlist_api.Waitlist.as_view(), name="waitlist"),
    path("waitlist/<uuid:entry_id>/", waitlist_api.Entry.as_view(), name="waitlist-entry"),
    path(
        "waitlist/<uuid:entry_id>/withdraw/",
        waitlist_api.EntryWithdrawal.as_view(),
        name="waitlist-withdraw",
    ),
    path("waitlist/<uuid:entry_id>/offers/", waitlist_api.Offers.as_view(), name="waitlist-offers"),
    path(
        "waitlist/offers/<uuid:offer_id>/withdraw/",
        waitlist_api.OfferWithdrawal.as_view(),
        name="waitlist-offer-withdraw",
    ),
    path(
        "waitlist/offers/<uuid:offer_id>/accept/",
        waitlist_api.OfferAcceptance.as_view(),
        name="waitlist-offer-accept",
    ),
    path(
        "waitlist/offers/<uuid:offer_id>/decline/",
        waitlist_api.OfferRefusal.as_view(),
        name="waitlist-offer-decline",
    ),
]
