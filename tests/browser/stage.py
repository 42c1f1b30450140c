"""What stands on the pages that are looked at: one person with a bit of everything."""

from django.utils import timezone

from clinic.accounts.roles import Role
from patients.actions.threads import Letter, Opening, answer_thread
from patients.models import CareTeamMember, Patient, PortalAccess, PortalRequest
from patients.models.thread import ThreadTopic
from scheduling.actions.offers import offer_time
from scheduling.actions.waitlist import Wish, add_to_waitlist
from scheduling.models import BoardColumn, BoardView, Holiday, WorklistItem
from tests import builders, record_builders
from tests.record_builders import (
    ibuprofen,
    make_course,
    make_entry,
    make_procedure,
    shipped_catalogue,
)
from tests.rule_builders import make_finding, make_hold_plan
from tests.security.world import hold_for, series_for
from treatments.actions.alarms import Told, tell_well_being
from treatments.actions.consultations import save_consultation, sign_consultation
from treatments.actions.diagnoses import DiagnosisWish, write_diagnosis
from treatments.actions.entries import retire_entry
from treatments.actions.letters import send_first_letter
from treatments.actions.orders import Findings, OrderWish, enter_report, order_test


def ids_for(visit):
    double = Patient.objects.exclude(pk=visit.patient_id).get()
    colleague = builders.make_user(Role.NURSE)
    now = timezone.now()
    series = series_for(visit.patient, visit.site, visit.visit_type, visit.booked_by, now)
    done = series.appointments.filter(series_number=2)
    done.update(status="completed")
    clinician = visit.site.resources.get(kind="clinician")
    tomorrow = visit.start_at.date() + timezone.timedelta(days=1)
    far = tomorrow + timezone.timedelta(days=200)
    holiday = Holiday.objects.create(site=visit.site, local_date=far, name="Our day")
    WorklistItem.objects.create(kind="running_late", appointment=visit, created_at=visit.start_at)
    today = now.astimezone(visit.site.zone).date()
    days = Wish(earliest_date=today, latest_date=today + timezone.timedelta(days=9))
    begin = (now + timezone.timedelta(hours=26)).replace(minute=0, second=0, microsecond=0)
    waiting = [
        add_to_waitlist(
            patient=patient,
            visit_type=visit.visit_type,
            site=visit.site,
            wish=days,
            by=visit.booked_by,
            now=now,
        )
        for patient in (visit.patient, double)
    ]
    offer_time(entry=waiting[1], start_at=begin, by=visit.booked_by, now=now)
    later = begin + timezone.timedelta(hours=2)
    saved = BoardView.objects.create(site=visit.site, name="Mornings", function_key=1)
    BoardColumn.objects.create(view=saved, resource=clinician, position=0)
    shipped_catalogue()
    physician = builders.make_user(Role.PHYSICIAN)
    drug = ibuprofen(physician)
    doctor = builders.make_user(Role.PHYSICIAN)
    hour_ago = now - timezone.timedelta(hours=1)
    block, event, finding, call = outcomes_for(visit.patient, now)
    own_entry = make_entry("Hiccups")
    make_entry("Cupping", "treatment", "complementary", details={"form": "self_care", "step": 1})
    retire_entry(entry=own_entry, by=builders.make_user(Role.MANAGER), now=now)
    return {
        **consulted(visit.patient),
        "thread": written_by(visit.patient, visit.site, now).pk,
        "past": series.appointments.get(series_number=2).pk,
        "course": make_course(visit.patient, physician).pk,
        "drug_course": make_course(visit.patient, physician, treatment="nsaid", detail=drug).pk,
        "procedure": make_procedure(visit.patient, doctor, at=hour_ago).pk,
        "done": make_procedure(
            visit.patient,
            doctor,
            at=hour_ago,
            drugs=[("triamcinolone", "40")],
            status="signed",
        ).pk,
        "block": block.pk,
        "event": event.pk,
        "finding": finding.pk,
        "follow_up": call.pk,
        "rule": finding.rule_key,
        "plan": make_hold_plan(visit.patient).pk,
        "entry_key": own_entry.pk,
        "series": series.pk,
        "course_visit": series.appointments.get(series_number=1).pk,
        "holiday": holiday.pk,
        "clinician": clinician.pk,
        "capability": clinician.capabilities.get().pk,
        "tomorrow": tomorrow.isoformat(),
        "patient": visit.patient_id,
        "asked": PortalRequest.objects.create(
            given_names="Ana",
            family_name="Ruiz",
            birth_date=visit.patient.birth_date,
            email="ana@example.org",
            asked_for="self",
        ).pk,
        "visit": visit.pk,
        "double": double.pk,
        "view": saved.pk,
        "cell": f"{clinician.pk}/{visit.end_at:%Y-%m-%dT%H:%MZ}",
        "user": colleague.pk,
        "hold": hold_for(double, visit.site, visit.visit_type, visit.booked_by, timezone.now()),
        "kind": visit.visit_type.code,
        "site": visit.site_id,
        "day": f"{visit.start_at.astimezone(visit.site.zone):%Y-%m-%d}",
        "clock": f"{visit.start_at.astimezone(visit.site.zone):%H:%M}",
        "entry": waiting[0].pk,
        "begin": f"{begin:%Y-%m-%dT%H:%M}Z",
        "end": f"{later:%Y-%m-%dT%H:%M}Z",
    }


