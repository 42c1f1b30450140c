"""What there is after two people wrote in one draft, piece by piece."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

V = TypeVar("V")


@dataclass(frozen=True)
class Clash(Generic[V]):
    """One piece that two people changed: what each wrote."""

    name: str
    yours: V
    theirs: V


def merge(
    base: Mapping[str, V], yours: Mapping[str, V], theirs: Mapping[str, V], *, nothing: V
) -> tuple[dict[str, V], list[Clash[V]]]:
    """What there is after both: `base` is what you had read, `yours` the pieces you sent.

    A piece that only one of you changed is taken from them; one that you both changed, and not to
    the same, is a clash, and stays as `theirs`. A piece that is `nothing` is left out.
    """
    merged, clashes = dict(theirs), []
    for name, value in yours.items():
        before, now = base.get(name, nothing), theirs.get(name, nothing)
        if value in (before, now):
            continue
        if now == before:
            merged[name] = value
        else:
            clashes.append(Clash(name, value, now))
    return {name: value for name, value in merged.items() if value != nothing}, clashes
