"""Reading files of instruments: those in `treatments/data/instruments/`, or a clinic's."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from treatments.domain.instruments import Definition, InstrumentError, read_definition

FOLDER = Path(__file__).resolve().parent.parent / "data" / "instruments"


@dataclass(frozen=True)
class ReadInstrument:
    """A definition that was understood, and as it was written."""

    definition: Definition
    raw: dict[str, Any]


def read_shipped(folder: Path = FOLDER) -> list[ReadInstrument]:
    """Every shipped instrument. Raises `InstrumentError` with the file and the instrument."""
    return [found for path in sorted(folder.glob("*.yaml")) for found in read_file(path)]


def read_file(path: Path) -> list[ReadInstrument]:
    """The instruments of one file, all of them or none. Raises `InstrumentError`."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InstrumentError(f"{path.name}: {error}") from error
    listed = content.get("instruments") if isinstance(content, dict) else None
    if not isinstance(listed, list) or not listed:
        raise InstrumentError(f"{path.name}: the file needs a list “instruments”.")
    return [
        ReadInstrument(read_definition(raw, where=f"{path.name}, instrument {number}"), raw)
        for number, raw in enumerate(listed, start=1)
    ]
