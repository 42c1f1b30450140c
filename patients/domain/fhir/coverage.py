"""Coverage: who pays."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from patients.domain.fhir.facts import Fact, Kind, Resource, Withdrawn, is_error
from patients.domain.fhir.reading import Node, concept
from patients.domain.fhir.times import days_of, period

LAST_RANK = 99
# HL7's act codes for kinds of coverage, as far as they decide which coverage rules apply.
_CLASS_OF_CODE = {
    "pay": "self_pay",
    "WCBPOL": "workers_comp",
    "AUTOPOL": "auto",
    "EHCPOL": "commercial",
    "HIP": "commercial",
    "HMO": "commercial",
    "PPO": "commercial",
    "POS": "commercial",
}


@dataclass(frozen=True)
class CoverageFact(Fact):
    """The fields of `patients.models.Coverage`."""

    payer_class: str
    payer: str
    plan: str
    member_id: str
    rank: int
    start_date: date | None
    end_date: date | None


def read_coverage(resource: Resource) -> Fact:
    """Translate a Coverage. Raises `FhirError`.

    A draft, or a cancelled one that does not say until when it was in force, does not count.
    """
    node = resource.node
    start_date, end_date = days_of(*period(node, "period"))
    status = node.text("status")
    if is_error(node) or status == "draft" or (status == "cancelled" and end_date is None):
        return Withdrawn(resource.source_id)
    payer = _payer(resource)
    return CoverageFact(
        source_id=resource.source_id,
        payer_class=_payer_class(node, payer),
        payer=payer,
        plan=_plan(node),
        member_id=_member_id(node),
        rank=_rank(node),
        start_date=start_date,
        end_date=end_date,
    )


def _payer(resource: Resource) -> str:
    payor = resource.node.first("payor")
    named = payor.text("display", longest=150)
    if named:
        return named
    found = resource.find(payor.text("reference"))
    is_organization = found is not None and found.text("resourceType") == "Organization"
    return found.text("name", longest=150) if found and is_organization else ""


def _plan(node: Node) -> str:
    for group in node.nodes("class"):
        if group.node("type").first("coding").text("code") == "plan":
            return group.text("name", longest=150) or group.text("value", longest=150)
    return ""


def _member_id(node: Node) -> str:
    identifier = node.first("identifier")
    return node.text("subscriberId", longest=80) or identifier.text("value", longest=80)


def _rank(node: Node) -> int:
    order = node.number("order")
    return 1 if order is None else max(1, int(min(order, Decimal(LAST_RANK))))


def _payer_class(node: Node, payer: str) -> str:
    kind = concept(node.node("type"))
    words = f"{payer} {kind.text}".lower()
    for public in ("medicare", "medicaid"):
        if public in words:
            return public
    return _CLASS_OF_CODE.get(kind.code, "unknown")


KIND = Kind(subject="beneficiary", read=read_coverage)
