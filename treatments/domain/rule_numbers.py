"""The numbers of a rule's record, as fields that a manager may change one by one."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

# Words that say what the rule looks at; to change them is to write another rule.
_NOT_NUMBERS = frozenset(
    {"check", "which", "event", "mark", "measured", "what", "drug", "families", "holds"}
)
LABELS: Mapping[str, str] = {
    "most": "At most",
    "least": "At least",
    "span": "In",
    "within": "Within",
    "above": "Above",
    "relief": "Relief in %",
    "lasting": "Lasting",
    "apart": "Apart by",
    "count": "How many",
    "age_from": "From age",
    "age_until": "Until age",
}


@dataclass(frozen=True)
class Number:
    """One value that may be changed: where it stands in the params, and what it says now."""

    path: str
    value: Any

    @property
    def label(self) -> str:
        """As it is read: the last word of the path."""
        *before, last = self.path.split(".")
        word = LABELS.get(last, last.replace("_", " ").capitalize())
        place = next((part for part in reversed(before) if part.isdigit()), "")
        return f"{word} ({int(place) + 1})" if place else word


def numbers_of(params: Mapping[str, Any]) -> list[Number]:
    """Every number, span and yes-or-no of the params, in their order."""
    return list(_walk(params, ""))


def with_numbers(record: Mapping[str, Any], told: Mapping[str, str]) -> dict[str, Any]:
    """The record with these values, typed as what stood there; what is not told stays."""
    changed: dict[str, Any] = deepcopy(dict(record))
    for number in numbers_of(record.get("params", {})):
        if number.path in told:
            _put(changed["params"], number.path.split("."), _typed(told[number.path], number.value))
    return changed


def _walk(value: Any, path: str) -> Iterator[Number]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if name not in _NOT_NUMBERS:
                yield from _walk(inner, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list | tuple):
        for place, inner in enumerate(value):
            if isinstance(inner, Mapping):
                yield from _walk(inner, f"{path}.{place}")
    elif _is_number(value):
        yield Number(path, value)


def _is_number(value: Any) -> bool:
    if isinstance(value, bool | int):
        return True
    # Spans are like P12M; exact numbers are written as text.
    return isinstance(value, str) and any(letter.isdigit() for letter in value) and len(value) < 12


def _typed(text: str, before: Any) -> Any:
    text = text.strip()
    if isinstance(before, bool):
        return text.casefold() in {"true", "yes", "on", "1"}
    if isinstance(before, int) and text.removeprefix("-").isdecimal():
        return int(text)
    return text


def _put(target: Any, path: list[str], value: Any) -> None:
    *before, last = path
    for part in before:
        target = target[int(part)] if part.isdigit() else target[part]
    target[int(last) if last.isdigit() else last] = value
