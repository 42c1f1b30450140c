"""Which treatments of the catalogue come near to the words of an outside procedure.

It only proposes: a person who knows chooses.
"""

import re
from collections.abc import Iterable, Mapping

from treatments.domain.outside_procedures import treatment_of

MOST = 4
# Words that stand in half of all names say little about which of them is meant.
_EMPTY = frozenset({"injec", "proce", "treat", "thera", "spine", "spina", "under", "guida", "with"})
_WORD = re.compile(r"[a-z]{4,}")
_ENOUGH = 5


def matches(text: str, names: Mapping[str, Iterable[str]]) -> list[str]:
    """Keys of treatments that the words may mean, the likeliest first.

    `names` has what each treatment is called, by its key: its name and other words for it.
    """
    meant, told = treatment_of(text), _stems(text)
    called = {key: _stems(" ".join(words)) for key, words in names.items() if key != meant}
    near = _near(told - _EMPTY, called) or ([] if meant else _near(told, called))
    return [*([meant] if meant in names else []), *near][:MOST]


def _near(told: frozenset[str], called: Mapping[str, frozenset[str]]) -> list[str]:
    shared = {key: len(told & stems) for key, stems in called.items()}
    return sorted((key for key, n in shared.items() if n), key=lambda key: -shared[key])


def _stems(text: str) -> frozenset[str]:
    """The beginnings of the words, so that “injected” and “injection” are one."""
    return frozenset(word[:_ENOUGH] for word in _WORD.findall(text.casefold()))
