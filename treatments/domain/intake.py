"""What somebody tells before a visit: which subjects there are, and what may stand under each.

The answers are a mapping from a subject to what was said about it. A subject that was not saved is
not in there; one that was saved empty says that there is nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from json import dumps
from typing import Any

from treatments.domain.body import BY_KEY

LONGEST_WORDS = 2000
LONGEST_LINE = 200
MOST_LINES = 30


class Subject(StrEnum):
    """One page of the intake each, in the order in which they are asked."""

    REASON = "reason"
    WHERE = "where"
    NOW = "now"
    PEG = "peg"
    HISTORY = "history"
    SURGERIES = "surgeries"
    MEDICINES = "medicines"
    ALLERGIES = "allergies"


class Thins(StrEnum):
    """Whether a medicine makes the blood thinner, as far as the person knows."""

    YES = "yes"
    NO = "no"
    UNSURE = "unsure"


# Which instrument each of these is an answer to; its items are the names in the answer.
INSTRUMENTS: Mapping[Subject, str] = {Subject.NOW: "nrs-now", Subject.PEG: "peg"}
# What is still true after months; how somebody feels is asked anew each time.
LASTING = frozenset(Subject) - set(INSTRUMENTS)
# The columns of a line; the first one is what the line is about.
LINES: Mapping[Subject, tuple[str, ...]] = {
    Subject.HISTORY: ("what",),
    Subject.SURGERIES: ("what", "when"),
    Subject.MEDICINES: ("what", "how_much", "thins"),
    Subject.ALLERGIES: ("what", "reaction"),
}


class BadIntake(ValueError):
    """Something that cannot stand in an intake; the text says what."""


@dataclass(frozen=True)
class Item:
    """One line that staff may take into the record. `key` is the same wherever it says the same."""

    subject: Subject
    key: str
    line: Mapping[str, str]

    @property
    def what(self) -> str:
        """What the line is about."""
        return self.line["what"]

    @property
    def more(self) -> str:
        """What was said beside it, "" if nothing."""
        return self.line.get("how_much") or self.line.get("when") or self.line.get("reaction") or ""

    @property
    def may_thin(self) -> bool:
        """Whether it may make the blood thinner: yes, or nobody knows."""
        return self.line.get("thins") in {Thins.YES, Thins.UNSURE}


def checked(subject: Subject, said: Any) -> dict[str, Any]:
    """What was said about a subject, tidied. Raises `BadIntake`."""
    if not isinstance(said, Mapping):
        raise BadIntake(f"{subject} is not written as names and values.")
    return _CHECKS[subject](subject, said)


def checked_answers(answers: Any) -> dict[str, dict[str, Any]]:
    """All that was said, tidied. Raises `BadIntake`, also for a subject that there is not."""
    if not isinstance(answers, Mapping):
        raise BadIntake("The answers are not written as names and values.")
    if unknown := sorted(set(answers) - set(Subject)):
        raise BadIntake(f"There is no subject {unknown[0]}.")
    return {key: checked(Subject(key), said) for key, said in answers.items()}


def print_of(said: Mapping[str, Any] | None) -> str:
    """A short name for what was said, the same for the same; "" for what was not said."""
    if said is None:
        return ""
    return sha256(dumps(said, sort_keys=True).encode()).hexdigest()[:16]


def items_of(answers: Mapping[str, Any]) -> list[Item]:
    """The lines that staff may take into the record, each once."""
    found: dict[tuple[str, str], Item] = {}
    for subject in LINES:
        for line in answers.get(subject, {}).get("lines", []):
            key = print_of(line)
            found.setdefault((subject, key), Item(subject, key, line))
    return list(found.values())


def is_open(answers: Mapping[str, Any]) -> list[Subject]:
    """The subjects about which nothing was saved yet, in their order."""
    return [subject for subject in Subject if subject not in answers]


def _only(subject: Subject, said: Mapping[str, Any], names: Sequence[str]) -> None:
    if unknown := sorted(set(said) - set(names)):
        raise BadIntake(f"{subject} has no {unknown[0]}.")


def _text(subject: Subject, value: Any, most: int) -> str:
    if not isinstance(value, str):
        raise BadIntake(f"{subject}: {value!r} is not a text.")
    if "\x00" in value:
        raise BadIntake(f"{subject} has a character that is no text.")
    tidied = value.strip()
    if len(tidied) > most:
        raise BadIntake(f"{subject} has more than {most} characters.")
    return tidied


def _words(subject: Subject, said: Mapping[str, Any]) -> dict[str, Any]:
    _only(subject, said, ["words"])
    return {"words": _text(subject, said.get("words", ""), LONGEST_WORDS)}


def _parts(subject: Subject, said: Mapping[str, Any]) -> dict[str, Any]:
    _only(subject, said, ["parts"])
    parts = said.get("parts", [])
    if not isinstance(parts, list) or not all(isinstance(part, str) for part in parts):
        raise BadIntake(f"{subject}: the parts are not a list.")
    if unknown := sorted(set(parts) - set(BY_KEY)):
        raise BadIntake(f"{subject}: there is no part {unknown[0]}.")
    return {"parts": [key for key in BY_KEY if key in set(parts)]}


def _numbers(*names: str) -> Callable[[Subject, Mapping[str, Any]], dict[str, Any]]:
    def check(subject: Subject, said: Mapping[str, Any]) -> dict[str, Any]:
        _only(subject, said, names)
        for name, value in said.items():
            if type(value) is not int or not 0 <= value <= 10:
                raise BadIntake(f"{subject}: {name} is not a whole number from 0 to 10.")
        return {name: said[name] for name in names if name in said}

    return check


def _lines(subject: Subject, said: Mapping[str, Any]) -> dict[str, Any]:
    _only(subject, said, ["lines", "none"])
    lines, none = said.get("lines", []), said.get("none", False)
    if not isinstance(none, bool):
        raise BadIntake(f"{subject}: none is yes or no.")
    if not isinstance(lines, list) or len(lines) > MOST_LINES:
        raise BadIntake(f"{subject} is not a list of at most {MOST_LINES} lines.")
    if none and lines:
        raise BadIntake(f"{subject}: none was said, and yet there are lines.")
    return {"lines": [_line(subject, line) for line in lines], "none": none}


def _line(subject: Subject, line: Any) -> dict[str, str]:
    if not isinstance(line, Mapping):
        raise BadIntake(f"{subject}: a line is not written as names and values.")
    names = LINES[subject]
    _only(subject, line, names)
    told = {name: _text(subject, line.get(name, ""), LONGEST_LINE) for name in names}
    if not told["what"]:
        raise BadIntake(f"{subject}: a line does not say what it is about.")
    if "thins" in told and told["thins"] not in set(Thins):
        raise BadIntake(f"{subject}: whether it thins the blood is yes, no or unsure.")
    return told


_CHECKS: Mapping[Subject, Callable[[Subject, Mapping[str, Any]], dict[str, Any]]] = {
    Subject.REASON: _words,
    Subject.WHERE: _parts,
    Subject.NOW: _numbers("pain"),
    Subject.PEG: _numbers("pain", "enjoyment", "activity"),
    **dict.fromkeys(LINES, _lines),
}
