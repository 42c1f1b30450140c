"""Codes: short names for programs, made once from what people call a thing."""

import re
import unicodedata
from collections.abc import Collection

LONGEST = 50


def code_for(name: str, taken: Collection[str]) -> str:
    """A code of small letters, digits and hyphens that nothing in `taken` has."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[: LONGEST - 4] or "code"
    code, number = stem, 2
    while code in taken:
        code, number = f"{stem}-{number}", number + 1
    return code


def read_parts(text: str) -> list[tuple[int, int | None]]:
    """Stretches of a visit in minutes, "0-10, 35-end", as (offset, minutes; None: to the end).

    Raises `ValueError` with a sentence.
    """
    found = []
    for piece in (part.strip() for part in text.split(",") if part.strip()):
        match = re.fullmatch(r"(\d{1,3})\s*(?:[-–]|to)\s*(\d{1,3}|end)", piece, re.I)
        if match is None:
            raise ValueError(f"“{piece}” is not a part of the visit. Write it like 0–10, 35–end.")
        begin = int(match[1])
        length = None if match[2].lower() == "end" else int(match[2]) - begin
        if length is not None and length < 1:
            raise ValueError(f"“{piece}” ends before it begins.")
        found.append((begin, length))
    return sorted(found, key=lambda part: part[0])


def write_parts(parts: Collection[tuple[int, int | None]]) -> str:
    """The inverse of `read_parts`."""
    return ", ".join(
        f"{begin}–{'end' if length is None else begin + length}" for begin, length in sorted(parts)
    )
