"""Who sends what to each writer, so that it does what it is for."""

from datetime import timedelta

from clinic.accounts.roles import Role
from tests.news_builders import LETTER
from tests.security import intake_forms, portal_forms, procedure_forms
from tests.security.happenings import (
    bounced_address,
    calendar_of,
    carer_of,
    cell_of,
    closed_down,
    code_for,
    course_form,
    deserted,
    disabled,
    exchange,
    follow_up_slot,
    fresh_block,
    grown_up,
    in_new_york,
    key_of,
    later_course,
    later_in_the_day,
    own_calendar,
    pain_day,
    parked,
    paused,
    pressed,
    retired,
    retired_entry,
    scan,
    signed_consultation,
    slot_of,
    squeezed,
    today_is_the_day,
    view_of,
    waiting,
    with_hours,
    withdrawn,
)
from tests.security.outcome_forms import outcome_forms
from tests.security.valid_courses import of_courses
from tests.security.world import TODAY

RULE = {
    "severity": "warn",
    "is_on": "on",
    "note": "Agreed by the board",
    "seen": "1",
    "number-most": "3",
    "number-span": "P12M",
}


def valid(name, world, method="post"):
    """Who sends what, so that the writer does what it is for: (role, form, ids of their own)."""
    of_outcomes = outcome_forms(world)
    if (method, name) in of_outcomes:
        return Role.PHYSICIAN, of_outcomes[method, name], {}
    return (posted if method == "post" else patched)(name, world)


def patched(name, world):
    """The same for changes of a part."""
    manager, day = Role.MANAGER, (TODAY + timedelta(days=310)).isoformat()
    table = {
        "api:site": {"phone": "+1 212-555-0199"},
        "api:resource": {"name": "C-arm 7"},
        "api:capability": {"name": "Ultrasound"},
        "api:time-off": {"first_date": day, "last_date": day},
        "api:holiday": {"is_observed": False},
        "api:reminder-rule": {"is_active": False},
        "api:visit-type": {"duration_minutes": 50},
        "api:catalogue-entry": {"plain": "It may happen."},
        "api:appointment": {"reason": "Neck pain"},
        "api:waitlist-entry": {"note": "Has a car"},
        "api:series": later_course(world),
        "api:treatment-course": {"goal": "Walk a mile"},
        "api:rule": {"is_on": False, "note": "Agreed by the board"},
    }
    if name == "api:consultation":
        return Role.PHYSICIAN, {"pieces": {"text-plan": "Exercise"}}, {}
    if name == "api:treatment-course":
        return Role.PHYSICIAN, table[name], {}
    if name in procedure_forms.PATCHED:
        return Role.PHYSICIAN, procedure_forms.PATCHED[name], {}
    at_the_desk = name in {"api:appointment", "api:waitlist-entry", "api:series"}
    return Role.FRONT_DESK if at_the_desk else manager, table[name], {}


