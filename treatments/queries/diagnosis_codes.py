"""Finding a diagnosis code (ICD-10-CM)."""

from functools import reduce
from operator import and_, or_
from typing import Any

from django.db.models import BooleanField, Case, F, FloatField, Func, Q, QuerySet, Value, When
from django.db.models.functions import Length

from clinic.accounts.guards import require
from clinic.accounts.models import Viewer
from patients.models.patient import Folded
from treatments.domain.diagnosis_codes import (
    LATER_ENCOUNTER,
    SPINE,
    plain_text,
    typed_code,
    typed_words,
)
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
    if code := typed_code(text):
        begun = _offered().filter(code__startswith=code)
        # What is said in fewer signs is said more often.
        return list(begun.order_by(Length("code"), "code")[:SEARCH_LIMIT])
    words = typed_words(text)
    if not words:
        return []
    named = _all_words(words)
    found = _ranked(words, named).filter(named | _codes_of_causes(words)).order_by(*_ORDER)
    # A spine clinic means "stenosis" of the spine; and twenty thousand fractures need no ranking.
    best = list(found.filter(_OF_THE_SPINE)[:SEARCH_LIMIT])
    if len(best) < SEARCH_LIMIT:
        best += found.exclude(_OF_THE_SPINE)[: SEARCH_LIMIT - len(best)]
    return best or _alike(words)


_OF_THE_SPINE = reduce(or_, (Q(code__startswith=prefix) for prefix in SPINE))
# Short names are the usual cases.
_ORDER = ("-is_named", "is_later", "-is_whole", "-is_begun", "length", "code")


def _ranked(words: list[str], named: Q) -> QuerySet[Any]:
    """With what the order needs: all words in the name, as words of their own, at its beginning."""
    whole = reduce(and_, (Q(folded__regex=rf"\m{plain_text(word)}") for word in words))
    begun = Q(folded__startswith=Folded(Value(words[0])))
    return _offered().annotate(
        is_named=_truth(named), is_whole=_truth(whole), is_begun=_truth(begun)
    )


def _offered() -> QuerySet[Any]:
    codes = DiagnosisCode.objects.filter(is_billable=True)
    later = _truth(Q(code__regex=LATER_ENCOUNTER))
    return codes.annotate(is_later=later, length=Length("name"))


def _truth(condition: Q) -> Case:
    return Case(When(condition, then=Value(True)), default=False, output_field=BooleanField())


def _all_words(words: list[str]) -> Q:
    return reduce(and_, (Q(folded__contains=Folded(Value(word))) for word in words))


def _codes_of_causes(words: list[str]) -> Q:
    """Codes of the causes in the catalogue whose names, in any language, have all of the words."""
    causes = CatalogueEntry.objects.offered(Section.CAUSE)
    prefixes: set[str] = set()
    for name, name_es, details in causes.values_list("name", "name_es", "details"):
        names = plain_text(" ".join([name, name_es, *details.get("synonyms", ())]))
        if all(plain_text(word) in names for word in words):
            prefixes |= set(details.get("codes", ()))
    return reduce(or_, (Q(code__startswith=code) for code in sorted(prefixes)), Q(pk__in=[]))


def _alike(words: list[str]) -> list[DiagnosisCode]:
    """Codes whose names have something like each of the words: a slip of the pen finds them too."""
    codes = _offered()
    for word in words:
        codes = codes.filter(folded__trigram_word_similar=Folded(Value(word)))
    codes = codes.annotate(is_spine=_truth(_OF_THE_SPINE))
    near = _Likeness(Folded(Value(" ".join(words))), F("folded"))
    return list(
        codes.order_by("-is_spine", "is_later", near.desc(), "length", "code")[:SEARCH_LIMIT]
    )
