"""Which treatment the words of an outside procedure mean: other clinics have a hundred wordings.

What names an injection and is not recognized is said to be so: it may have been one of those that
are counted.
"""

import re
from functools import lru_cache

from treatments.domain.spine import ROOTS, CountingRegion, Region, counting_region, region_of

# Said instead of a treatment by somebody who knows that it was none of the catalogue's.
NONE_OF_OURS = "none-of-ours"

_REMEMBERED = 8192

# How it was made bearable says nothing about what was done.
_UNDER = re.compile(
    r"\b(?:under|with|using|w/)\s+(?:\w+[ -]){0,3}(?:anesthe\w+|anaesthe\w+|sedation|mac)\b"
)
# None of ours, whatever else is in the words: of labor, of the heart and vessels, of other organs.
_OTHERS = re.compile(
    r"labou?r\b|an(?:a)?esthesia|analgesia|blood patch|catheter|removal|abscess|h(?:a)?ematoma"
    r"|\bvein|venous|varicos|atrial|cardiac|\bheart\b|hepatic|\bliver\b|\brenal\b|thyroid"
    r"|endometri|prostat|barrett|nodule|lesion of skin"
)
# A steroid that is injected through a catheter is injected all the same.
_CLEARLY = re.compile(
    r"(?:inject|infiltrat).*(?:steroid|cortico|cortison)|(?:steroid|cortico|cortison).*(?:inject)"
)
_EPIDURAL = (
    r"\b(?:c|t|l|il|tf|tl|cil|lil|ltf|ctf)?esis?\b|\btfe\b"
    r"|(?:transforaminal|interlaminar|translaminar|caudal|foraminal)\b.*"
    r"(?:inject|steroid|infiltrat|block|epidural|cortico|cortison)"
    r"|(?:inject|steroid|infiltrat|block|cortico|cortison)\w*\b.*"
    r"(?:transforaminal|interlaminar|translaminar|caudal)"
    r"|epidural|peridural"
)
# What makes words mean a treatment, the plainest first: an ablation of a medial branch is one.
_TREATMENTS = tuple(
    (re.compile(pattern), treatment)
    for pattern, treatment in (
        (
            r"(?:spinal cord|dorsal root|dorsal column|epidural)\b.*stimulat|\bscs\b",
            "spinal-cord-stimulation",
        ),
        (
            r"radio-?frequency|rhizotom|neurotom|denervation|\brfa?\b|\brfn\b"
            r"|(?:branch|facet|nerve)\b.*ablat|ablat\w*\b.*(?:branch|facet|nerve)",
            "radiofrequency-ablation",
        ),
        (r"medial branch|\bmbbs?\b|dorsal ramus", "medial-branch-block"),
        (r"nerve root|\bsnrbs?\b|root block", "selective-nerve-block"),
        (r"kyphoplast", "kyphoplasty"),
        (r"vertebroplast", "vertebroplasty"),
        (r"discogra", "discography"),
        (r"stellate|sympathetic|celiac|hypogastric|ganglion impar", "sympathetic-block"),
        (_EPIDURAL, "epidural-steroid-injection"),
        (r"(?:fusion|arthrodesis|replacement|arthroplast)", ""),
        (r"sacro-?iliac|\bsi(?:j| joints?)\b", "sacroiliac-joint-injection"),
        (r"facet|zygapophys|\bz-joint", "facet-injection"),
        (r"trigger point|\btpis?\b", "trigger-point-injection"),
        (
            r"(?:occipital|intercostal|cluneal|suprascapular|peripheral)\b.*(?:block|inject)",
            "peripheral-nerve-block",
        ),
        (
            r"(?:joint|knee|hip|shoulder|intra-?articular|bursa)\b.*(?:inject|infiltrat)"
            r"|(?:inject|infiltrat)\w*\b.*(?:joint|knee|hip|shoulder|intra-?articular|bursa)",
            "intra-articular-infiltration",
        ),
    )
)
_INJECTION = re.compile(
    r"inject|infiltrat|\bblocks?\b|steroid|corti(?:co|so)|\bneurolysis|\bablation|radio-?frequency"
)
# Injected, and never into the spine or a joint.
_ELSEWHERE = re.compile(
    r"immuni[sz]|vaccin|influenza|insulin|intravitreal|\beye|dental|tooth|allerg|subcutaneous"
    r"|intradermal|contracepti|vitamin|antibiotic|iron\b|epoetin|\bav block|heart block|contrast"
)


@lru_cache(_REMEMBERED)
def treatment_of(text: str) -> str:
    """The key of the treatment that the words of an outside procedure mean, or ""."""
    told = _UNDER.sub(" ", text.casefold())
    if _OTHERS.search(told) and not _CLEARLY.search(told):
        return ""
    return next((key for pattern, key in _TREATMENTS if pattern.search(told)), "")


# What says where, in words; and levels, as L4/5, C5-C6 or S1.
_REGION_WORDS = (
    (re.compile(r"cervic|\bneck\b|\bc(?:il|tf)?esis?\b"), Region.CERVICAL),
    (re.compile(r"\bthorac|\bmid[ -]?back\b"), Region.THORACIC),
    (re.compile(r"\blumb(?:ar|o)|\blow(?:er)? back\b|\bl(?:il|tf)?esis?\b"), Region.LUMBAR),
    (re.compile(r"\bsacr(?:al|um)\b|\bcaudal\b|sacro-?iliac"), Region.SACRAL),
)
_LEVEL = re.compile(r"\b([ctls])(1[0-2]|[1-9])(?=\b|\s?[-/])")


@lru_cache(_REMEMBERED)
def counting_region_in(text: str) -> CountingRegion | None:
    """In which counted region the words say that it was done; None if in none, or in both.

    “Lumbar epidural L4/L5” was lumbar, whoever wrote it down: it counts like one of ours.
    """
    told = text.casefold()
    named = {region for pattern, region in _REGION_WORDS if pattern.search(told)}
    levels = {f"{part.upper()}{number}" for part, number in _LEVEL.findall(told)}
    named |= {region_of(level) for level in levels if level in ROOTS}
    if {"T12", "L1"} <= levels:
        named.discard(Region.LUMBAR)
    found = {counting_region(region) for region in named}
    return found.pop() if len(found) == 1 else None


@lru_cache(_REMEMBERED)
def is_unrecognized(text: str) -> bool:
    """Whether the words name an injection and nobody knows which: it may count."""
    told = _UNDER.sub(" ", text.casefold())
    if treatment_of(text) or _OTHERS.search(told) or _ELSEWHERE.search(told):
        return False
    return bool(_INJECTION.search(told))
