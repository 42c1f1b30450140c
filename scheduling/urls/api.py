"""Endpoints about the calendar."""

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
