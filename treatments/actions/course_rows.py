"""From an order to rows and back: what courses of every form share when they are written."""

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import date
from typing import Any

from clinic.accounts.models import User
from clinic.accounts.roles import Role
from clinic.shared.errors import DomainError, Invalid
from treatments.domain.amounts import Amount
from treatments.domain.catalogue import details_of
from treatments.domain.course_orders import (
    AboveMaximum,
    BadOrder,
    Detail,
    Drug,
    MedicationOrder,
    ProceduralOrder,
    ReferralOrder,
    SelfCareOrder,
    TherapyOrder,
    check_detail,
)
from treatments.domain.spine import in_order
from treatments.models import (
    CatalogueEntry,
    MedicationDetail,
    ProceduralDetail,
    ReferralDetail,
    Section,
    SelfCareDetail,
    TherapyDetail,
)

ROWS: Mapping[type[Any], type[Any]] = {
    MedicationOrder: MedicationDetail,
    TherapyOrder: TherapyDetail,
    ProceduralOrder: ProceduralDetail,
    SelfCareOrder: SelfCareDetail,
    ReferralOrder: ReferralDetail,
}


class OverMaximum(DomainError):
    """More a day than the drug's maximum, and no reason for it.

    `details` has `daily` and `maximum`, as they are read.
    """

    code = "over_maximum"
    status = 422
    title = "Above the daily maximum"
    default_sentence = "The daily dose is above the drug's maximum. Say why, or lower it."


def refused(error: BadOrder) -> DomainError:
    """What a bad order is called outside."""
    told = {"fields": {error.field: [error.sentence]}}
    if isinstance(error, AboveMaximum):
        amounts = {"daily": str(error.daily), "maximum": str(error.maximum)}
        return OverMaximum(error.sentence, details=told | amounts)
    return Invalid(error.sentence, details=told)


def checked_detail(detail: Detail, treatment: CatalogueEntry, *, today: date, born: date) -> Detail:
    """The order, tidied, if it fits the treatment and a person born then.

    Raises `Invalid`, `OverMaximum`.
    """
    about = details_of(Section.TREATMENT, treatment.details, where=treatment.key)
    drug = None
    if isinstance(detail, MedicationOrder):
        drug = _drug(detail.drug)
        _check_prescriber(detail)
    try:
        check_detail(detail, about, drug, today=today, born=born)
    except BadOrder as error:
        raise refused(error) from error
    if isinstance(detail, MedicationOrder):
        maximal = detail.over_maximum_reason.strip()
        return replace(
            detail, over_maximum_reason=maximal if _is_above(detail, about, drug) else ""
        )
    if isinstance(detail, ProceduralOrder | ReferralOrder):
        return replace(detail, levels=tuple(in_order(detail.levels)))
    return detail


def columns_of(detail: Detail) -> dict[str, Any]:
    """The columns of the detail's row."""
    values = {item.name: getattr(detail, item.name) for item in fields(detail)}
    if isinstance(detail, MedicationOrder):
        values["drug_id"] = values.pop("drug")
        for name in ("strength", "dose"):
            amount: Amount = values[name]
            values[name], values[f"{name}_unit"] = amount.value, amount.unit.value
    if "levels" in values:
        values["levels"] = list(values["levels"])
    return values


def _drug(key: str) -> Drug | None:
    entry = CatalogueEntry.objects.filter(pk=key, section=Section.DRUG).first()
    if entry is None:
        return None
    return Drug(entry.name, details_of(Section.DRUG, entry.details, where=entry.key))


def _is_above(order: MedicationOrder, treatment: Any, drug: Drug | None) -> bool:
    try:
        check_detail(replace(order, over_maximum_reason=""), treatment, drug, today=date.min)
    except AboveMaximum:
        return True
    return False


def _check_prescriber(order: MedicationOrder) -> None:
    if order.prescriber_id is None:
        if order.is_over_the_counter:
            return
        raise refused(BadOrder("prescriber", "Say who prescribes it."))
    prescribers = User.objects.filter(pk=order.prescriber_id, role=Role.PHYSICIAN, is_active=True)
    if not prescribers.exists():
        raise refused(BadOrder("prescriber", "Only a physician prescribes."))
