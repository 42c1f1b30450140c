"""A clinic with everything in it twice: what belongs to the asker, and what does not.

Every clinical text of each person is a word of its own, so that a leak shows in any format.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import uuid4

from django.db import models

from clinic.accounts.models import THE_CLINIC, Team, TeamMember, User
from clinic.accounts.roles import Role
from clinic.messaging.models import InboundMessage, Message
from clinic.shared.uploads import CheckedFile
from patients.actions.invitations import Guest, invite_to_portal
from patients.actions.sent_files import send_file
from patients.models import (
    AddressProof,
    AllergyIntolerance,
    CareTeamMember,
    Condition,
    Consent,
    Document,
    DocumentShare,
    EmergencyAccess,
    MedicationStatement,
    Patient,
    PatientMerge,
    PortalAccess,
    PortalRequest,
    Thread,
    ThreadMessage,
)
from patients.models.document import DocumentKind
from patients.models.invitation import InvitationWay
from patients.models.portal import Relationship
from patients.models.provenance import Recorded
from scheduling.actions.book import BookingRequest, book_appointment
from scheduling.actions.delays import note_delay
from scheduling.actions.hold import place_hold
from scheduling.actions.hours import Leave
from scheduling.actions.links import open_display, share_visits
from scheduling.actions.offers import offer_time
from scheduling.actions.series import CourseRequest, book_series
from scheduling.actions.waitlist import Wish, add_to_waitlist
from scheduling.models import (
    Appointment,
    BoardColumn,
    BoardView,
    Holiday,
    ReminderRule,
    Reservation,
    Resource,
    Site,
    TextToAnswer,
    TimeOff,
    VisitType,
    WorklistItem,
)
from scheduling.queries.availability import SlotSearch, free_slots
from scheduling.queries.check_in import place_token
from tests import builders, record_builders
from tests.news_builders import make_newsletter
from tests.record_builders import make_course, make_procedure
from tests.rule_builders import CAP, DIABETES, make_finding, make_hold_plan, offer_rule
from treatments.actions.authorizations import Authorization, record_authorization
from treatments.actions.intakes import save_page, send_intake
from treatments.actions.visits import Visit, record_visit
from treatments.domain.intake import Subject, print_of
from treatments.models import (
    Diagnosis,
    DiagnosticReport,
    Instrument,
    Procedure,
    ProcedureFavorite,
    ReportFile,
    RuleEdition,
    ServiceRequest,
    WellBeing,
)

# These need more than a person and words; `_outcomes` plants them.
SPECIAL = {"QuestionnaireResponse"}
CLINICAL = [
    m for m in Recorded.__subclasses__() if m.__name__ not in {"Patient", "Coverage", *SPECIAL}
]
TODAY = datetime.now(UTC).date()
_canaries = count(1)


@dataclass
class Side:
    """One person with a record, a visit, a merge; one site; and ids of everything."""

    patient: Patient
    appointment: Appointment
    site: Site
    ids: dict[str, object]
    canaries: list[str] = field(default_factory=list)


@dataclass
class World:
    """`own` is cared for by the staff of site A; `other` comes to site B, where none of them is."""

    own: Side
    other: Side
    kind: VisitType
    staff: dict[str, User]
    patients: dict[str, User]
    team: Team

    def user(self, who: str) -> User:
        return self.staff.get(who) or self.patients[who]


def _zone_where_it_is_day() -> str:
    """Late in the evening no visit fits into today any more; no test shall depend on the hour."""
    return "America/New_York" if datetime.now(UTC).hour >= 6 else "Africa/Lagos"


def build_world() -> World:
    """Everything, through the actions where there are some."""
    record_builders.shipped_catalogue()
    record_builders.shipped_instruments()
    zone = _zone_where_it_is_day()
    site_a, site_b = builders.make_site(zone), builders.make_site(zone)
    for site in (site_a, site_b):
        builders.make_clinician(site)
        builders.make_resource(site)
    kind = builders.make_visit_type()
    staff = {role: builders.make_user(role) for role in Role if role != Role.PATIENT}
    # Only the manager runs both sites.
    TeamMember.objects.filter(team=site_b.team).delete()
    patients = {
        name: builders.make_user(Role.PATIENT)
        for name in ("patient_a", "patient_b", "proxy", "former_proxy", "grown_up_parent")
    }
    own = _side("Ownwell", site_a, kind, staff, patients["patient_a"])
    other = _side("Otherby", site_b, kind, staff, patients["patient_b"])
    own.patient.birth_date = TODAY - timedelta(days=10 * 365)
    own.patient.save()
    for name, relationship, until in (
        ("proxy", "parent", None),
        ("former_proxy", "carer", TODAY),
    ):
        PortalAccess.objects.create(
            user=patients[name], patient=own.patient, relationship=relationship, until_date=until
        )
    PortalAccess.objects.create(
        user=patients["grown_up_parent"], patient=other.patient, relationship="parent"
    )
    # After the booking, which would have brought them into the care team.
    Resource.objects.filter(pk=own.ids["clinician_id"]).update(user=staff[Role.THERAPIST])
    for user in staff.values():
        if user.has_perm("patients.view_chart"):
            builders.care_for(own.patient, user)
    return World(own, other, kind, staff, patients, site_a.team)


def _side(family, site, kind, staff, portal_user) -> Side:
    manager = staff[Role.MANAGER]
    patient = builders.make_patient("Quill", family, email=f"{family}@example.org")
    access = PortalAccess.objects.create(user=portal_user, patient=patient)
    carer = Guest(
        name="Carl Invited",
        relationship=Relationship.CARER,
        way=InvitationWay.EMAIL,
        address="carl@example.org",
        until_date=TODAY + timedelta(days=60),
    )
    canaries = [_plant(model, patient) for model in CLINICAL for _ in range(1)]
    canaries = [word for words in canaries for word in words]
    clerk = builders.make_user(Role.FRONT_DESK)
    TeamMember.objects.get_or_create(team=site.team, user=clerk)
    now = datetime.now(UTC)
    search = SlotSearch(kind, [site], now, now + timedelta(days=3))
    slot = free_slots(clerk, search, now=now)[0]
    request = BookingRequest(patient, kind, site, slot.start_at)
    appointment = book_appointment(request=request, by=clerk, now=now)
    team_member = CareTeamMember.objects.filter(patient=patient, team=site.team).get()
    double = builders.make_patient("Double", family)
    merge = PatientMerge.objects.create(
        kept=patient, merged=double, reason="same", merged_at=now, merged_by=manager
    )
    emergency = EmergencyAccess.objects.create(
        patient=patient,
        user=builders.make_user(Role.PHYSICIAN),
        reason=f"Collapsed {canaries[-1]} in the waiting room",
        opened_at=now - timedelta(hours=3),
        ends_at=now - timedelta(hours=2),
    )
    written = _consulted(patient, staff[Role.PHYSICIAN], now, canaries)
    Consent.objects.create(
        patient=patient,
        kind="treatment",
        decision="permit",
        method="paper",
        given_by=patient.name,
        decided_date=TODAY,
        recorded_by=clerk,
    )
    paper = Document.objects.create(
        patient=patient,
        kind="identity",
        media_type="application/pdf",
        digest="0",
        content=b"%PDF-1.7 nothing",
        filed_by=clerk,
    )
    DocumentShare.objects.create(document=paper, shared_by=clerk, shared_at=now)
    thread, letter_file = _letters(patient, site.team, portal_user, now)
    view = BoardView.objects.create(site=site, name="Mornings")
    BoardColumn.objects.create(view=view, resource=site.resources.first(), position=0)
    colleague = builders.make_user(Role.NURSE)
    clinician = site.resources.get(kind="clinician")
    day_after = (now + timedelta(days=4), now + timedelta(days=4, hours=1))
    block = Reservation.objects.create(resource=clinician, during=day_after, kind="block")
    delay = note_delay(resource=clinician, minutes=20, by=clerk, now=now)
    display = open_display(site=site, by=clerk, now=now)
    invited = invite_to_portal(patient=patient, guest=carer, by=clerk, now=now).invitation
    asked = PortalRequest.objects.create(
        given_names="Nora",
        family_name="Newcomer",
        birth_date=TODAY - timedelta(days=12_000),
        email="nora@example.org",
        asked_for="self",
    )
    code = AddressProof(patient=patient, user=portal_user, channel="email", digest="0")
    code.address, code.expires_at = "new@example.org", now + timedelta(minutes=10)
    code.save()
    shared = share_visits(patient=patient, by=portal_user, now=now)
    series = series_for(patient, site, kind, clerk, now)
    item = WorklistItem.objects.create(
        kind="running_late", appointment=appointment, created_at=now, created_by=clerk
    )
    # Somebody of the site who is away, and a machine, an ability and a kind of visit to change.
    away_from = TODAY + timedelta(days=300)
    machine = builders.make_resource(site, "equipment")
    doctor = builders.make_clinician(site, user=builders.make_user(Role.PHYSICIAN))
    time_off = TimeOff.objects.create(
        site=site,
        resource=doctor,
        during=Leave(away_from, away_from).during(site),
    )
    special = Holiday.objects.create(site=site, local_date=away_from, name="Founders' day")
    days = Wish(earliest_date=TODAY + timedelta(days=1), latest_date=TODAY + timedelta(days=9))
    waits = {"patient": patient, "site": site, "wish": days, "by": clerk, "now": now}
    entry = add_to_waitlist(visit_type=kind, **waits)
    later = SlotSearch(kind, [site], now + timedelta(days=4), now + timedelta(days=6))
    later_slot = free_slots(clerk, later, now=now)[0]
    offer = offer_time(entry=entry, start_at=later_slot.start_at, by=clerk, now=now)
    course_ids = _course(patient, canaries, now)
    outcome_ids, words = _outcomes(patient, builders.make_user(Role.PHYSICIAN), now)
    canaries[:0] = words
    draft = make_procedure(patient, builders.make_user(Role.PHYSICIAN), at=now)
    told_ids = _told(patient, portal_user, now, canaries)
    # A favourite is its writer's alone: on the side of the staff it is the physician's.
    writer = staff[Role.PHYSICIAN] if family == "Ownwell" else draft.performer
    favorite = ProcedureFavorite.objects.create(
        clinician=writer, treatment=draft.treatment, name="As usual"
    )
    ids = {
        **written,
        **course_ids,
        **outcome_ids,
        **told_ids,
        "procedure_id": draft.pk,
        "favorite_id": favorite.pk,
        "series_id": series.pk,
        "visit_id": series.appointments.get(series_number=1).pk,
        "item_id": item.pk,
        "step": "signs-1",
        "rule_id": ReminderRule.objects.create(before=timedelta(days=3), site=site).pk,
        "text_id": TextToAnswer.objects.create(
            inbound=InboundMessage.objects.create(
                provider_id=f"SM{patient.pk}",
                from_phone=f"+1212555{site.pk % 10_000:04}",
                text="Where do I park?",
                received_at=now,
            ),
            why="unclear",
            asked_at=now,
        ).pk,
        "resource_id": machine.pk,
        "time_off_id": time_off.pk,
        "holiday_id": special.pk,
        "capability_id": builders.make_capability(f"ability-{site.pk}").pk,
        "code": builders.make_visit_type().code,
        "report": "utilisation",
        "patient_id": patient.pk,
        "appointment_id": appointment.pk,
        "hold_id": hold_for(patient, site, kind, clerk, now),
        "site_id": site.pk,
        "member_id": team_member.pk,
        "access_id": access.pk,
        "invitation_id": invited.pk,
        "request_id": asked.pk,
        "channel": "email",
        "merge_id": merge.pk,
        "message_id": Message.objects.filter(patient_id=patient.pk).earliest("id").pk,
        "document_id": paper.pk,
        "thread_id": thread.pk,
        "attachment_id": letter_file.pk,
        "press": "take",
        "view_id": view.pk,
        "user_id": colleague.pk,
        "clinician_id": clinician.pk,
        "block_id": block.pk,
        "delay_id": delay.pk,
        "display_id": display.link.pk,
        "shared_id": shared.link.pk,
        # Nobody's in this world: its clinicians sign in nowhere.
        "calendar_id": 999_999,
        "secret": display.secret,
        "token": place_token(THE_CLINIC, appointment, now=now),
        "entry_id": entry.pk,
        "offer_id": offer.pk,
        "emergency": emergency.pk,
        "key": record_builders.make_entry().key,
        "section": "risk",
        # allauth's own; nothing of the kind exists.
        "pk": 999_999,
        "uidb36": "zz",
        "token_key": "dorsa_none",
    }
    return Side(patient, appointment, site, ids, canaries)


def _told(patient, portal_user, now, canaries) -> dict[str, object]:
    """What was told before a visit, sent from home, and begun anew; each text is a canary."""
    canaries.insert(0, f"canary{next(_canaries)}x{uuid4().hex[:6]}")
    said = {"lines": [{"what": canaries[0], "when": ""}], "none": False}
    by = {"patient": patient, "by": portal_user, "now": now}
    draft = save_page(subject=Subject.SURGERIES, said=said, seen="", **by)
    sent = send_intake(appointment_id=None, seen=print_of(draft.answers), **by)
    save_page(subject=Subject.REASON, said={"words": canaries[0]}, seen="", **by)
    # Two people may send the same page; here one of them is enough.
    picture = CheckedFile(b"%PDF-1.7 a card", "application/pdf", uuid4().hex)
    file = send_file(kind=DocumentKind.INSURANCE_CARD, file=picture, **by)
    return {
        "intake_id": sent.pk,
        "sent_file_id": file.pk,
        "subject": "reason",
        "consent_key": "messages",
        "paper_key": "referral",
    }


def _letters(patient, team, user, now):
    """A message with a file about a visit: the desk and clinicians of the place read it."""
    thread = Thread.objects.create(
        patient=patient,
        team=team,
        topic="appointment",
        subject="Parking",
        opened_by=user,
        opened_at=now,
        last_at=now,
        asked_at=now,
        answer_due_at=now + timedelta(days=2),
    )
    file = Document.objects.create(
        patient=patient,
        kind="message",
        media_type="application/pdf",
        digest="1",
        content=b"%PDF-1.7 nothing",
        filed_by=user,
    )
    ThreadMessage.objects.create(
        thread=thread, by=user, from_patient=True, body="Where?", sent_at=now, document=file
    )
    return thread, file


def _consulted(patient, physician, now, canaries) -> dict[str, object]:
    """A draft with a diagnosis, an order, its result with a file; every text is a canary."""

    def word():
        # The last one stays last: it is the reason of the emergency.
        canaries.insert(1, f"canary{next(_canaries)}x{uuid4().hex[:6]}")
        return canaries[1]

    record_builders.make_flag("world-flag")
    texts = {name: word() for name in ("reason", "history", "assessment", "plan", "onset")}
    draft = record_builders.make_consultation(patient, physician, at=now, **texts)
    diagnosis = Diagnosis.objects.create(consultation=draft, text=word())
    order = ServiceRequest.objects.create(
        patient=patient,
        diagnostic=record_builders.make_diagnostic("world-scan", name="World scan"),
        reason=word(),
        requested_by=physician,
        requested_at=now,
    )
    report = DiagnosticReport.objects.create(
        patient=patient,
        order=order,
        effective_date=TODAY,
        conclusion=word(),
        entered_by=physician,
        entered_at=now,
    )
    file = ReportFile.objects.create(
        report=report, media_type="application/pdf", digest="0", content=b"%PDF-1.7 nothing"
    )
    return {
        "consultation_id": draft.pk,
        "diagnosis_id": diagnosis.pk,
        "order_id": order.pk,
        "report_id": report.pk,
        "file_id": file.pk,
    }


def _course(patient, canaries, now):
    """A therapy that runs, with a visit and an authorization; its goal is a canary."""
    physician = builders.make_user(Role.PHYSICIAN)
    canaries.insert(0, f"canary{next(_canaries)}x{uuid4().hex[:6]}")
    begun = TODAY - timedelta(days=7)
    course = make_course(patient, physician, goal=canaries[0], start_date=begun)
    at = now - timedelta(days=3)
    visit = record_visit(course=course, visit=Visit(at, note=canaries[0]), by=physician, now=now)
    said = Authorization(patient, course.treatment, "Harbor", f"H-{patient.pk}", 12, begun, TODAY)
    allowed = record_authorization(said=said, by=physician, now=now)
    return {
        "course_id": course.pk,
        "therapy_visit_id": visit.pk,
        "authorization_id": allowed.pk,
    }


def _outcomes(patient, doctor, now) -> tuple[dict[str, object], list[str]]:
    """A block with its score, an event and a follow-up; their ids, and the words in them."""
    words = [f"canary{next(_canaries)}x{uuid4().hex[:6]}" for _ in range(5)]
    block = record_builders.make_procedure(
        patient,
        doctor,
        at=now - timedelta(days=2),
        treatment="medial-branch-block",
        purpose="diagnostic",
        status="signed",
    )
    about = {"at": now - timedelta(days=1), "procedure": block}
    score = record_builders.make_response(patient, 5, note=words[0], **about)
    event = record_builders.make_event(patient, doctor, description=words[1], **about)
    due = record_builders.make_follow_up(
        patient,
        due_at=now,
        procedure=block,
        owner_role="physician",
        step="safety-call",
        instructions=words[2],
    )
    alarm = WellBeing.objects.create(
        patient=patient, told_by="link", words=words[4], urgency="same_day", told_at=now
    )
    make_finding(patient)
    # One that may be acknowledged: what stops needs a reason.
    finding = make_finding(patient, record=DIABETES, message=words[3])
    if not RuleEdition.objects.filter(is_offered=True).exists():
        offer_rule()
    ids = {
        "nerve_block_id": block.pk,
        "response_id": score.pk,
        "event_id": event.pk,
        "follow_up_id": due.pk,
        "alarm_id": alarm.pk,
        "rule_key": CAP["id"],
        "kind": "running_late",
        "topic_key": "sciatica",
        "newsletter_id": make_newsletter(doctor).pk,
        "finding_id": finding.pk,
        "plan_id": make_hold_plan(patient, agreed_with=doctor).pk,
        "instrument_id": Instrument.objects.get(key="peg").pk,
    }
    return ids, words


def hold_for(patient, site, kind, clerk, now):
    """A time that is kept for them; its id."""
    begin = now + timedelta(hours=5)
    search = SlotSearch(kind, [site], begin, now + timedelta(days=3))
    slot = free_slots(clerk, search, now=now)[0]
    request = BookingRequest(patient, kind, site, slot.start_at)
    return place_hold(request=request, lasting=timedelta(hours=3), by=clerk, now=now).pk


def series_for(patient, site, kind, clerk, now):
    """A course of two visits, next week."""
    times = []
    for day in (6, 9):
        begin = now + timedelta(days=day)
        search = SlotSearch(kind, [site], begin, begin + timedelta(days=1), limit=1)
        times.append((free_slots(clerk, search, now=now)[0].start_at, None))
    request = CourseRequest(patient, kind, site, times, per_week=2)
    return book_series(request=request, by=clerk, now=now)


def _plant(model, patient) -> list[str]:
    """A row whose every free text is a canary of its own."""
    words = []

    def word():
        words.append(f"canary{next(_canaries)}x{uuid4().hex[:6]}")
        return words[-1]

    values = {}
    for column in model._meta.fields:
        free = isinstance(column, models.TextField | models.CharField) and not column.choices
        if free and column.name not in {"source", "source_id"}:
            values[column.name] = word()
        elif isinstance(column, models.JSONField):
            values[column.name] = [{"text": word(), "code": "", "value": "1", "unit": ""}]
    if model is Procedure:
        # Imported: nobody here did it.
        values["record_status"] = "outside"
    model.objects.create(patient=patient, **values)
    assert words, model
    return words


ALL_CLINICAL = {AllergyIntolerance, Condition, MedicationStatement} <= set(CLINICAL)
