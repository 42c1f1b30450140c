"""Between the columns of a procedure and what `treatments.domain.procedures` reasons about."""

import hashlib
from collections.abc import Iterable
from dataclasses import asdict, replace
from decimal import Decimal
from typing import Any

from treatments.domain.catalogue import details_of
from treatments.domain.procedures import Content, GivenDrug, Rules, cement_of
from treatments.domain.spine import in_order
from treatments.models.catalogue import CatalogueEntry
from treatments.models.procedure import Procedure, ProcedureDrug

_SAME = (
    "performed_at",
    "ended_at",
    "status",
    "region",
    "laterality",
    "approach",
    "purpose",
    "guidance",
    "sedation",
    "pain_before",
    "pain_after",
    "findings",
    "complications",
    "aftercare",
)
# What is alike from one person to the next, and so may be kept as a favourite or taken over.
HABITS = (
    "region",
    "levels",
    "laterality",
    "approach",
    "purpose",
    "guidance",
    "sedation",
    "aftercare",
)


def rules_of(entry: CatalogueEntry, drugs: Iterable[CatalogueEntry]) -> Rules:
    """What a procedure of this treatment is measured by."""
    known = list(drugs)
    return Rules(
        treatment=details_of("treatment", entry.details, where=entry.key),
        drugs={drug.key: details_of("drug", drug.details, where=drug.key) for drug in known},
        names={drug.key: drug.name for drug in known},
    )


def content_of(procedure: Procedure) -> Content:
    """What the row and its drugs say."""
    drugs = tuple(given(row) for row in procedure.drugs.all())
    return replace(said_by(procedure), drugs=drugs)


def said_by(row: Any) -> Content:
    """What a procedure, or a version of one, says without its drugs."""
    return Content(
        **{name: getattr(row, name) for name in _SAME},
        levels=tuple(row.levels),
        device_settings=_mapping(row.device_settings),
        checklist=_mapping(row.checklist),
    )


def _mapping(kept: Any) -> dict[str, Any]:
    return kept if isinstance(kept, dict) else {}


def given(row: ProcedureDrug) -> GivenDrug:
    """One drug row as the domain knows it."""
    return GivenDrug(
        drug=row.drug_id,
        role=row.role,
        dose=row.dose,
        dose_unit=row.dose_unit,
        volume_ml=row.volume_ml,
        concentration=row.concentration,
        wasted=row.wasted,
        lot_number=row.lot_number,
        expiry_date=row.expiry_date,
    )


def columns_of(content: Content) -> dict[str, Any]:
    """The columns of `Procedure` that say the same; the drugs are rows of their own."""
    cement = cement_of(content)
    return {
        **{name: getattr(content, name) for name in _SAME},
        "levels": in_order(content.levels),
        "device_settings": dict(content.device_settings),
        "checklist": dict(content.checklist),
        "cement_volume": sum(cement.values(), Decimal(0)) if cement else None,
    }


def drugs_mark(rows: Iterable[GivenDrug]) -> str:
    """A short name for exactly these rows: who saves says which they had read."""
    told = [
        [key, str(value.normalize()) if isinstance(value, Decimal) else str(value)]
        for row in rows
        for key, value in sorted(asdict(row).items())
    ]
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]


def habits_of(content: Content) -> dict[str, Any]:
    """What may be taken over to another person or day, as JSON: no lots, nothing found or felt."""
    settings = {k: v for k, v in content.device_settings.items() if k != "cement_ml"}
    return {
        **{name: getattr(content, name) for name in HABITS},
        "levels": list(content.levels),
        "device_settings": settings,
        "drugs": [
            {
                "drug": row.drug,
                "role": row.role,
                "dose": None if row.dose is None else str(row.dose),
                "dose_unit": row.dose_unit,
                "volume_ml": None if row.volume_ml is None else str(row.volume_ml),
                "concentration": row.concentration,
            }
            for row in content.drugs
        ],
    }


def content_from_habits(values: dict[str, Any]) -> Content:
    """The content that a favourite stands for."""
    drugs = [
        GivenDrug(**{**row, "dose": _decimal(row["dose"]), "volume_ml": _decimal(row["volume_ml"])})
        for row in values.get("drugs", [])
    ]
    return Content(
        **{name: values[name] for name in HABITS if name in values},
        device_settings=values.get("device_settings", {}),
        drugs=tuple(drugs),
    )


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
