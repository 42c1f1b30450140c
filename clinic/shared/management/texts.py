"""The texts of the pages in two languages: gathered from the sources, merged, compiled.

The English sentence stands in the source and is the key. Its Spanish stands in the app's
`locale/es/LC_MESSAGES/django.po`, sorted, without line numbers or dates, one line for each, so that
two people who add sentences do not get in each other's way. What Django reads (`django.mo`) is made
from it wherever Dorsa starts, and is not kept. Nothing here needs the settings or gettext.
"""

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from tempfile import NamedTemporaryFile

from babel.messages import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[3]
# The wiring and what it stands on share one file; Django knows it by LOCALE_PATHS.
APPS = ("clinic", "patients", "treatments", "scheduling")
LANGUAGE = "es"
HEADER = """\
# Dorsa in Spanish. Written by `manage.py texts`: fill in each empty msgstr, and run it again.
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Language: es\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
    # What was looked at: patients see it among who saw their record.
    "record_read": (2,),
}
# Reading a source takes long enough to leave out those that mark nothing.
_MARKS = re.compile(r"gettext|record_read\(|\{% load[^%]* i18n")
_EMPTY = re.compile(r'^msgstr(?:\[0\] ""\nmsgstr\[1\])? ""\s*\Z', re.MULTILINE)
_PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|\{(\w*)[^{}]*\}")


@dataclass(frozen=True)
class AppTexts:
    """One app's sentences: where its sources and its Spanish are."""

    app: str
    root: Path = ROOT

    @property
    def po(self) -> Path:
        """The file that people write."""
        return self.root / self.app / "locale" / LANGUAGE / "LC_MESSAGES" / "django.po"

    @property
    def mo(self) -> Path:
        """The file that Django reads."""
        return self.po.with_suffix(".mo")

    def marked(self) -> Catalog:
        """Every marked sentence of the sources, untranslated."""
        catalog = _empty()
        for path in sorted((self.root / self.app).rglob("*")):
            if path.suffix in {".py", ".html", ".txt"} and "migrations" not in path.parts:
                for ids, context in sentences_in(path):
                    catalog.add(ids, context=context)
        return catalog

    def translated(self) -> Catalog:
        """What the file says, old sentences as well; empty if there is none yet."""
        if not self.po.exists():
            return _empty()
        # After a merge a sentence may stand there twice: what is empty must not hide what is not.
        entries = self.po.read_text().split("\n\n")
        said = "\n\n".join(entry for entry in entries if not _EMPTY.search(entry))
        return read_po(BytesIO(said.encode()), locale=LANGUAGE, abort_invalid=True)


def all_texts(root: Path = ROOT) -> list[AppTexts]:
    """Of every app."""
    return [AppTexts(app, root) for app in APPS]


def merge(texts: Iterable[AppTexts], *, forget: bool = False) -> None:
    """Bring the files in step with the sources; no translation is lost.

    A sentence that another app has in Spanish already is taken from there. One that no source has
    any more stays, as a comment, until it is forgotten.
    """
    catalogs = {text: text.translated() for text in texts}
    known = {
        _key(message): message.string
        for catalog in catalogs.values()
        for message in catalog
        if message.id and _is_whole(message)
    }
    for text, catalog in catalogs.items():
        catalog.update(text.marked(), no_fuzzy_matching=True)
        for message in catalog:
            if message.id and not _is_whole(message) and _key(message) in known:
                message.string = known[_key(message)]
        if len(catalog) or catalog.obsolete or text.po.exists():
            _write(text.po, _as_po(catalog, forget=forget))


def compile_all(root: Path = ROOT) -> None:
    """Make what Django reads from what people write."""
    for text in all_texts(root):
        if text.po.exists():
            file = BytesIO()
            catalog = text.translated()
            catalog.creation_date = catalog.revision_date = datetime(2026, 1, 1, tzinfo=UTC)
            write_mo(file, catalog)
            _write(text.mo, file.getvalue())


