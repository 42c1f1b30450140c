"""What the words of other systems mean here: which drug, which treatment, which state or value.

Imported rows carry the words and codes of where they came from. What is not recognized is left as
it is, and counts for nothing but itself.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

# State → words of a problem, and prefixes of ICD-10-CM codes.
STATES: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "diabetes": (("diabetes", "diabetic"), ("E08", "E09", "E10", "E11", "E13", "O24")),
    "pregnancy": (("pregnan",), ("Z33", "Z34", "O09", "Z3A")),
    "post_menopausal": (
        ("postmenopaus", "post-menopaus", "menopause"),
        ("N95", "Z78.0", "M80.0", "M81.0"),
    ),
    "osteoporosis": (("osteoporo",), ("M80", "M81")),
    "infection": (
        ("sepsis", "osteomyelitis", "discitis", "endocarditis", "systemic infection"),
        ("A40", "A41", "M46.2", "M46.3", "M46.4", "M86"),
    ),
    "coagulopathy": (("coagulopathy", "hemophilia", "haemophilia"), ("D65", "D66", "D67", "D68")),
    "bleeding_history": (("hemorrhage", "haemorrhage", "bleeding"), ("I60", "I61", "I62")),
    "renal_failure": (("renal failure", "kidney failure", "end-stage renal"), ("N17", "N18.6")),
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
    "malignancy": (("malignant", "carcinoma", "metasta", "myeloma", "lymphoma"), ("C",)),
    "immunosuppression": (
        ("immunosuppress", "immunodefic", "immunocomprom", "hiv infection"),
        ("D80", "D81", "D82", "D83", "D84", "B20", "Z94", "Z79.6"),
    ),
    "prior_spine_surgery": (("laminectomy", "spinal fusion", "failed back"), ("M96.1", "Z98.1")),
    "acute_herpes_zoster": (("herpes zoster", "shingles"), ("B02",)),
    "myelopathy": (("myelopathy",), ("G95.2", "G99.2", "M47.1", "M50.0")),
}
# Words that make a problem harmless in this respect.
_NOT = ("prediabetes", "family history", "screening", "contraceptive", "ocular hypertension")

# Value → words of an observation's name; none of `_NOT_MEASURED` may be in it.
MEASURES: Mapping[str, tuple[str, ...]] = {
    "inr": ("inr", "international normalized ratio"),
    "egfr": ("egfr", "glomerular filtration"),
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
}
_NOT_MEASURED = ("percentile", "ideal", "birth weight", "albumin/creatinine")

# Words in the name of an outside procedure that say which treatment it was, the plainest last.
_TREATMENTS: tuple[tuple[str, str], ...] = (
    ("medial branch", "medial-branch-block"),
    ("selective nerve root", "selective-nerve-block"),
    ("radiofrequency", "radiofrequency-ablation"),
    ("rhizotomy", "radiofrequency-ablation"),
    ("kyphoplasty", "kyphoplasty"),
    ("vertebroplasty", "vertebroplasty"),
    ("sacroiliac", "sacroiliac-joint-injection"),
    ("facet", "facet-injection"),
    ("zygapophys", "facet-injection"),
    ("trigger point", "trigger-point-injection"),
    ("epidural", "epidural-steroid-injection"),
)
# An epidural of labour or anaesthesia is none of ours.
_NO_TREATMENT = ("labor", "labour", "anesthesia", "anaesthesia", "removal", "catheter")

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


class DrugBook:
    """The drugs of the catalogue, found by key or by the words of a prescription."""

    def __init__(self, drugs: Iterable[KnownDrug]) -> None:
        """The longest names first: “naproxen sodium” before “naproxen”."""
        self.by_key = {drug.key: drug for drug in drugs}
        named = [
            (word.casefold(), drug)
            for drug in self.by_key.values()
            for word in (drug.name, *drug.synonyms)
        ]
        self._named = sorted(named, key=lambda pair: -len(pair[0]))

    def called(self, text: str) -> tuple[KnownDrug, ...]:
        """Every drug that the text names, so that none of a combination is overlooked."""
        left, found = text.casefold(), []
        for word, drug in self._named:
            if word in left:
                found.append(drug)
                left = left.replace(word, " ")
        return tuple(found)


def states_of(problems: Iterable[tuple[str, str]]) -> frozenset[str]:
    """The states that these problems, each a text and an ICD-10-CM code or "", mean."""
    return frozenset(
        state
        for text, code in problems
        for state, (words, prefixes) in STATES.items()
        if _means(text.casefold(), code, words, prefixes)
    )


def events_of(text: str, code: str) -> tuple[str, ...]:
    """The events that a problem, a text and an ICD-10-CM code or "", tells of."""
    told = text.casefold()
    return tuple(
        event for event, (words, codes) in _EVENTS.items() if _means(told, code, words, codes)
    )


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


def treatment_of(text: str) -> str:
    """The key of the treatment that the words of an outside procedure mean, or ""."""
    told = text.casefold()
    if any(word in told for word in _NO_TREATMENT):
        return ""
    return next((key for word, key in _TREATMENTS if word in told), "")


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
    return any(word in text for word in words) or bool(code and code.startswith(prefixes))
