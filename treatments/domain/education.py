"""Short pages for patients, as data: what it is, what helps, what to expect, when to call.

Each stands in a file of its own, in both languages, and names what it is for: causes and treatments
of the catalogue, classes of drugs, and beginnings of ICD-10-CM codes.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

LANGUAGES = ("en", "es")


class TopicError(ValueError):
    """A page that makes no sense; the text says which part."""


@dataclass(frozen=True)
class Page:
    """A topic in one language. `helps`, `expect` and `call` are short sentences, one a line."""

    title: str
    summary: str
    what: tuple[str, ...]
    helps: tuple[str, ...]
    expect: tuple[str, ...]
    call: tuple[str, ...]

    @property
    def sentences(self) -> tuple[str, ...]:
        """Everything that is read."""
        return (self.summary, *self.what, *self.helps, *self.expect, *self.call)


@dataclass(frozen=True)
class Topic:
    """What a page is for, and its words. `codes` are beginnings of ICD-10-CM codes."""

    key: str
    causes: frozenset[str]
    treatments: frozenset[str]
    drug_classes: frozenset[str]
    codes: tuple[str, ...]
    pages: Mapping[str, Page]

    def page(self, language: str) -> Page:
        """In this language, English if we have no other."""
        return self.pages.get(language, self.pages["en"])


@dataclass(frozen=True)
class About:
    """What somebody has and gets: keys of the catalogue, classes of drugs, codes."""

    causes: Collection[str] = ()
    treatments: Collection[str] = ()
    drug_classes: Collection[str] = ()
    codes: Collection[str] = ()

    def concerns(self, topic: Topic) -> bool:
        """Whether a topic is for them."""
        return bool(
            topic.causes & set(self.causes)
            or topic.treatments & set(self.treatments)
            or topic.drug_classes & set(self.drug_classes)
            or any(code.startswith(topic.codes) for code in self.codes if topic.codes)
        )


def chosen(topics: Iterable[Topic], about: About) -> tuple[list[Topic], list[Topic]]:
    """Those that concern somebody, and the others, each in the order given."""
    own: list[Topic] = []
    others: list[Topic] = []
    for topic in topics:
        (own if about.concerns(topic) else others).append(topic)
    return own, others


def read_topic(raw: Any, *, where: str) -> Topic:
    """A topic, if it is complete in both languages. Raises `TopicError`."""
    if not isinstance(raw, Mapping):
        raise TopicError(f"{where}: this is no topic.")
    known = {"key", "causes", "treatments", "drug_classes", "codes", *LANGUAGES}
    if strange := set(raw) - known:
        raise TopicError(f"{where}: nobody knows {', '.join(sorted(strange))}.")
    if not raw.get("key"):
        raise TopicError(f"{where}: a topic needs a key.")
    return Topic(
        key=str(raw["key"]),
        causes=frozenset(raw.get("causes", ())),
        treatments=frozenset(raw.get("treatments", ())),
        drug_classes=frozenset(raw.get("drug_classes", ())),
        codes=tuple(raw.get("codes", ())),
        pages={
            language: _page(raw.get(language), f"{where}, {language}") for language in LANGUAGES
        },
    )


def _page(raw: Any, where: str) -> Page:
    if not isinstance(raw, Mapping):
        raise TopicError(f"{where}: the page is missing.")
    names = [field.name for field in fields(Page)]
    if set(raw) != set(names):
        wrong = sorted(set(raw) ^ set(names))
        raise TopicError(f"{where}: missing or unknown: {', '.join(wrong)}.")
    told: dict[str, Any] = {}
    for name in names:
        value = raw[name]
        lines = [value] if name in {"title", "summary"} else value
        if not isinstance(lines, list) or not lines or not all(_says(line) for line in lines):
            raise TopicError(f"{where}: {name} says nothing.")
        told[name] = value.strip() if name in {"title", "summary"} else tuple(map(str.strip, lines))
    return Page(**told)


def _says(line: Any) -> bool:
    return isinstance(line, str) and bool(line.strip())
