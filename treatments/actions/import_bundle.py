"""Taking in a FHIR transaction bundle, whole or not at all."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import DataError, IntegrityError

from clinic.accounts.models import Team, User
from clinic.shared.actions import action
from clinic.shared.database import violated_constraint
from patients.actions.care_team import join_care_team
from patients.actions.import_person import import_person
from patients.actions.reconcile import NotImportable, reconcile
from patients.domain.fhir import Compartment
from patients.domain.tally import Outcome, Tally
from patients.models import Recorded
from patients.models.care_team import CareTeamReason
from treatments.actions.changed_history import history_changed
from treatments.actions.imported_results import take_results
from treatments.domain.fhir import Bundle, BundleRefused, Refusal
from treatments.domain.fhir.refusal import Place
from treatments.models import Observation, Procedure

# What changes what is known of somebody.
_NEWS = frozenset({Outcome.CREATED, Outcome.UPDATED, Outcome.REMOVED})
MODELS: Mapping[str, type[Recorded]] = {"Procedure": Procedure, "Observation": Observation}


@dataclass(frozen=True)
class Carers:
    """Who may open the charts that are brought in: clinicians, and the teams of sites."""

    users: tuple[User, ...] = ()
    teams: tuple[Team, ...] = ()


NOBODY = Carers()


@dataclass(frozen=True)
class ImportedBundle:
    """What was written, and what somebody should look at."""

    tally: Tally
    warnings: tuple[Refusal, ...]


@action
def import_bundle(
    *, bundle: Bundle, carers: Carers = NOBODY, by: User | None, now: datetime
) -> ImportedBundle:
    """Write everybody in the bundle and everything it says about them; `carers` look after them.

    `by` is None for whoever operates the machine. Raises `BundleRefused` with the entry and the
    reason, and then nothing of the bundle is kept.
    """
    tally = Tally()
    warnings: list[Refusal] = []
    try:
        # Each person is locked; always in the same order, so that two imports never wait in a ring.
        for compartment in sorted(bundle.compartments, key=_identity):
            tally += _import_compartment(bundle, compartment, carers, warnings, by, now)
    except NotImportable as error:
        place = bundle.origins.get(error.key, Place())
        raise BundleRefused([Refusal(place, error.sentence)], bundle.census) from error
    except (IntegrityError, DataError) as error:
        raise BundleRefused([Refusal(Place(), _words_of(error))], bundle.census) from error
    return ImportedBundle(tally, tuple(warnings))


def _identity(compartment: Compartment) -> tuple[str, str]:
    return compartment.person.source, compartment.person.source_id


def _import_compartment(
    bundle: Bundle,
    compartment: Compartment,
    carers: Carers,
    warnings: list[Refusal],
    by: User | None,
    now: datetime,
) -> Tally:
    imported = import_person(compartment=compartment, by=by, now=now)
    join_care_team(
        patient=imported.patient,
        users=carers.users,
        teams=carers.teams,
        reason=CareTeamReason.IMPORTED,
        by=by,
        now=now,
    )
    tally = imported.tally
    for resource_type, model in MODELS.items():
        facts = compartment.facts.get(resource_type, ())
        if facts:
            tally += reconcile(
                model,
                resource_type=resource_type,
                patient=imported.patient,
                source=compartment.person.source,
                facts=facts,
            )
    if any(kind == "Observation" and outcome in _NEWS for kind, outcome in tally):
        take_results(patient=imported.patient, by=by, now=now)
    if any(outcome in _NEWS for _type, outcome in tally):
        history_changed([imported.patient.pk], now=now)
    person = compartment.person
    place = bundle.origins["Patient", person.source, person.source_id]
    warnings += [Refusal(place, note) for note in person.notes]
    if imported.resembles:
        records = ", ".join(map(str, imported.resembles))
        warnings.append(Refusal(place, f"May be the same person as record {records}."))
    return tally


def _words_of(error: IntegrityError | DataError) -> str:
    """Why the database refused, without the values: they are a person's."""
    name = violated_constraint(error) if isinstance(error, IntegrityError) else None
    return f"The database refuses it: {name or 'a value does not fit its column'}."
