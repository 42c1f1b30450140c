"""What is sent to the writers about courses of treatment and authorizations."""

from clinic.accounts.roles import Role
from tests.record_builders import ibuprofen, make_course
from tests.security.world import TODAY


def of_courses(world, desk, therapist, physician):
    """What is sent about courses of treatment and authorizations."""
    today, patient_id = TODAY.isoformat(), str(world.own.patient.pk)
    plan = {"begins": "now", "start_date": today, "end_date": "", "goal": "", "instructions": ""}
    therapy = {"visits_planned": "8", "visits_per_week": "2", "visits_authorized": ""}
    therapy |= dict.fromkeys(("certified_start_date", "certified_end_date"), "")
    therapy |= dict.fromkeys(("certified_by", "outside_order_date", "plan_sent_date"), "")
    therapy |= {"home_exercises": "Bridges"}
    allowed = {
        "treatment": "physical-therapy",
        "payer": "Harbor",
        "number": "H-77",
        "units": 6,
        "valid_from": today,
        "valid_until": today,
        "note": "Spoke with Kim",
    }
    drug = {
        "product": "ibuprofen|200 mg",
        "strength": "",
        "dose": "600",
        "dose_unit": "mg",
        "doses_per_day": "3",
        "route": "oral",
        "quantity": "60",
        "refills": "0",
        "prescriber": str(world.staff[physician].pk),
        "is_as_needed": "",
        "is_over_the_counter": "",
        "over_maximum_reason": "",
    }
    swallowed = {
        "drug": "ibuprofen",
        "strength": {"value": "200", "unit": "mg"},
        "dose": {"value": "600", "unit": "mg"},
        "doses_per_day": "3",
        "route": "oral",
    }
    sessions = {"visits_per_week": "2", "visits_planned": 8}
    ordered = {"patient": patient_id, "treatment": "physical-therapy", "detail": sessions}
    named = {"treatment": "physical-therapy", "consultation": ""}
    seen = {"outcome": "attended", "minutes": 45, "note": "Bridges"}
    typed = seen | {"occurred_at": "", "is_progress_report": "", "is_another": ""}
    told = {"times_done": "4", "asked_date": "", "note": "Went well"}
    paused = {"to": "paused", "reason": "Flu"}
    dose = {"on": today, "reason": "Too little"}
    return {
        "physician:course-new": lambda: (physician, plan | therapy | named, {}),
        "physician:course-change": lambda: (physician, plan | therapy | {"revision": "2"}, {}),
        "physician:course-dose": lambda: (physician, drug | dose, drug_course(world)),
        "physician:course-step": lambda: (physician, paused, {}),
        "physician:course-visits": lambda: (therapist, typed, {}),
        "physician:course-visit-void": lambda: (therapist, {}, {}),
        "physician:course-checks": lambda: (physician, told, self_care_course(world)),
        "physician:authorizations": lambda: (physician, allowed, {}),
        "physician:authorization-revoke": lambda: (physician, {}, {}),
        "desk:authorizations": lambda: (desk, allowed, {}),
        "desk:authorization-revoke": lambda: (desk, {}, {}),
        "api:treatment-courses": lambda: (physician, ordered, {}),
        "api:treatment-course-steps": lambda: (physician, paused, {}),
        "api:treatment-course-doses": lambda: (
            physician,
            {"detail": swallowed},
            drug_course(world),
        ),
        "api:treatment-course-visits": lambda: (therapist, seen, {}),
        "api:treatment-course-checks": lambda: (
            physician,
            {"times_done": 4, "note": "Went well"},
            self_care_course(world),
        ),
        "api:treatment-course-visit-void": lambda: (therapist, {}, {}),
        "api:prior-authorizations": lambda: (desk, allowed | {"patient": patient_id}, {}),
        "api:prior-authorization-revoke": lambda: (desk, {}, {}),
    }


def drug_course(world):
    """A prescription that runs."""
    by = world.staff[Role.PHYSICIAN]
    course = make_course(world.own.patient, by, treatment="nsaid", detail=ibuprofen(by))
    return {"course_id": course.pk}


def self_care_course(world):
    """Exercises at home."""
    by = world.staff[Role.PHYSICIAN]
    return {"course_id": make_course(world.own.patient, by, treatment="home-exercise").pk}
