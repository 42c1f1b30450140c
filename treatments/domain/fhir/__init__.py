"""FHIR R4 transaction bundles, translated into what our tables hold. Pure: no database."""

from treatments.domain.fhir.bundle import Bundle, read_bundle
from treatments.domain.fhir.refusal import BundleRefused, Refusal

__all__ = ["Bundle", "BundleRefused", "Refusal", "read_bundle"]
