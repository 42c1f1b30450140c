"""What the words of other systems mean here: which drug, which state or value.

Imported rows carry the words and codes of where they came from. What is not recognized is left as
it is, and counts for nothing but itself.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from treatments.domain.conditions import conditions_of
from treatments.domain.meanings import says_word

# States that are the conditions of the chart as well: one recognizer for all who ask.
_CONDITIONS: Mapping[str, str] = {
    "diabetes": "Diabetes",
    "pregnancy": "Pregnancy",
    "osteoporosis": "Osteoporosis",
}
# State → words of a problem, and prefixes of ICD-10-CM codes, for the others.
STATES: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "post_menopausal": (
        ("postmenopaus", "post-menopaus", "menopause"),
        ("N95", "Z78.0", "M80.0", "M81.0"),
    ),
    "infection": (
        ("sepsis", "osteomyelitis", "discitis", "endocarditis", "systemic infection"),
        ("A40", "A41", "M46.2", "M46.3", "M46.4", "M86"),
    ),
    "coagulopathy": (("coagulopathy", "hemophilia", "haemophilia"), ("D65", "D66", "D67", "D68")),
    "bleeding_history": (("hemorrhage", "haemorrhage", "bleeding"), ("I60", "I61", "I62")),
    "renal_failure": (
        ("renal failure", "kidney failure", "end-stage renal", "end stage renal", "esrd"),
        ("N17", "N18.6"),
    ),
    "liver_disease": (("cirrhosis", "liver failure", "hepatic failure"), ("K70.3", "K72", "K74")),
    "heart_failure": (("heart failure",), ("I50",)),
    "cardiovascular_disease": (
        ("myocardial infarction", "coronary", "stroke", "ischemic heart"),
        ("I20", "I21", "I22", "I25", "I63", "Z95.1", "Z95.5"),
    ),
    "gi_bleed": (
        ("peptic ulcer", "gastric ulcer", "duodenal ulcer", "gastrointestinal bleed"),
        ("K25", "K26", "K27", "K92.2"),
    ),
    "malignancy": (
        ("malignan", "cancer", "carcinoma", "metasta", "myeloma", "lymphoma", "leukemia"),
        ("C",),
    ),
    "immunosuppression": (
        ("immunosuppress", "immunodefic", "immunocomprom", "hiv infection"),
        ("D80", "D81", "D82", "D83", "D84", "B20", "Z94", "Z79.6"),
    ),
    "gi_bleed_complicated": (
        ("perforated ulcer", "bleeding ulcer", "ulcer with hemorrhage", "ulcer with perforation"),
        ("K25.0", "K25.1", "K25.2", "K26.0", "K26.1", "K26.2", "K27.0", "K27.1", "K27.2"),
    ),
    "aspirin_secondary_prevention": (
        ("myocardial infarction", "ischemic stroke", "coronary stent", "coronary artery bypass"),
        ("I21", "I22", "I25.2", "I63", "Z95.1", "Z95.5"),
    ),
    "thoracic_pain": (("thoracic spine pain", "upper back pain", "thoracic pain"), ("M54.6",)),
    "prior_spine_surgery": (("laminectomy", "spinal fusion", "failed back"), ("M96.1", "Z98.1")),
    "acute_herpes_zoster": (("herpes zoster", "shingles"), ("B02",)),
    "myelopathy": (("myelopathy",), ("G95.2", "G99.2", "M47.1", "M50.0")),
}
# Words that make a problem harmless in this respect.
_NOT = ("prediabetes", "family history", "screening", "contraceptive", "ocular hypertension")

# Value → words of an observation's name; none of `_NOT_MEASURED` may be in it.
MEASURES: Mapping[str, tuple[str, ...]] = {
    "inr": ("inr", "international normalized ratio"),
    "egfr": ("egfr", "e-gfr", "gfr estimated", "gfr, estimated", "gfr", "glomerular filtration"),
    "creatinine_clearance": ("creatinine clearance",),
    "creatinine": ("creatinine [mass",),
    "hba1c": ("hba1c", "hemoglobin a1c", "haemoglobin a1c"),
    "weight": ("body weight", "weight"),
    "platelets": ("platelet",),
    "hemoglobin": ("hemoglobin [mass", "haemoglobin"),
    "blood_pressure": ("systolic", "blood pressure"),
    "liver_function": ("alanine aminotransferase", "aspartate aminotransferase"),
    "bone_density": ("bone density", "t-score"),
    "body_temperature": ("body temperature",),
    "blood_count": ("complete blood count", "cbc", "leukocytes", "hematocrit"),
    "gestation_weeks": ("gestational age", "weeks of gestation"),
}
_NOT_MEASURED = ("percentile", "ideal", "birth weight", "albumin/creatinine")

ALLERGENS: Mapping[str, tuple[str, ...]] = {
    "contrast": ("contrast", "iodine", "iodinated", "iohexol", "iopamidol", "gadolinium"),
    "latex": ("latex",),
    "local_anesthetic": ("lidocaine", "bupivacaine", "ropivacaine", "local anesthetic", "caine"),
    "steroid": ("steroid", "cortisone", "triamcinolone", "dexamethasone", "methylprednisolone"),
    "nsaid": ("nsaid", "aspirin", "ibuprofen", "naproxen", "anti-inflammator"),
    "aspirin": ("aspirin", "acetylsalicylic"),
    "sulfonamide": ("sulfonamide", "sulfa"),
    "chlorhexidine": ("chlorhexidine",),
    "cement": ("methacrylate", "bone cement"),
}


# Event → words of a problem, and prefixes of ICD-10-CM codes.
_EVENTS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "myocardial_infarction": (("myocardial infarction",), ("I21", "I22", "I25.2")),
    "cabg": (("coronary artery bypass", "cabg"), ("Z95.1",)),
    "stent": (("coronary stent", "stent"), ("Z95.5",)),
    "fracture": (
        ("vertebral fracture", "compression fracture", "fracture of vertebra"),
        ("M48.5", "M80.08", "S22.0", "S32.0"),
    ),
    "pain": (
        ("low back pain", "back pain", "neck pain", "radiculopathy", "sciatica", "stenosis"),
        ("M54", "M50.1", "M51.1", "M48.0", "M47"),
    ),
}


@dataclass(frozen=True)
class KnownDrug:
    """A drug of the catalogue, as far as a rule may ask about it. `max_daily` is in milligrams."""

    key: str
    name: str
    classes: frozenset[str]
    synonyms: tuple[str, ...] = ()
    max_daily: Decimal | None = None
    mpe_factor: Decimal | None = None
    is_particulate: bool = False


# A few words are used of many people; a night asks about every one of them.
_REMEMBERED = 8192


class DrugBook:
    """The drugs of the catalogue, found by key or by the words of a prescription."""

    def __init__(self, drugs: Iterable[KnownDrug]) -> None:
        """The longest names first: “naproxen sodium” before “naproxen”.

        A brand of two substances is a name of both.
        """
        self.by_key = {drug.key: drug for drug in drugs}
        named: dict[str, list[KnownDrug]] = {}
        for drug in self.by_key.values():
            for word in {_plain(word) for word in (drug.name, *drug.synonyms)}:
                named.setdefault(word, []).append(drug)
        self._named = [
            (word, _pattern(word), named[word]) for word in sorted(named, key=_longest_first)
        ]
        self._remembered = lru_cache(_REMEMBERED)(self._named_in)

    def called(self, text: str) -> tuple[KnownDrug, ...]:
        """Every drug that the text names, so that none of a combination is overlooked."""
        return self._remembered(text)

    def _named_in(self, text: str) -> tuple[KnownDrug, ...]:
        left, found = _plain(text), dict[str, KnownDrug]()
        for word, pattern, drugs in self._named:
            if word in left and pattern.search(left):
                left = pattern.sub(" ", left)
                found |= {drug.key: drug for drug in drugs}
        return tuple(found.values())


# Shorter than this, a name is looked for as a whole word: “ASA” is no part of “Asacol”.
_SHORT = 5


@lru_cache(_REMEMBERED)
def _pattern(word: str) -> re.Pattern[str]:
    exact = re.escape(word)
    return re.compile(rf"\b{exact}\b" if len(word) < _SHORT else exact)


def _longest_first(word: str) -> tuple[int, str]:
    return -len(word), word


def _plain(text: str) -> str:
    """Small letters without accents: “Rivaroxabán” is the same drug."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in parts if not unicodedata.combining(letter))


