"""Reading the catalogue's files: `treatments/data/catalogue/*.yaml`, one section a file."""

from collections.abc import Iterator
from pathlib import Path

import yaml

from treatments.domain.catalogue import CatalogueError, Entry, check_references

FOLDER = Path(__file__).resolve().parent.parent / "data" / "catalogue"
_OWN = frozenset({"key", "kind", "name", "name_es", "plain", "plain_es", "version"})


def read_catalogue(folder: Path = FOLDER) -> list[Entry]:
    """Every entry of every file, in order. Raises `CatalogueError` with the file and the entry."""
    entries = [entry for path in sorted(folder.glob("*.yaml")) for entry in _read_file(path)]
    check_references(entries)
    return entries


def _read_file(path: Path) -> Iterator[Entry]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise CatalogueError(f"{path.name}: {error}") from error
    for position, record in enumerate(content["entries"], start=1):
        if "key" not in record:
            raise CatalogueError(f"{path.name}, entry {position}: key is missing.")
        own = {name: record[name] for name in _OWN & set(record)}
        details = {name: value for name, value in record.items() if name not in _OWN}
        try:
            yield Entry(section=content["section"], position=position * 10, details=details, **own)
        except TypeError as error:
            raise CatalogueError(f"{path.name}, {record['key']}: {error}") from error
