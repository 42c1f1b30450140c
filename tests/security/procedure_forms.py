"""What writers about procedures are sent, so that they do what they are for."""

from datetime import timedelta

from django.utils import timezone

from clinic.accounts.roles import Role
from tests.record_builders import make_procedure
from tests.security.world import TODAY
from treatments.models import Procedure

PATCHED = {
    "api:procedure": {"findings": "Good spread"},
    "api:procedure-favorite": {"name": "Another name"},
}


def posted(world):
    """By the name of the address: (role, form, ids of their own), made when asked for."""
    physician, patient = Role.PHYSICIAN, world.own.patient
    return {
        "physician:procedure-new": lambda: (physician, begun(world), {}),
        "physician:procedure-outside": lambda: (physician, done_elsewhere(), {}),
        "physician:procedure-draft": lambda: (physician, procedure_form(world), {}),
        "physician:procedure-limits": lambda: (physician, procedure_form(world), {}),
        "physician:procedure-sign": lambda: (physician, procedure_form(world), {}),
        "physician:procedure-amend": lambda: (physician, {"reason": "Side"}, signed(world)),
        "physician:procedure-withdraw": lambda: (physician, {"reason": "Twin"}, signed(world)),
        "physician:procedure-treatment": lambda: (
            physician,
            {"treatment": "kyphoplasty", "region": "lumbar", "seen": ""},
            imported(world),
        ),
        "physician:procedure-discard": lambda: (physician, {}, {}),
        "physician:favorite-keep": lambda: (physician, {"name": "Mine"}, {}),
        "physician:favorite-rename": lambda: (physician, {"name": "Mine"}, {}),
        "physician:favorite-drop": lambda: (physician, {}, {}),
        "api:procedures": lambda: (
            physician,
            {"patient": str(patient.pk), "treatment": "epidural-steroid-injection"},
            {},
        ),
        "api:procedure-sign": lambda: (physician, {}, signed(world, "draft")),
        "api:procedure-amend": lambda: (physician, {"reason": "Side"}, signed(world)),
        "api:procedure-withdraw": lambda: (physician, {"reason": "Twin"}, signed(world)),
        "api:procedure-favorites": lambda: (
            physician,
            {"procedure": world.own.ids["procedure_id"], "name": "Mine"},
            {},
        ),
    }


TICKED = {"consent": True, "time_out": True, "allergies_reviewed": True}


def signed(world, status="signed"):
    """The physician's own procedure, with everything that a signature needs."""
    row = make_procedure(
        world.own.patient,
        world.staff[Role.PHYSICIAN],
        at=timezone.now() - timedelta(hours=1),
        status=status,
        checklist=TICKED,
    )
    return {"procedure_id": row.pk}


def imported(world):
    """What another system told, in its own words."""
    row = Procedure.objects.create(
        patient=world.own.patient,
        text="Injection, spine",
        record_status="outside",
        source="urn:example:hospital",
        source_id="P-1",
        performed_at=timezone.now() - timedelta(days=40),
    )
    return {"procedure_id": row.pk}


def begun(world):
    return {
        "treatment": "epidural-steroid-injection",
        "performer": world.staff[Role.PHYSICIAN].pk,
        **dict.fromkeys(("course", "favorite", "like"), ""),
    }


def done_elsewhere():
    return {
        "treatment": "kyphoplasty",
        "performed_date": "2020-05-04",
        "region": "lumbar",
        **dict.fromkeys(("text", "laterality", "steroid", "dose", "findings"), ""),
    }


def procedure_form(world):
    """The whole form of the draft, every field of it."""
    return {
        "revision": 1,
        "drugs_seen": "",
        "performed_at": f"{timezone.now() - timedelta(hours=1):%Y-%m-%dT%H:%M}",
        "performer": world.staff[Role.PHYSICIAN].pk,
        "status": "completed",
        "region": "lumbar",
        "levels": ["L5-S1"],
        "laterality": "left",
        "approach": "interlaminar",
        "purpose": "therapeutic",
        **{f"check_{key}": "on" for key in TICKED},
        **dict.fromkeys(("ended_at", "guidance", "sedation", "pain_before", "pain_after"), ""),
        **dict.fromkeys(("findings", "complications", "aftercare"), ""),
        "drugs-0-drug": "triamcinolone",
        "drugs-0-dose": "40",
        "drugs-0-dose_unit": "mg",
        "drugs-0-lot_number": "A-17",
        "drugs-0-expiry_date": (TODAY + timedelta(days=90)).isoformat(),
    }
