"""The texts that people sign in the portal: data, in both languages, with a version each.

Who changes a sentence gives the text a new version: what was signed before stays signed, and people
are asked to read the new one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

_FILE = Path(__file__).parent.parent / "data" / "consents.yaml"


class ConsentTextError(ValueError):
    """The file makes no sense; the text says where."""


@dataclass(frozen=True)
class Wording:
    """One text in one language; `body` is its paragraphs."""

    title: str
    body: tuple[str, ...]


@dataclass(frozen=True)
class ConsentText:
    """What is signed. `kind` is a `ConsentKind`.

    `only_by_the_person` texts no carer signs: the person does, or a parent or guardian. `is_asked`
    texts stand on the list before a visit until they are signed; the others are an offer.
    """

    kind: str
    version: str
    only_by_the_person: bool
    is_asked: bool
    en: Wording
    es: Wording

    def in_language(self, language: str) -> Wording:
        """The text for whoever reads this language."""
        return self.es if language == "es" else self.en

    def may_be_signed_as(self, relationship: str) -> bool:
        """Whether somebody of this relationship to the person (`Relationship`) may sign it."""
        return relationship != "carer" or not self.only_by_the_person


def read_texts(text: str) -> Mapping[str, ConsentText]:
    """The texts of a file, by kind. Raises `ConsentTextError`."""
    found: dict[str, ConsentText] = {}
    for row in yaml.safe_load(text)["consents"]:
        made = _made(row)
        if made.kind in found:
            raise ConsentTextError(f"{made.kind} stands there twice.")
        found[made.kind] = made
    return found


def _made(row: Mapping[str, Any]) -> ConsentText:
    names = {"kind", "version", "only_by_the_person", "is_asked", "en", "es"}
    if set(row) != names:
        raise ConsentTextError(f"{row.get('kind')}: there must be {', '.join(sorted(names))}.")
    en, es = _wording(row, "en"), _wording(row, "es")
    if len(en.body) != len(es.body):
        raise ConsentTextError(f"{row['kind']}: one language says more than the other.")
    return ConsentText(
        row["kind"], str(row["version"]), row["only_by_the_person"], row["is_asked"], en, es
    )


def _wording(row: Mapping[str, Any], language: str) -> Wording:
    title, body = (
        row[language]["title"].strip(),
        tuple(one.strip() for one in row[language]["body"]),
    )
    if not title or not body or not all(body):
        raise ConsentTextError(f"{row['kind']}: {language} is not complete.")
    return Wording(title, body)


TEXTS = read_texts(_FILE.read_text(encoding="utf-8"))
