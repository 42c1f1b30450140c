"""Which conditions a line of a problem list says: for the chart, the rules and what becomes due.

By the ICD-10-CM code if there is one, by the words otherwise: imported lists often have none.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from treatments.domain.meanings import says

# A few lines are said of many people; a night asks about every one of them.
_REMEMBERED = 8192


@dataclass(frozen=True)
class _Sign:
    """What means something: prefixes of ICD-10-CM codes, and words for lists without codes."""

    codes: tuple[str, ...]
    words: re.Pattern[str]
    is_over_if_past: bool = False
    # What says that it is there no more.
    gone: re.Pattern[str] | None = None


_SIGNS: Mapping[str, _Sign] = {
    "Osteoporosis": _Sign(("M80", "M81"), re.compile(r"osteoporo")),
    "Diabetes": _Sign(
        ("E08", "E09", "E10", "E11", "E13", "O24"),
        re.compile(
            r"\bdiabet(?:es|ic)\b(?! insipidus)|\bn?iddm\b|\bt[12] ?dm\b"
            r"|\btype ?(?:[12]|ii?) dm\b|\bdm(?: type)? ?(?:[12]|ii?)\b"
        ),
    ),
    "Pregnancy": _Sign(
        (
            *(f"O{number}" for number in ("09", *range(10, 17), *range(20, 49))),
            "O60",
            "O98",
            "O99",
            "O9A",
            "Z32.01",
            "Z33.1",
            "Z33.3",
            "Z34",
            "Z3A",
        ),
        re.compile(r"\bpregnan|\bw(?:ee)?ks?'? gestation\b|\bgravid\b"),
        is_over_if_past=True,
    ),
    "Immunosuppression": _Sign(
        (
            *("D70", "D80", "D81", "D82", "D83", "D84", "D89.81"),
            *("B20", "B97.35", "O98.7", "Z21", "T86", "Z48.2", "Z94", "Z79.52", "Z79.6"),
        ),
        re.compile(
            r"\bimmun(?:e|o)[- ]?(?:suppress|defici|comprom)|\btransplant|\bhiv\b|\bneutropeni"
        ),
    ),
    "Implant": _Sign(
        (
            *("Z95.0", "Z95.2", "Z95.3", "Z95.4", "Z95.81", "Z45.0", "Z45.3", "Z45.4", "Z98.1"),
            *("Z96.0", "Z96.2", "Z96.3", "Z96.4", "Z96.6", "Z96.7", "Z96.8", "Z96.9"),
            *("M96.6", "M97", "Z47.1", "T82.0", "T82.1", "T83.1", "T85.1"),
            *("T84.0", "T84.1", "T84.2", "T84.3", "T84.5", "T84.6"),
        ),
        re.compile(
            r"\bpace-?maker|\bdefibrillator|\b(?:aicd|icd)\b(?![- ]?(?:9|10|11)\b)|\bstimulator"
            r"|(?<!dental )(?<!contraceptive )\bimplant(?!ation)|\barthroplast|\bprosthe(?:sis|tic)"
            r"|\b(?:joint|hip|knee|shoulder|valve|disc) replacement|\breplacement of (?:\w+ )?"
            r"(?:joint|hip|knee|shoulder|valve)|\b(?:intrathecal|insulin|baclofen) pump"
            r"|\baneurysm clip|\bspinal (?:fusion|hardware)"
        ),
        gone=re.compile(
            r"\b(?:removal|explantation) of (?:\w+ ){0,2}?(?:pace-?maker|defibrillator|stimulator"
            r"|implant|prosthesis|pump)\b"
            r"|\b(?:pace-?maker|defibrillator|stimulator|implant|prosthesis|pump)s?"
            r"(?: has been| have been| was| were)? (?:removed|explanted|removal|explantation)\b"
            r"(?!.*\b(?:replac|new\b|reimplant))"
        ),
    ),
    "Kidney disease": _Sign(
        (
            *(f"N0{number}" for number in range(9)),
            *("N14", "N15", "N17", "N18", "N19", "N99.0", "I12", "I13", "O10.2", "O10.3", "O26.83"),
            *("O90.4", "D63.1", "M10.3", "M1A.3", "Q61", "T82.4", "Z49", "Z91.15", "Z99.2"),
            *(f"E{kind}.2{place}" for kind in ("08", "09", "10", "11", "13") for place in "129"),
        ),
        re.compile(
            r"\bckd(?: ?\d[ab]?)?\b|\besrd\b|\beskd\b|\baki\b|\bnephropath|\bcrf\b"
            r"|(?:\b|\bha?emo)dialysis\b"
            r"|\bend[- ]stage (?:renal|kidney)|\bacute kidney injury"
            r"|\b(?:renal|kidney) (?:failure|insufficiency|impairment|disease)"
            r"|\bchronic (?:renal|kidney)"
        ),
    ),
    "Cancer": _Sign(
        (
            *("C", "D00", "D01", "D02", "D03", "D04", "D05", "D06", "D07", "D09", "G89.3"),
            *("J91.0", "O9A.1", "R18.0", "Z08", "Z19", "Z85", "Z86.00"),
        ),
        re.compile(
            r"\bcancer|\bmalignan(?:t|cy|cies)\b(?! hypert)|carcinoma|\bmetasta|\bmyeloma"
            r"|\blymphoma|\bleuka?emia|sarcoma\b|\bmelanoma"
        ),
    ),
    "Infection": _Sign(
        (
            *("A02.1", "A32.7", "A40", "A41", "B37.6", "B37.7", "G06.1", "I33", "I38", "I39"),
            *("I76", "M46.2", "M46.3", "M46.4", "M86", "O85", "R65.2", "R78.81", "T81.12"),
        ),
        re.compile(
            r"\bsepsis|\bseptic\b|osteomyelitis|\bdis[ck]itis|endocarditis|\bepidural abscess"
            r"|\bbacter(?:a?emia)"
        ),
    ),
}
# An ICD-10-CM code; what is none says nothing, and the words decide.
_CODE = re.compile(r"[A-Z]\d[0-9A-Z](?:\.?[0-9A-Z]{1,4})?")


@lru_cache(_REMEMBERED)
def conditions_of(text: str, code: str) -> tuple[str, ...]:
    """The names of the conditions that a line, a text and an ICD-10-CM code or "", says are so."""
    return tuple(what for what, sign in _SIGNS.items() if _means(text, code, sign))


CONDITIONS = tuple(_SIGNS)


def _means(text: str, code: str, sign: _Sign) -> bool:
    """By the code if there is one: "Z80.3" is somebody else's cancer, whatever its words are."""
    code = code.strip().upper()
    if _CODE.fullmatch(code):
        dotted = code if "." in code or len(code) < 4 else f"{code[:3]}.{code[3:]}"
        return dotted.startswith(sign.codes)
    told = text.casefold()
    if sign.gone is not None:
        told = sign.gone.sub(" ", told)
    return says(told, sign.words, is_over_if_past=sign.is_over_if_past)
