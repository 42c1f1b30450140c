"""Why a bundle was not loaded."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """Where in a bundle: the entry's number, counted from 0 as in `Bundle.entry[0]`."""

    entry: int | None = None
    full_url: str = ""


@dataclass(frozen=True)
class Refusal:
    """One reason, and the place it is about. Without an entry it is about the whole file."""

    place: Place
    reason: str


class BundleRefused(Exception):
    """Nothing of the bundle was loaded. `census` counts its resources by type, where known."""

    def __init__(self, refusals: Sequence[Refusal], census: Counter[str]) -> None:
        self.refusals = tuple(refusals)
        self.census = census
        super().__init__("; ".join(refusal.reason for refusal in refusals))


def refused_whole(reason: str) -> BundleRefused:
    """The refusal of something that could not even be taken apart."""
    return BundleRefused([Refusal(Place(), reason)], Counter())
