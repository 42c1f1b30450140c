"""Reading a clinic's file of procedure codes (CSV with a heading, UTF-8)."""

import csv
from collections.abc import Sequence
from pathlib import Path

from treatments.domain.licensed_codes import COLUMNS, NEEDED, CodeLine, CodesRefused, read_lines

LARGEST_BYTES = 20 * 1024 * 1024


def read_code_file(path: Path) -> list[CodeLine]:
    """The lines of the file. Raises `CodesRefused` with the numbers of the lines that are wrong."""
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise CodesRefused(["The file is larger than 20 MB."])
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            _check_heading(reader.fieldnames or [])
            reader.fieldnames = [name.strip() for name in reader.fieldnames or []]
            return read_lines((reader.line_num, row) for row in reader)
    except UnicodeDecodeError as error:
        raise CodesRefused(["The file is not UTF-8 text."]) from error
    except csv.Error as error:
        raise CodesRefused([f"The file is not CSV: {error}."]) from error
    except OSError as error:
        raise CodesRefused([f"{path} cannot be read: {error.strerror}."]) from error


def _check_heading(names: Sequence[str]) -> None:
    heading = [name.strip() for name in names]
    missing = [name for name in NEEDED if name not in heading]
    unknown = [name for name in heading if name not in COLUMNS]
    twice = {name for name in heading if heading.count(name) > 1}
    if missing:
        raise CodesRefused([f"Line 1: the column {missing[0]} is missing."])
    if unknown or twice:
        name = (unknown or sorted(twice))[0]
        raise CodesRefused(
            [f"Line 1: “{name}” is no column, or there twice; known are {', '.join(COLUMNS)}."]
        )
