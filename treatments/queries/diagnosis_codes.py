"""Finding a diagnosis code (ICD-10-CM)."""

from functools import reduce
from operator import and_, or_
from typing import Any

from django.db.models import BooleanField, Case, FloatField, Func, Q, QuerySet, Value, When
from django.db.models.functions import Length

from clinic.accounts.guards import require
from clinic.accounts.models import Viewer
from patients.models.patient import Folded
from treatments.domain.diagnosis_codes import SPINE, typed_code, typed_words
from treatments.models import CatalogueEntry, DiagnosisCode, Section

SEARCH_LIMIT = 20
PERMISSION = "patients.view_chart"


class _Likeness(Func):
    """How much of the first text is in the second, from 0 to 1 (pg_trgm)."""

    function = "word_similarity"
    output_field = FloatField()


def search(viewer: Viewer, text: str) -> list[DiagnosisCode]:
    """The codes that what was typed may mean, best first, at most `SEARCH_LIMIT`.

    The beginning of a code, or words in any order; words may also name a cause of the catalogue
    ("herniation"), and if nothing has them as typed, words that look alike count. Only codes that
    say a diagnosis are offered; those of the spine come first. Raises `NotAllowed`.
    """
    require(viewer, PERMISSION)
    if begun := typed_code(text):
        return list(_offered().filter(code__startswith=begun).order_by("code")[:SEARCH_LIMIT])
    words = typed_words(text)
    if not words:
        return []
    named = _all_words(words)
    found = _offered().alias(folded=Folded("name")).filter(named | _codes_of_causes(words))
    best = list(found.annotate(is_named=_truth(named)).order_by(*_ORDER)[:SEARCH_LIMIT])
    return best or _alike(words)


# `is_spine` first: a spine clinic means "stenosis" of the spine.
_ORDER = ("-is_spine", "-is_named", "length", "code")


def _offered() -> QuerySet[Any]:
    spine = reduce(or_, (Q(code__startswith=prefix) for prefix in SPINE))
    codes = DiagnosisCode.objects.filter(is_billable=True)
    return codes.annotate(is_spine=_truth(spine), length=Length("name"))


def _truth(condition: Q) -> Case:
    return Case(When(condition, then=Value(True)), default=False, output_field=BooleanField())


def _all_words(words: list[str]) -> Q:
    return reduce(and_, (Q(folded__contains=Folded(Value(word))) for word in words))


def _codes_of_causes(words: list[str]) -> Q:
    """Codes that a cause of the catalogue names whose own name has all of the words."""
    causes = CatalogueEntry.objects.offered(Section.CAUSE).alias(folded=Folded("name"))
    details = causes.filter(_all_words(words)).values_list("details", flat=True)
    prefixes = {code for found in details for code in found.get("codes", ())}
    return reduce(or_, (Q(code__startswith=code) for code in sorted(prefixes)), Q(pk__in=[]))


def _alike(words: list[str]) -> list[DiagnosisCode]:
    """Codes whose names have something like each of the words: a slip of the pen finds them too."""
    codes = _offered().alias(folded=Folded("name"))
    for word in words:
        codes = codes.filter(folded__trigram_word_similar=Folded(Value(word)))
    near = _Likeness(Folded(Value(" ".join(words))), Folded("name"))
    return list(codes.order_by("-is_spine", near.desc(), "length", "code")[:SEARCH_LIMIT])
