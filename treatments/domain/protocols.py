"""Follow-up protocols as data: what is due after a treatment, when, and whose task it is.

A step is due `after` what caused it and no later than `window` afterwards; both are ISO 8601
durations, in which months are calendar months. `conditions` are facts that must hold for the step
to be written (all of them); one that begins with "not " must not hold. What is marked `safety` is
due after a procedure that was stopped, too. `needs` are diagnostics of the catalogue: results of
all of them close the step. `escalate` is how long after its window a step that nobody took is moved
to the physicians; without it, two days.
"""

import calendar
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import yaml

# Paperwork is due by what lapses, and by no protocol.
KINDS = frozenset({"call", "questionnaire", "diary", "visit", "lab", "imaging", "referral"})
OWNERS = frozenset({"nurse", "therapist", "physician"})
# What the actions can say about a procedure, a course and a person.
FACTS = frozenset({"diagnostic", "therapeutic", "steroid", "diabetes", "osteoporosis"})
_STEP = frozenset(
    {
        *("key", "kind", "title", "after", "window", "owner"),
        *("instructions", "conditions", "source", "safety", "needs", "escalate"),
    }
)
_YES_NO = frozenset({"true", "false"})
_NEEDED = ("key", "kind", "title", "after", "window", "owner")
_DURATION = re.compile(
    r"P(?=.)(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?=.)(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?)?"
)


class ProtocolError(ValueError):
    """A protocol that makes no sense; the text names the file and the line."""


@dataclass(frozen=True)
class Span:
    """An ISO 8601 duration. Months are counted on the calendar, the rest on the clock."""

    months: int
    rest: timedelta

    def after(self, start: datetime) -> datetime:
        """So much later; the 31st becomes the last day of a shorter month."""
        count = start.year * 12 + start.month - 1 + self.months
        year, month = divmod(count, 12)
        day = min(start.day, calendar.monthrange(year, month + 1)[1])
        return start.replace(year=year, month=month + 1, day=day) + self.rest


def parse_span(text: str) -> Span:
    """Read "P3M", "P2W", "PT24H" and the like. Raises `ValueError`."""
    found = _DURATION.fullmatch(text)
    if found is None:
        raise ValueError(f"“{text}” is no duration such as P2W, P3M or PT24H.")
    part = {name: int(value or 0) for name, value in found.groupdict().items()}
    months = part["years"] * 12 + part["months"]
    rest = timedelta(
        weeks=part["weeks"], days=part["days"], hours=part["hours"], minutes=part["minutes"]
    )
    if months > 120 or rest > timedelta(days=3660):
        raise ValueError(f"“{text}” is more than ten years.")
    return Span(months, rest)


@dataclass(frozen=True)
class Step:
    """One thing that becomes due."""

    key: str
    kind: str
    title: str
    after: Span
    window: Span
    owner: str
    instructions: str = ""
    conditions: tuple[str, ...] = ()
    source: str = ""
    is_safety: bool = False
    needs: tuple[str, ...] = ()
    escalate: Span | None = None

    def applies(self, facts: frozenset[str]) -> bool:
        """Whether the step is due at all."""
        return all(
            condition.removeprefix("not ") in facts
            if not condition.startswith("not ")
            else condition.removeprefix("not ") not in facts
            for condition in self.conditions
        )

    def due(self, start: datetime) -> tuple[datetime, datetime]:
        """From when and until when, if what caused it was at `start`."""
        earliest = self.after.after(start)
        return earliest, self.window.after(earliest)


@dataclass(frozen=True)
class Protocol:
    """What is due after one kind of treatment."""

    key: str
    name: str
    steps: tuple[Step, ...]

    def due_steps(self, facts: frozenset[str]) -> tuple[Step, ...]:
        """The steps that apply."""
        return tuple(step for step in self.steps if step.applies(facts))


