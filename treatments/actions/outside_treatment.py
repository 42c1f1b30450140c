"""Saying which treatment it was that another clinic's record names in its own words."""

from datetime import datetime

from clinic.accounts.guards import require
from clinic.accounts.models import User
from clinic.shared.actions import action
from clinic.shared.errors import Conflict
from treatments.actions.changed_history import history_changed
from treatments.actions.documents import Check, locked
from treatments.actions.procedures import WrongProcedure
from treatments.domain.catalogue import details_of
from treatments.domain.spine import Region
from treatments.domain.states import RecordStatus
from treatments.models import CatalogueEntry, Procedure, Section

_FORMS = frozenset({"procedural", "referral"})


class NotImported(Conflict):
    """Only what came from another system waits for somebody to say what it was."""

    code = "not_imported"
    default_sentence = (
        "This did not come from another system, so what it says stays. Mark it as entered in error"
        " and write it down anew if it is wrong."
    )


class ToldMeanwhile(Conflict):
    """Somebody else said what it was."""

    code = "told_meanwhile"
    default_sentence = "Somebody else has just said what this was. Look again."


def seen_as(treatment: str) -> Check:
    """A check that it still is what somebody read it to be: `Procedure.told`."""

    def check(current: Procedure) -> None:
        if current.told != treatment:
            raise ToldMeanwhile

    return check


@action
def tell_treatment(
    *,
    procedure: Procedure,
    treatment: CatalogueEntry | None,
    region: str = "",
    is_none_of_ours: bool = False,
    check: Check,
    by: User,
    now: datetime,
) -> Procedure:
    """Keep which treatment an imported procedure was, None to leave it to its words again.

    Its own words stay, and another import of the same row changes nothing here. `region` is where
    in the spine, "" if nobody knows. With `is_none_of_ours` no limit counts it, whatever its words
    say. `check` looks at the locked row. Raises `WrongProcedure`,
    `NotImported`, `NotAllowed`, and whatever `check` does.
    """
    require(by, "treatments.prepare_procedures")
    current = locked(procedure)
    if current.record_status != RecordStatus.OUTSIDE or not current.source:
        raise NotImported
    check(current)
    if is_none_of_ours and treatment is not None:
        raise _wrong("treatment", f"It was {treatment}, or none of ours; not both.")
    _refuse_unfit(treatment, region)
    current.treatment, current.region = treatment, region
    current.is_none_of_ours = is_none_of_ours
    current.save(update_fields=["treatment", "region", "is_none_of_ours"])
    history_changed([current.patient_id], now=now)
    return current


def _refuse_unfit(treatment: CatalogueEntry | None, region: str) -> None:
    if region and region not in set(Region):
        raise _wrong("region", "There is no such region of the spine.")
    if treatment is None:
        return
    if treatment.section != Section.TREATMENT or treatment.details.get("form") not in _FORMS:
        raise _wrong("treatment", f"{treatment} is not done as a procedure.")
    known = details_of("treatment", treatment.details, where=treatment.key).regions
    if region and known and region not in known:
        raise _wrong("region", f"{treatment} is not done there.")


def _wrong(name: str, sentence: str) -> WrongProcedure:
    return WrongProcedure(sentence, details={"fields": {name: [sentence]}})
