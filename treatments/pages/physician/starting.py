"""What a new procedure may start from, and starting it."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from clinic.accounts.guards import SignedInRequest
from clinic.accounts.models import User
from clinic.shared.errors import NotFound
from patients.models import Patient
from treatments.actions.procedures import WrongProcedure, start_procedure
from treatments.domain.aftercare import aftercare_for
from treatments.domain.procedures import Content
from treatments.models import CatalogueEntry, Procedure, TreatmentCourse
from treatments.models.procedure_content import content_from_habits, content_of, habits_of
from treatments.queries import procedures as queries
from treatments.queries.courses_for import open_course

_KINDS = {
    "injection": "Injections",
    "ablation": "Ablation",
    "augmentation": "Vertebral augmentation",
    "percutaneous": "Percutaneous",
    "surgery": "Surgery",
}


def choices_for(user: User, patient_id: UUID, *, now: datetime) -> dict[str, Any]:
    """Favourites, what this person had before, all treatments by kind, and who may do them."""
    offered = queries.offered_treatments(user)
    kinds = dict.fromkeys(entry.kind for entry in offered)
    people = queries.performers(user)
    return {
        "favorites": queries.favorites(user),
        "before": queries.last_done(user, patient_id, now=now),
        "groups": [
            (_KINDS.get(kind, kind.capitalize()), [e for e in offered if e.kind == kind])
            for kind in kinds
        ],
        "performers": people,
        "performer": user if user in people else next(iter(people), None),
    }


def begin(request: SignedInRequest, patient: Patient, *, now: datetime) -> Procedure:
    """A draft from what was chosen. Raises `WrongProcedure`, `NotFound`."""
    user, sent = request.user, request.POST
    treatment, content = _chosen(request, patient, now)
    people = {str(person.pk): person for person in queries.performers(user)}
    default = user if str(user.pk) in people else next(iter(people.values()), None)
    performer = people.get(sent.get("performer", ""), default)
    if performer is None:
        sentence = "Nobody here may do procedures yet."
        raise WrongProcedure(sentence, details={"fields": {"performer": [sentence]}})
    return start_procedure(
        patient=patient,
        treatment=treatment,
        performer=performer,
        content=_begun(content, treatment, now),
        course=_course(request, patient, now),
        by=user,
        now=now,
    )


def _begun(content: Content, treatment: CatalogueEntry, now: datetime) -> Content:
    details = treatment.details
    regions, purposes = details.get("regions", []), details.get("purposes", [])
    approaches = details.get("approaches", [])
    return replace(
        content,
        performed_at=now.replace(second=0, microsecond=0),
        region=content.region or (regions[0] if len(regions) == 1 else ""),
        purpose=content.purpose or (purposes[0] if len(purposes) == 1 else ""),
        approach=content.approach or (approaches[0] if len(approaches) == 1 else ""),
        aftercare=content.aftercare or aftercare_for(details.get("protocol", "")),
    )


def _chosen(
    request: SignedInRequest, patient: Patient, now: datetime
) -> tuple[CatalogueEntry, Content]:
    """Lots are never taken over: each vial is read anew."""
    user, sent = request.user, request.POST
    if number := _number(sent.get("favorite", "")):
        favorite = queries.access_favorite(user, number)
        return favorite.treatment, content_from_habits(favorite.values)
    if number := _number(sent.get("like", "")):
        before = queries.access_procedure(user, number, now=now)
        if before.patient_id != patient.pk or before.treatment is None:
            raise NotFound
        return before.treatment, content_from_habits(habits_of(content_of(before)))
    offered = {entry.key: entry for entry in queries.offered_treatments(user)}
    treatment = offered.get(sent.get("treatment", ""))
    if treatment is None:
        sentence = "Choose the treatment."
        raise WrongProcedure(sentence, details={"fields": {"treatment": [sentence]}})
    return treatment, Content()


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else 0


def _course(request: SignedInRequest, patient: Patient, now: datetime) -> TreatmentCourse | None:
    text = request.POST.get("course", "")
    return open_course(request.user, patient.pk, text, now=now) if text else None
