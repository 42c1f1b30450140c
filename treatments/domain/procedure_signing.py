"""What a procedure still lacks before it is signed, all of it at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from treatments.domain.catalogue import TreatmentDetails
from treatments.domain.procedures import Content, Rules, cement_of, levels_for, role_of


@dataclass(frozen=True)
class Lack:
    """Something that is missing. With `may_explain` it is signed without, for a written reason."""

    code: str
    field: str
    sentence: str
    may_explain: bool = False


def lacks(content: Content, rules: Rules, *, performer_may_sign: bool) -> list[Lack]:
    """What is missing, in the order of the form."""
    stopped = content.status == "stopped"
    found = [
        *_who_and_where(content, rules.treatment, performer_may_sign=performer_may_sign),
        *_safety(content, stopped=stopped),
        *_given(content, rules, stopped=stopped),
    ]
    if stopped and not content.checklist.get("stop_reason"):
        found.append(Lack("stop_reason", "check_stop_reason", "Say why it was stopped."))
    return found


def unexplained(found: list[Lack], reasons: Mapping[str, Any]) -> list[Lack]:
    """Those for which no reason was written, or none would do."""
    return [
        lack for lack in found if not (lack.may_explain and str(reasons.get(lack.code, "")).strip())
    ]


def _who_and_where(
    content: Content, details: TreatmentDetails, *, performer_may_sign: bool
) -> list[Lack]:
    found = []
    if not performer_may_sign:
        found.append(Lack("performer", "performer", "Say who did it: somebody who may sign."))
    if details.regions and not content.region:
        found.append(Lack("region", "region", "Choose the region."))
    if levels_for(details) and not content.levels:
        found.append(Lack("levels", "levels", "Choose the level."))
    if details.has_sides and not content.laterality and "caudal" not in content.levels:
        found.append(Lack("laterality", "laterality", "Choose the side."))
    if details.approaches and not content.approach:
        found.append(Lack("approach", "approach", "Choose the approach."))
    if len(details.purposes) > 1 and not content.purpose:
        found.append(Lack("purpose", "purpose", "Say whether it was to find out or to treat."))
    return found


def _safety(content: Content, *, stopped: bool) -> list[Lack]:
    done = content.checklist
    found = []
    if not done.get("consent"):
        found.append(Lack("consent", "check_consent", "Consent is not ticked."))
    if not done.get("time_out"):
        sentence = "The time-out is not ticked."
        found.append(Lack("time_out", "check_time_out", sentence, may_explain=stopped))
    if not done.get("allergies_reviewed"):
        sentence = "Allergies are not reviewed."
        found.append(Lack("allergies", "check_allergies_reviewed", sentence, may_explain=True))
    if done.get("infection") == "yes":
        sentence = "There were signs of infection. Why was it done?"
        found.append(Lack("infection", "check_infection", sentence, may_explain=True))
    if done.get("pregnancy") == "positive":
        sentence = "She is pregnant. Why was it done?"
        found.append(Lack("pregnancy", "check_pregnancy", sentence, may_explain=True))
    return found


def _given(content: Content, rules: Rules, *, stopped: bool) -> list[Lack]:
    found = []
    for row in content.drugs:
        drug = rules.drugs.get(row.drug)
        if drug is None or "steroid" not in (row.role, role_of(drug, ("steroid",))):
            continue
        name = rules.names.get(row.drug, row.drug)
        if row.dose is None:
            sentence = f"{name}: write the dose; a volume alone cannot be added up."
            found.append(Lack(f"dose-{row.drug}", "drugs", sentence))
        if not row.lot_number:
            sentence = f"{name} has no lot number."
            found.append(Lack(f"lot-{row.drug}", "drugs", sentence, may_explain=True))
        elif row.expiry_date is None:
            sentence = f"{name} has no expiry date."
            found.append(Lack(f"expiry-{row.drug}", "drugs", sentence, may_explain=True))
    if "cement" in rules.treatment.fields and not stopped:
        cement = cement_of(content)
        found += [
            Lack(
                f"cement-{level}", f"cement_{level}", f"{level}: how much cement?", may_explain=True
            )
            for level in content.levels
            if level not in cement
        ]
    return found
