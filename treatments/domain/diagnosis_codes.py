"""Diagnosis codes (ICD-10-CM), and what somebody means who types part of one or some words."""

import re
import unicodedata
from dataclasses import dataclass

# Codes of the spine and of lasting pain, as prefixes. They come first whenever several match.
SPINE = (
    *("M40", "M41", "M42", "M43", "M45", "M46", "M47", "M48", "M49", "M50", "M51", "M53", "M54"),
    *("M80.08", "M80.88", "M84.58", "M96.1", "M96.6", "M99", "M79.1", "M79.7", "M62.830", "R29.3"),
    *("G54", "G55", "G83.4", "G89", "G90.5", "G95.2", "G99.2", "B02.2", "C41.2", "C79.5"),
    *("S12", "S13", "S16", "S22.0", "S23", "S29.0", "S32.0", "S32.1", "S33", "S39.0", "Q76"),
)
# The seventh sign of an injury says which encounter it is; only the first ones are looked for.
LATER_ENCOUNTER = r"^[A-Z].{6}[^AB]$"
FEWEST_SIGNS = 2
_CODE = re.compile(r"[A-Za-z]\d[0-9A-Za-z](?:\.?[0-9A-Za-z]{0,4})")
_BEGUN = re.compile(r"[A-Za-z]\d")


@dataclass(frozen=True)
class Code:
    """One code; only a billable one (without parts) says a diagnosis. `parent` is "" at the top."""

    code: str
    name: str
    is_billable: bool
    parent: str = ""


def typed_code(text: str) -> str:
    """The beginning of a code as it is written ("m5450" is "M54.50"), or "" if it is none."""
    text = text.strip()
    if not (_CODE.fullmatch(text) or _BEGUN.fullmatch(text)):
        return ""
    signs = text.upper().replace(".", "")
    return signs if len(signs) <= 3 else f"{signs[:3]}.{signs[3:]}"


def typed_words(text: str) -> list[str]:
    """The words of it, at most eight; none if there is too little to look for."""
    words = re.findall(r"[^\W_]+", text)[:8]
    return words if sum(map(len, words)) >= FEWEST_SIGNS else []


def plain_text(text: str) -> str:
    """The text in small letters and without accents."""
    apart = unicodedata.normalize("NFKD", text.lower())
    return "".join(sign for sign in apart if not unicodedata.combining(sign))