def complaints(texts: Iterable[AppTexts]) -> list[str]:
    """What is missing, doubtful or no longer said, one sentence for each."""
    texts = list(texts)
    found = [line for text in texts for line in _complaints(text)]
    return found + _two_ways(texts)


def _complaints(text: AppTexts) -> Iterator[str]:
    spanish, marked = text.translated(), text.marked()
    there = {_key(message): message for message in spanish if message.id}
    wanted = {_key(message): message for message in marked if message.id}
    for key in wanted:
        message = there.get(key)
        if message is None or not _is_whole(message):
            yield f"{text.app}: no Spanish for “{_first(key[0])}”"
        elif message.fuzzy:
            yield f"{text.app}: unsure Spanish (fuzzy) for “{_first(key[0])}”"
        elif lost := _other_placeholders(message):
            yield f"{text.app}: {lost} differs between the languages in “{_first(key[0])}”"
    for key in [*(there.keys() - wanted.keys()), *map(_key, spanish.obsolete.values())]:
        yield f"{text.app}: nothing says “{_first(key[0])}” any more (`manage.py texts --forget`)"


def _two_ways(texts: Iterable[AppTexts]) -> list[str]:
    """Django reads all files as one: two Spanish sentences for one English one cannot both show."""
    first: dict[object, tuple[str, object]] = {}
    found = []
    for text in texts:
        for message in text.translated():
            if not message.id:
                continue
            app, string = first.setdefault(_key(message), (text.app, message.string))
            if string != message.string:
                found.append(f"{app} and {text.app} say “{_first(message.id)}” in two ways")
    return found


def sentences_in(path: Path) -> list[tuple[str | tuple[str, ...], str | None]]:
    """The marked sentences of one source, each with its plural if it has one, and its context."""
    source = path.read_text()
    if not _MARKS.search(source):
        return []
    if path.suffix != ".py":
        # Everything but the marked sentences is blanked out; in brackets its layout is no matter.
        source = f"({templatize(source, origin=str(path))}\n)"
    found = extract("python", BytesIO(source.encode()), keywords=KEYWORDS)
    return [(ids, context) for _line, ids, _comments, context in found if ids and ids != ("",)]


def _empty() -> Catalog:
    return Catalog(locale=LANGUAGE)


def _key(message: Message) -> tuple[object, str | None]:
    ids = message.id
    return (tuple(ids) if isinstance(ids, list) else ids), message.context


def _first(ids: object) -> str:
    return str(ids[0] if isinstance(ids, list | tuple) else ids)


def _is_whole(message: Message) -> bool:
    strings = message.string if isinstance(message.string, list | tuple) else [message.string]
    return all(strings) and (len(strings) > 1) == isinstance(message.id, list | tuple)


def _other_placeholders(message: Message) -> str:
    """The placeholders that only one of the languages has, as they are written."""
    strings = message.string if isinstance(message.string, list | tuple) else [message.string]
    ids = message.id if isinstance(message.id, list | tuple) else [message.id]
    english = set().union(*(_placeholders(text) for text in ids))
    # "One visit" need not say the number; the plural has to.
    odd = english ^ _placeholders(strings[-1])
    odd |= set().union(*(_placeholders(text) for text in strings)) - english
    return ", ".join(sorted(odd))


def _placeholders(text: str | None) -> set[str]:
    return {match.group() for match in _PLACEHOLDER.finditer(text or "")}


def _as_po(catalog: Catalog, *, forget: bool) -> bytes:
    file = BytesIO()
    write_po(
        file,
        catalog,
        width=0,
        no_location=True,
        omit_header=True,
        sort_output=True,
        ignore_obsolete=forget,
    )
    return HEADER.encode() + file.getvalue().strip(b"\n") + b"\n"


def _write(path: Path, content: bytes) -> None:
    """All at once: another process may be reading it."""
    if path.exists() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(content)
    Path(file.name).chmod(0o644)
    os.replace(file.name, path)
