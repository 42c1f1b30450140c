"""Ready-made rules for tests: small, and independent of what is shipped."""

from datetime import timedelta
from uuid import uuid4

from django.utils import timezone

from treatments.actions.rulebook import load_rules
from treatments.models import Finding, HoldPlan, RuleEdition

STAGES = ["order", "book", "check_in", "record", "nightly"]
CAP = {
    "id": "esi-max-4-per-region-12mo",
    "kind": "frequency_cap",
    "family": "esi",
    "severity": "block",
    "stages": STAGES,
    "applies_to": {"families": ["esi"]},
    "params": {"which": {"families": ["esi"], "per": "region"}, "most": 4, "span": "P12M"},
    "message": "At most four epidural sessions in a region in twelve months.",
    "desk_message": "There are too many of these visits close together.",
    "source": {"document": "Test policy", "confidence": "S"},
}
DIABETES = {
    "id": "steroid-dm-glucose",
    "kind": "exclusion",
    "family": "steroid",
    "severity": "warn",
    "stages": STAGES,
    "applies_to": {"families": ["steroid"]},
    "params": {"states": ["diabetes"]},
    "message": "A steroid raises the blood sugar of somebody with diabetes for days.",
    "desk_message": "A clinician must look at this visit.",
    "source": {"document": "Test paper", "confidence": "P"},
}
TWO_NSAIDS = {
    "id": "nsaid-one-at-a-time",
    "kind": "exclusion",
    "family": "nsaid",
    "severity": "block",
    "stages": STAGES,
    "applies_to": {"families": ["nsaid"]},
    "params": {"taken_classes": ["nsaid"]},
    "message": "Two medicines of this kind are never taken together.",
    "desk_message": "A clinician must look at this.",
    "source": {"document": "Test label", "confidence": "P"},
}

SADDLE = {
    "id": "rf-cauda-equina",
    "kind": "exclusion",
    "family": "red_flag",
    "severity": "block",
    "urgency": "emergency",
    "stages": ["order", "book", "check_in"],
    "params": {"states": ["saddle-numbness"]},
    "message": "Signs of a compressed cauda equina.",
    "desk_message": "Emergency. Say: “Call 911.” Do not book.",
    "source": {"document": "Test policy", "confidence": "P"},
}


def file_rules(*records):
    """File these as shipped rules."""
    return load_rules(records=records or (CAP, DIABETES, TWO_NSAIDS), by=None, now=timezone.now())


def offer_rule(record=CAP):
    """A shipped version that waits for the manager."""
    return RuleEdition.objects.create(
        key=record["id"],
        version=2,
        record=record,
        severity=record["severity"],
        is_on=True,
        is_shipped=True,
        is_offered=True,
        filed_at=timezone.now(),
    )


def make_finding(patient, *, record=CAP, on=None, **values):
    """An open finding about a visit that is not there."""
    now = timezone.now()
    rule, _is_new = RuleEdition.objects.get_or_create(
        key=record["id"],
        version=1,
        defaults={
            "record": record,
            "severity": record["severity"],
            "is_on": True,
            "is_shipped": True,
            "filed_at": now,
        },
    )
    fields = {
        "stage": "book",
        "subject_kind": "appointment",
        "subject_key": str(uuid4()),
        "subject_date": on or now.date(),
        "severity": record["severity"],
        "message": record["message"],
        "desk_message": record["desk_message"],
        "found_at": now,
    }
    row = Finding.objects.create(
        patient=patient, rule=rule, rule_key=record["id"], **(fields | values)
    )
    return Finding.objects.get(pk=row.pk)


def make_hold_plan(patient, *, agreed_with=None, **values):
    """Warfarin to be stopped five days before an epidural in ten days.

    `agreed_with` is who noted that its prescriber agreed.
    """
    at = timezone.now() + timedelta(days=10)
    row = {
        "key": "1",
        "label": "Warfarin 5 MG",
        "drug": "warfarin",
        "bleeding_class": "intermediate",
        "hold": "5 days",
        "last_dose_on": (at - timedelta(days=5)).date().isoformat(),
        "last_dose_by": None,
        "restart_hours": 24,
        "is_shared": False,
        "needs_inr": True,
        "needs_prescriber": True,
        "notes": ["INR normal on the day."],
        "confidence": "S",
    }
    fields = {
        "appointment_id": uuid4(),
        "treatment_id": "epidural-steroid-injection",
        "procedure_at": at,
        "drugs": [row],
        "made_at": timezone.now(),
    }
    if agreed_with is not None:
        fields |= {
            "prescriber": "Dr. Heart",
            "prescriber_at": timezone.now(),
            "prescriber_noted_by": agreed_with,
        }
    plan = HoldPlan.objects.create(patient=patient, **(fields | values))
    return HoldPlan.objects.get(pk=plan.pk)