def read_protocols(text: str, *, file: str) -> dict[str, Protocol]:
    """Every protocol of a file, by key. Raises `ProtocolError` with the file and the line."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise ProtocolError(f"{file}:{line}: {error}") from error
    reader = _Reader(file)
    found: dict[str, Protocol] = {}
    for node, values in reader.items(dict(reader.mapping(root)).get("protocols"), root):
        protocol = reader.protocol(node, values)
        if protocol.key in found:
            raise reader.complaint(node, f"protocol {protocol.key} stands here twice.")
        found[protocol.key] = protocol
    return found


class _Reader:
    """Knows the file, so that a complaint can name the line."""

    def __init__(self, file: str) -> None:
        self.file = file

    def complaint(self, node: Any, sentence: str) -> ProtocolError:
        line = node.start_mark.line + 1 if node is not None else 1
        return ProtocolError(f"{self.file}:{line}: {sentence}")

    def mapping(self, node: Any) -> Iterator[tuple[str, Any]]:
        if not isinstance(node, yaml.MappingNode):
            raise self.complaint(node, "names with values are expected here.")
        seen = set()
        for key, value in node.value:
            if key.value in seen:
                raise self.complaint(key, f"{key.value} is said twice.")
            seen.add(key.value)
            yield key.value, value

    def items(self, node: Any, parent: Any) -> Iterator[tuple[Any, Mapping[str, Any]]]:
        if not isinstance(node, yaml.SequenceNode) or not node.value:
            raise self.complaint(node or parent, "a list is expected here.")
        for item in node.value:
            yield item, dict(self.mapping(item))

    def text(self, node: Any) -> str:
        if not isinstance(node, yaml.ScalarNode) or not node.value.strip():
            raise self.complaint(node, "a text is expected here.")
        return str(node.value)

    def protocol(self, node: Any, values: Mapping[str, Any]) -> Protocol:
        self._known(node, values, frozenset({"key", "name", "steps"}), ("key", "name", "steps"))
        steps = [self._step(item, parts) for item, parts in self.items(values["steps"], node)]
        keys = [step.key for step in steps]
        if twice := sorted({key for key in keys if keys.count(key) > 1}):
            raise self.complaint(values["steps"], f"step {twice[0]} stands here twice.")
        return Protocol(self.text(values["key"]), self.text(values["name"]), tuple(steps))

    def _step(self, node: Any, values: Mapping[str, Any]) -> Step:
        self._known(node, values, _STEP, _NEEDED)
        return Step(
            key=self.text(values["key"]),
            kind=self._one_of(values["kind"], KINDS),
            title=self.text(values["title"]),
            after=self._span(values["after"]),
            window=self._span(values["window"]),
            owner=self._one_of(values["owner"], OWNERS),
            instructions=self.text(values["instructions"]) if "instructions" in values else "",
            conditions=self._conditions(values.get("conditions")),
            source=self.text(values["source"]) if "source" in values else "",
            needs=self._texts(values.get("needs")),
            escalate=self._span(values["escalate"]) if "escalate" in values else None,
            is_safety="safety" in values and self._one_of(values["safety"], _YES_NO) == "true",
        )

    def _known(
        self, node: Any, values: Mapping[str, Any], known: frozenset[str], needed: tuple[str, ...]
    ) -> None:
        if unknown := sorted(set(values) - known):
            raise self.complaint(values[unknown[0]], f"there is no {unknown[0]} here.")
        if missing := [name for name in needed if name not in values]:
            raise self.complaint(node, f"{missing[0]} is missing.")

    def _one_of(self, node: Any, known: frozenset[str]) -> str:
        text = self.text(node)
        if text not in known:
            raise self.complaint(node, f"“{text}” is none of {', '.join(sorted(known))}.")
        return text

    def _span(self, node: Any) -> Span:
        try:
            return parse_span(self.text(node))
        except ProtocolError:
            raise
        except ValueError as error:
            raise self.complaint(node, str(error)) from error

    def _texts(self, node: Any) -> tuple[str, ...]:
        if node is None:
            return ()
        if not isinstance(node, yaml.SequenceNode):
            raise self.complaint(node, "a list is expected here.")
        return tuple(self.text(item) for item in node.value)

    def _conditions(self, node: Any) -> tuple[str, ...]:
        found = self._texts(node)
        for item, condition in zip(node.value if node else (), found, strict=True):
            self._one_of_facts(item, condition.removeprefix("not "))
        return found

    def _one_of_facts(self, node: Any, fact: str) -> None:
        if fact not in FACTS:
            raise self.complaint(node, f"“{fact}” is none of {', '.join(sorted(FACTS))}.")