def posted(name, world):
    """The same for what is sent as a whole."""
    desk, manager, physician = Role.FRONT_DESK, Role.MANAGER, Role.PHYSICIAN
    therapist = Role.THERAPIST
    patient, another = world.own.patient, world.spare
    consent = {
        "consent-kind": "messages",
        "consent-decision": "permit",
        "consent-method": "paper",
        "consent-given_by": "Ana",
        "consent-decided_date": TODAY.isoformat(),
    }
    portal = {
        "portal-name": "Carla Carer",
        "portal-email": "carla@example.org",
        "portal-relationship": "carer",
        "portal-way": "email",
        "portal-language": "en",
    }
    person = {
        "given_names": "Ida",
        "family_name": "Newcomer",
        "birth_date": "1962-03-14",
        "gender": "female",
        "language": "en",
        "payer_class": "unknown",
        "payer": "Harbor",
        "plan": "PPO",
        "member_id": "H-1",
        "phone": "+1 212-555-0100",
        "email": "ida@example.org",
    }
    booking = {
        "patient": str(another.pk),
        "visit_type": world.kind.code,
        "site": world.own.site.pk,
        "reason": "Back pain",
    }
    order = {
        "diagnostic": "world-scan",
        "reason": "Leg pain",
        "region": "Lumbar spine",
        "detail": "Without contrast",
        "priority": "urgent",
    }
    report = {"effective_date": TODAY.isoformat(), "conclusion": "Disc herniation L4-L5"}
    next_week = (TODAY + timedelta(days=7)).isoformat()
    block = {"day": next_week, "begins": "12:00", "ends": "13:00", "note": "Staff meeting"}
    wish = {
        "visit_type": world.kind.code,
        "site": world.own.site.pk,
        "earliest_date": TODAY.isoformat(),
        "latest_date": (TODAY + timedelta(days=30)).isoformat(),
        "priority": "2",
        "notice_minutes": "30",
        "note": "Lives next door",
        **dict.fromkeys(("clinician", "from_time", "until_time", "appointment"), ""),
        "weekdays": ["1", "2", "3", "4", "5", "6", "7"],
    }
    token = {"name": "Phone", "days": "30", "scopes": ["scheduling.book"]}
    day = (TODAY + timedelta(days=320)).isoformat()
    site_id = world.own.site.pk
    week = {"from_date": day, "until_date": "", "day_1": "8 AM-12 PM"}
    leave = {"first_date": day, "last_date": day, "reason": "Conference"}
    all_day = {"from_time": "", "until_time": ""}
    closed = {"name": "Our day", "is_observed": "on", "opens": "", "closes": ""}
    kind_form = {
        "name": "Acupuncture",
        "public_name": "Visit",
        "public_name_es": "Cita",
        "is_bookable_online": "on",
        "duration_minutes": "30",
        "alignment_minutes": "10",
        "capacity": "1",
        "notice_minutes": "0",
        "horizon_days": "180",
        "rank": "100",
        "treatment_id": "epidural-steroid-injection",
        "region": "lumbar",
        "needs_fasting": "on",
        "needs_driver": "on",
        "preparation_en": "Wear loose clothes.",
        "preparation_es": "Traiga ropa suelta.",
    }
    for need, count in (("clinician", 1), ("room", 0), ("equipment", 0)):
        before = {f"{need}-buffer_before_minutes": 0, f"{need}-buffer_after_minutes": 0}
        kind_form |= {f"{need}-count": count} | before
    zone = world.own.site.time_zone
    new_site = {
        "name": "Hillside",
        "time_zone": "America/Chicago",
        "phone": "",
        "address": "",
        "holiday_calendar": "",
        "no_show_after_minutes": "20",
        "cancel_notice_hours": "12",
        "on_call_email": "oncall@dorsa.example",
        "answer_within_days": "3",
        "most_online_visits": "2",
        "directions_en": "The blue door.",
        "directions_es": "La puerta azul.",
    }
    pause = {"kind": "running_late", "reason": "The provider is down"}
    moment = f"rule-{world.own.ids['rule_id']}"
    moment = {f"{moment}-amount": "4", f"{moment}-unit": "days"}
    risk = {"name": "Hiccups", "kind": "early", "plain": "Hiccups for a day."}
    risk |= {"name_es": "Hipo", "plain_es": "Hipo por un día."}
    table = of_courses(world, desk, therapist, physician) | {
        "desk:keep": lambda: (desk, {"reason": "Comes in for her"}, {}),
        "desk:text-done": lambda: (desk, {}, {}),
        "desk:letter": lambda: (desk, {"body": "At the side door."}, {}),
        "desk:letter-step": lambda: (desk, {}, {"press": "close"}),
        "desk:document-share": lambda: (desk, {"stop": "1"}, {}),
        "manager:add-reminder": lambda: (
            manager,
            {"amount": "5", "unit": "days", "site": "", "visit_type": ""},
            {},
        ),
        "manager:change-reminder": lambda: (manager, moment, {}),
        "manager:remove-reminder": lambda: (manager, {}, {}),
        "physician:hours": lambda: (physician, week, own_calendar(world)),
        "physician:leave": lambda: (physician, leave | all_day, own_calendar(world)),
        "physician:remove-leave": lambda: (physician, {}, own_calendar(world)),
        "manager:pause-kind": lambda: (manager, pause, {}),
        "manager:resume-kind": lambda: (manager, {"kind": "check_in_link"}, paused(world)),
        "manager:new-newsletter": lambda: (manager, LETTER | {"causes": []}, {}),
        "manager:newsletter": lambda: (manager, LETTER | {"title_en": "New", "causes": []}, {}),
        "manager:send-newsletter": lambda: (manager, {}, {}),
        "manager:new-site": lambda: (manager, new_site, {}),
        "manager:site": lambda: (manager, new_site | {"time_zone": zone}, {}),
        "manager:retire-site": lambda: (manager, {}, deserted(world)),
        "manager:restore-site": lambda: (manager, {}, closed_down(world)),
        "manager:site-hours": lambda: (manager, week, {}),
        "manager:site-leave": lambda: (manager, leave | all_day, {}),
        "manager:holidays": lambda: (manager, closed | {"local_date": day}, {}),
        "manager:load-holidays": lambda: (manager, {"year": TODAY.year + 1}, in_new_york(world)),
        "manager:holiday": lambda: (manager, closed, {}),
        "manager:remove-holiday": lambda: (manager, {}, {}),
        "manager:new-resource": lambda: (
            manager,
            {"kind": "room", "name": "Exam 9", "user": ""},
            {},
        ),
        "manager:resource": lambda: (manager, {"name": "C-arm 9"}, {}),
        "manager:retire-resource": lambda: (manager, {}, {}),
        "manager:restore-resource": lambda: (manager, {}, retired(world)),
        "manager:resource-hours": lambda: (manager, week, {}),
        "manager:resource-leave": lambda: (manager, leave | all_day, {}),
        "manager:follow-site": lambda: (manager, {}, with_hours(world)),
        "manager:remove-leave": lambda: (manager, {}, {}),
        "manager:capabilities": lambda: (manager, {"name": "Ultrasound"}, {}),
        "manager:capability": lambda: (manager, {"name": "Ultrasound"}, {}),
        "manager:remove-capability": lambda: (manager, {}, {}),
        "manager:new-visit-type": lambda: (manager, kind_form, {}),
        "manager:visit-type": lambda: (manager, kind_form, {}),
        "manager:retire-visit-type": lambda: (manager, {}, {}),
        "manager:restore-visit-type": lambda: (manager, {}, withdrawn(world)),
        "manager:new-catalogue-entry": lambda: (manager, risk, {}),
        "manager:rule": lambda: (manager, RULE, {}),
        "manager:rule-dry-run": lambda: (manager, RULE, {}),
        "manager:rule-take-over": lambda: (manager, {}, {}),
        "api:rule-take-over": lambda: (manager, {}, {}),
        "api:rule-dry-run": lambda: (manager, {"numbers": {"most": "3"}}, {}),
        "manager:catalogue-entry": lambda: (manager, risk | {"version": "1"}, {}),
        "manager:retire-catalogue-entry": lambda: (manager, {}, {}),
        "manager:restore-catalogue-entry": lambda: (manager, {}, retired_entry(world)),
        "api:catalogue-entries": lambda: (manager, risk | {"section": "risk"}, {}),
        "api:sites": lambda: (manager, new_site, {}),
        "api:resources": lambda: (
            manager,
            {"site": site_id, "kind": "room", "name": "Exam 9"},
            {},
        ),
        "api:capabilities": lambda: (manager, {"name": "Ultrasound"}, {}),
        "api:working-hours": lambda: (
            manager,
            {
                "site": site_id,
                "from_date": day,
                "week": [{"weekday": 1, "opens": "08:00", "closes": "12:00"}],
            },
            {},
        ),
        "api:time-offs": lambda: (manager, leave | {"site": site_id}, {}),
        "api:own-leaves": lambda: (physician, leave, own_calendar(world)),
        "api:load-holidays": lambda: (manager, {"year": TODAY.year + 1}, in_new_york(world)),
        "api:holidays": lambda: (
            manager,
            {"site": site_id, "local_date": day, "name": "Our day"},
            {},
        ),
        "api:reminder-rules": lambda: (manager, {"before_minutes": 7200}, {}),
        "api:text-done": lambda: (desk, {}, {}),
        "api:keep": lambda: (desk, {"reason": "Comes in for her"}, {}),
        "api:visit-types": lambda: (
            manager,
            {
                "name": "Acupuncture",
                "public_name": "Visit",
                "duration_minutes": 30,
                "needs": [{"kind": "clinician"}],
            },
            {},
        ),
        "desk:book": lambda: (
            desk,
            booking | {"slot": slot_of(world).key, "hold": "", "region": ""},
            {},
        ),
        "desk:move": lambda: (
            desk,
            {"site": world.own.site.pk, "visit_type": world.kind.code, "slot": slot_of(world).key},
            {},
        ),
        "desk:step": lambda: (desk, {"step": "arrive"}, {}),
        "desk:here-now": lambda: (
            desk,
            booking | {"clinician": world.spare_clinician.pk, "region": "", "wished": ""},
            {},
        ),
        "desk:red-flags": lambda: (desk, {"patient": booking["patient"]}, {}),
        "api:triage": lambda: (desk, {"patient": str(booking["patient"]), "flags": []}, {}),
        "desk:anyway": lambda: (desk, booking | squeezed(world) | {"region": ""}, {}),
        "desk:hold-book": lambda: (desk, {"reason": "Back pain", "region": ""}, {}),
        "desk:hold-let-go": lambda: (desk, {}, {}),
        "desk:cancel": lambda: (desk, {"cancellation_reason": "patient", "note": "Flu"}, {}),
        "desk:room": lambda: (desk, exchange(world), {}),
        "desk:visit-region": lambda: (desk, {"region": ""}, {}),
        "api:walk-ins": lambda: (desk, booking, {}),
        "api:overbookings": lambda: (
            desk,
            booking
            | {
                "start_at": world.own.appointment.start_at.isoformat(),
                "overbooking_reason": "Sent by the emergency room",
            },
            {},
        ),
        "api:holds": lambda: (
            desk,
            {k: v for k, v in booking.items() if k != "reason"}
            | {"start_at": slot_of(world).start_at.isoformat()},
            {},
        ),
        "api:hold-book": lambda: (desk, {"reason": "Back pain"}, {}),
        "api:appointment-assign": lambda: (desk, exchange(world), {}),
        "desk:queue-step": lambda: (desk, {"step": "arrive"}, {}),
        "desk:check-in-link": lambda: (desk, {}, today_is_the_day(world)),
        "desk:display": lambda: (desk, {}, {}),
        "desk:display-off": lambda: (desk, {}, {}),
        "desk:blocks": lambda: (desk, block | {"clinician": world.own.ids["clinician_id"]}, {}),
        "desk:remove-block": lambda: (desk, {}, {}),
        "desk:late": lambda: (
            desk,
            {"clinician": world.own.ids["clinician_id"], "minutes": "35"},
            {},
        ),
        "desk:tell-late": lambda: (desk, {}, today_is_the_day(world)),
        "physician:blocks": lambda: (therapist, block, {}),
        "physician:remove-block": lambda: (therapist, {}, {}),
        "physician:late": lambda: (therapist, {"minutes": "35"}, {}),
        "physician:tell-late": lambda: (therapist, {}, today_is_the_day(world)),
        "physician:calendar": lambda: (therapist, {}, {}),
        "physician:calendar-off": lambda: (therapist, {}, {"calendar_id": calendar_of(world)}),
        "patient:calendar": lambda: ("patient_a", {}, {}),
        "patient:diary": lambda: ("patient_a", pain_day(world), {}),
        "patient:block-diary": lambda: (
            "patient_a",
            {"pain": "4", "hour": "before"},
            {"nerve_block_id": fresh_block(world)},
        ),
        "patient:message": lambda: ("patient_a", {"body": "And when?"}, {}),
        "patient:message-new": lambda: (
            "patient_a",
            {"topic": "appointment", "subject": "Parking", "body": "Where is it?"},
            {},
        ),
        "patient:calendar-off": lambda: ("patient_a", {}, {}),
        **portal_forms.posted(world),
        "desk:series-new": lambda: (desk, course_form(world) | {"reason": "Back pain"}, {}),
        "desk:series-move": lambda: (desk, later_in_the_day(world), {}),
        "desk:series-cancel": lambda: (
            desk,
            {"scope": "all", "cancellation_reason": "patient", "note": "Flu"},
            {},
        ),
        "api:series-list": lambda: (
            desk,
            booking
            | {"per_week": 1, "visits": [{"start_at": slot_of(world).start_at.isoformat()}]},
            {},
        ),
        "api:series-proposals": lambda: (
            desk,
            {k: v for k, v in booking.items() if k != "reason"}
            | {"count": 2, "per_week": 1, "first_day": TODAY.isoformat()},
            {},
        ),
        "api:series-visits": lambda: (
            desk,
            {"visits": [{"start_at": slot_of(world).start_at.isoformat()}]},
            {},
        ),
        "api:series-cancel": lambda: (
            desk,
            {"scope": "all", "cancellation_reason": "patient"},
            {},
        ),
        "desk:waitlist-add": lambda: (desk, wish | {"patient": str(another.pk)}, {}),
        "desk:waitlist-entry": lambda: (desk, wish, {}),
        "desk:waitlist-leave": lambda: (desk, {}, {}),
        "desk:follow-up-close": lambda: (
            desk,
            {"result": "well", "note": "Slept well", "next": "list"},
            {},
        ),
        "desk:follow-up-problem": lambda: (
            desk,
            {"flags": ["fever"], "words": "A numb leg"},
            {},
        ),
        "desk:follow-up-undo": lambda: (desk, {}, pressed(world, desk)),
        "desk:follow-up-slots": lambda: (desk, {"slot": follow_up_slot(world)}, {}),
        "physician:follow-up-undo": lambda: (physician, {}, pressed(world, physician)),
        "api:follow-up-undo": lambda: (physician, {}, pressed(world, physician)),
        "physician:alarm-see": lambda: (physician, {}, {}),
        "api:alarm-see": lambda: (physician, {}, {}),
        "desk:waitlist-times": lambda: (
            desk,
            {"slot": slot_of(world).key, "region": ""},
            {"entry_id": waiting(world).pk},
        ),
        "desk:waitlist-answer": lambda: (desk, {"answer": "accept"}, {}),
        "api:waitlist": lambda: (
            desk,
            {
                **{name: booking[name] for name in ("patient", "visit_type", "site")},
                **{name: wish[name] for name in ("earliest_date", "latest_date", "note")},
            },
            {},
        ),
        "api:waitlist-withdraw": lambda: (desk, {}, {}),
        "api:waitlist-offers": lambda: (
            desk,
            {"start_at": slot_of(world).start_at.isoformat()},
            {"entry_id": waiting(world).pk},
        ),
        "api:waitlist-offer-withdraw": lambda: (desk, {}, {}),
        "api:waitlist-offer-accept": lambda: (desk, {}, {}),
        "api:waitlist-offer-decline": lambda: (desk, {}, {}),
        "desk:act": lambda: (desk, {"arrive": str(world.own.appointment.pk)}, {}),
        "desk:undo": lambda: (desk, {}, {}),
        "desk:park": lambda: (desk, {"visit": world.own.appointment.pk, "do": "park"}, {}),
        "desk:drop": lambda: (
            desk,
            {"visit": world.own.appointment.pk, "to": cell_of(world)},
            {},
        ),
        "desk:quick": lambda: (
            desk,
            {
                "at": cell_of(world),
                "patient": str(another.pk),
                "choice": f"{world.kind.code}@{slot_of(world).start_at.isoformat()}",
                "reason": "Back pain",
                "region": "",
            },
            {},
        ),
        "desk:views": lambda: (desk, view_of(world), {}),
        "desk:view": lambda: (desk, view_of(world), {}),
        "desk:view-delete": lambda: (desk, {}, {}),
        "api:board-views": lambda: (
            desk,
            {
                "site": world.own.site.pk,
                "name": "Afternoons",
                "columns": [world.own.site.resources.first().pk],
            },
            {},
        ),
        "desk:register": lambda: (desk, person, {}),
        "desk:care-team": lambda: (manager, {"user": world.newcomer.pk}, {}),
        "desk:leave": lambda: (manager, {}, {}),
        "desk:documents": lambda: (desk, {"kind": "identity", "file": scan()}, {}),
        "desk:decide": lambda: (desk, consent, {}),
        "desk:reach": lambda: (
            desk,
            {"reach-channel": "sms", "reach-quiet_from": "22:00", "reach-quiet_until": "07:00"},
            {},
        ),
        "desk:write-again": lambda: (
            desk,
            {"again-stop": str(bounced_address(patient).pk), "again-reason": "A typing mistake"},
            {},
        ),
        "desk:portal": lambda: (desk, portal, {}),
        "desk:uninvite": lambda: (desk, {}, {}),
        "desk:portal-request": lambda: (desk, {"decline": "yes", "reason": "Nobody we know"}, {}),
        "desk:portal-match": lambda: (desk, portal, {}),
        "patient:people": lambda: (
            "patient_a",
            {"name": "Cleo", "email": "cleo@example.org", "last_date": next_week},
            {},
        ),
        "patient:end-access": lambda: ("patient_a", {}, {"access_id": carer_of(patient).pk}),
        "patient:end-invitation": lambda: ("patient_a", {}, {}),
        "patient:settings": lambda: (
            "patient_a",
            {
                "channel": "sms",
                "language": "es",
                "reminders": "on",
                "quiet_from": "22:00",
                "quiet_until": "07:00",
            },
            {},
        ),
        "patient:contact": lambda: ("patient_a", {"email": "other@example.org"}, {}),
        "patient:contact-code": lambda: ("patient_a", {"code": code_for(patient)}, {}),
        "desk:renew": lambda: (desk, {}, {"access_id": grown_up(patient).pk}),
        "desk:revoke": lambda: (desk, {}, {}),
        "physician:step": lambda: (physician, {"step": "arrive"}, {}),
        "physician:emergency": lambda: (
            physician,
            {"reason": "Unconscious in room 2", "hours": "1"},
            {"patient_id": another.pk},
        ),
        "manager:users": lambda: (
            manager,
            {"name": "Nora", "email": "nora@clinic.example", "role": "nurse"},
            {},
        ),
        "manager:user": lambda: (manager, {"teams": [world.team.pk]}, {}),
        "manager:disable": lambda: (manager, {}, {}),
        "manager:enable": lambda: (manager, {}, {"user_id": disabled(world.leaver).pk}),
        "manager:reset-factor": lambda: (manager, {}, {}),
        "manager:merge": lambda: (
            manager,
            {"kept": str(patient.pk), "merged": str(another.pk), "reason": "Same passport"},
            {},
        ),
        "manager:undo-merge": lambda: (manager, {}, {}),
        "api:message-again": lambda: (manager, {}, {"message_id": parked(patient).pk}),
        "api:message-give-up": lambda: (manager, {}, {"message_id": parked(patient).pk}),
        "manager:message-again": lambda: (manager, {}, {"message_id": parked(patient).pk}),
        "manager:message-give-up": lambda: (manager, {}, {"message_id": parked(patient).pk}),
        "account:clock": lambda: (desk, {}, {}),
        "account:tokens": lambda: (desk, token, {}),
        "account:revoke": lambda: (desk, {}, {"token_key": key_of(world.staff[desk])}),
        # Consultations, tests and referrals
        "physician:consultation-new": lambda: (
            physician,
            {"kind": "new", "occurred_at": f"{TODAY - timedelta(days=1)}T09:00"},
            {},
        ),
        "physician:consultation-draft": lambda: (
            physician,
            {"revision": "1", "text-plan": "Exercise", "exam-strength-L4-left": "4"},
            {},
        ),
        "physician:consultation-amend": lambda: (
            physician,
            {"reason": "Wrong side"},
            signed_consultation(world),
        ),
        "physician:consultation-withdraw": lambda: (
            physician,
            {"reason": "Wrong person"},
            signed_consultation(world),
        ),
        "physician:consultation-discard": lambda: (physician, {}, {}),
        "physician:test-new": lambda: (physician, order | {"due_date": next_week}, {}),
        "physician:test-report": lambda: (
            physician,
            report | {"is_abnormal": "on", "attachments": scan()},
            {},
        ),
        "physician:test-cancel": lambda: (physician, {"reason": "Done elsewhere"}, {}),
        "physician:report-review": lambda: (physician, {}, {}),
        "api:consultations": lambda: (
            physician,
            {
                "patient": str(patient.pk),
                "kind": "new",
                "occurred_at": f"{TODAY - timedelta(days=1)}T09:00:00Z",
            },
            {},
        ),
        "api:consultation-sign": lambda: (physician, {}, {}),
        "api:consultation-amend": lambda: (
            physician,
            {"reason": "Wrong side"},
            signed_consultation(world),
        ),
        "api:consultation-withdraw": lambda: (
            physician,
            {"reason": "Wrong person"},
            signed_consultation(world),
        ),
        "api:diagnoses": lambda: (physician, {"text": "Stenosis", "side": "left"}, {}),
        "api:service-requests": lambda: (physician, {"patient": str(patient.pk), **order}, {}),
        "api:service-request-cancel": lambda: (physician, {"reason": "Done elsewhere"}, {}),
        "api:diagnostic-reports": lambda: (
            physician,
            {"service_request": str(world.own.ids["order_id"]), **report},
            {},
        ),
        "api:diagnostic-report-review": lambda: (physician, {}, {}),
        "api:patients": lambda: (desk, person, {}),
        "api:appointments": lambda: (
            desk,
            booking | {"start_at": slot_of(world).start_at.isoformat()},
            {},
        ),
        "api:appointment-move": lambda: (
            desk,
            {"site": world.own.site.pk, "start_at": slot_of(world).start_at.isoformat()},
            {},
        ),
        "api:check-in-links": lambda: (desk, {}, today_is_the_day(world)),
        "api:displays": lambda: (desk, {}, {}),
        "api:clinician-delays": lambda: (desk, {"minutes": 35}, {}),
        "api:delay-messages": lambda: (desk, {}, today_is_the_day(world)),
        "api:clinician-blocks": lambda: (
            desk,
            {"start_at": f"{next_week}T12:00:00Z", "end_at": f"{next_week}T13:00:00Z"},
            {},
        ),
        "api:calendar-links": lambda: (therapist, {}, {}),
        "api:appointment-steps": lambda: (desk, {"step": "arrive"}, {}),
        **procedure_forms.posted(world),
        **intake_forms.posted(world),
    }
    return table[name]()
