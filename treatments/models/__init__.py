"""The clinical record, one file a noun."""

from treatments.models.observation import Observation
from treatments.models.procedure import Procedure

__all__ = ["Observation", "Procedure"]