def states_of(problems: Iterable[tuple[str, str]]) -> frozenset[str]:
    """The states that these problems, each a text and an ICD-10-CM code or "", mean."""
    return frozenset(state for text, code in problems for state in _states_meant(text, code))


@lru_cache(_REMEMBERED)
def _states_meant(text: str, code: str) -> tuple[str, ...]:
    told, said = text.casefold(), conditions_of(text, code)
    return (
        *(state for state, condition in _CONDITIONS.items() if condition in said),
        *(state for state, (words, codes) in STATES.items() if _means(told, code, words, codes)),
    )


@lru_cache(_REMEMBERED)
def events_of(text: str, code: str) -> tuple[str, ...]:
    """The events that a problem, a text and an ICD-10-CM code or "", tells of."""
    told = text.casefold()
    return tuple(
        event for event, (words, codes) in _EVENTS.items() if _means(told, code, words, codes)
    )


@lru_cache(_REMEMBERED)
def measure_of(text: str) -> str:
    """Which value an observation gives, or ""."""
    told = text.casefold()
    if any(word in told for word in _NOT_MEASURED):
        return ""
    padded = f" {told} "
    for what, words in MEASURES.items():
        if any((f" {word} " in padded) if len(word) < 4 else word in told for word in words):
            return what
    return ""


def allergens_of(text: str, drugs: DrugBook) -> frozenset[str]:
    """What an allergy is to: groups of substances, drugs of the catalogue and their classes."""
    told = text.casefold()
    groups = {group for group, words in ALLERGENS.items() if any(word in told for word in words)}
    named = drugs.called(text)
    return frozenset(
        {*groups, *(drug.key for drug in named), *(c for drug in named for c in drug.classes)}
    )


def _means(text: str, code: str, words: tuple[str, ...], prefixes: tuple[str, ...]) -> bool:
    if any(word in text for word in _NOT):
        return False
    return any(says_word(text, word) for word in words) or bool(code and code.startswith(prefixes))