def written_by(patient, site, now):
    """A message that sounds urgent, and its answer."""
    writer = builders.make_user(Role.PATIENT)
    PortalAccess.objects.create(user=writer, patient=patient, relationship="carer")
    letter = Letter("I have a fever since this morning.", now + timezone.timedelta(days=2))
    opening = Opening(ThreadTopic.APPOINTMENT, "Can I come today?", site.team)
    sent = send_first_letter(patient=patient, opening=opening, letter=letter, by=writer, now=now)
    desk = builders.make_user(Role.FRONT_DESK)
    body = "Please call us now."
    answer_thread(thread=sent.thread, body=body, zone=site.zone, by=desk, now=now)
    return sent.thread


def consulted(patient):
    """A draft and a signed consultation, and a test with its result."""
    now = timezone.now()
    physician = CareTeamMember.objects.filter(patient=patient, user__role=Role.PHYSICIAN).first()
    by = physician.user if physician else builders.make_user(Role.PHYSICIAN)
    record_builders.shipped_catalogue()
    rows = [record_builders.make_consultation(patient, by, at=now) for _ in range(2)]
    pieces = {
        "text-reason": "Pain down the left leg",
        "text-plan": "Physical therapy",
        "exam-strength-L5-left": "4",
        "pain-0-at-back-low-back-left": "yes",
        "pain-0-worst": "8",
    }
    for row in rows:
        save_consultation(consultation=row, pieces=pieces, revision=1, by=by, now=now)
        wish = DiagnosisWish(text="Radiculopathy", side="left")
        write_diagnosis(consultation=row, wish=wish, by=by, now=now)
    sign_consultation(consultation=rows[1], by=by, now=now)
    wish = OrderWish(record_builders.make_diagnostic(), "Leg pain", region="Lumbar spine")
    order = order_test(patient=patient, wish=wish, by=by, now=now)
    findings = Findings(now.date(), "Herniation L4-L5", is_abnormal=True)
    enter_report(order=order, findings=findings, by=by, now=now)
    return {"consultation": rows[0].pk, "signed": rows[1].pk, "order": order.pk}


def outcomes_for(patient, now):
    """A block between scores, with an event and something due after it."""
    doctor = builders.make_user(Role.PHYSICIAN)
    record_builders.shipped_catalogue()
    record_builders.shipped_instruments()
    day = timezone.timedelta(days=1)
    block = record_builders.make_procedure(
        patient,
        doctor,
        at=now - 40 * day,
        treatment="medial-branch-block",
        purpose="diagnostic",
        status="signed",
        drugs=[("bupivacaine", "5")],
    )
    scores = ((45, 8, "nrs-average"), (30, 3, "nrs-average"), (45, 7, "nrs-now"), (3, 4, "nrs-now"))
    for days, score, instrument in (*scores, (3, 5, "nrs-average")):
        record_builders.make_response(patient, score, at=now - days * day, instrument=instrument)
    event = record_builders.make_event(
        patient, doctor, at=now - 38 * day, procedure=block, risk="nerve-damage", grade=3
    )
    call = record_builders.make_follow_up(
        patient, due_at=now - day, procedure=block, step="safety-call"
    )
    soon = {"due_at": now + day, "title": "Scores", "kind": "questionnaire"}
    record_builders.make_follow_up(patient, **soon)
    told = Told(frozenset({"fever"}), "Since this morning")
    tell_well_being(patient=patient, told=told, by=None, now=now)
    return block, event, make_finding(patient), call
