"""What may stand in an intake, and how its parts are called in both languages."""

import pytest

from patients.domain.consent_texts import TEXTS
from patients.models.consent import ConsentKind
from treatments.domain.body import PARTS
from treatments.domain.body_words import label_in
from treatments.domain.intake import (
    BadIntake,
    Subject,
    checked,
    checked_answers,
    items_of,
    print_of,
)

DRUG = {"what": "Warfarin", "how_much": "5 mg", "thins": "yes"}


@pytest.mark.parametrize(
    ("subject", "said"),
    [
        ("reason", {"words": "My back"}),
        ("where", {"parts": ["back-low-back-left"]}),
        ("now", {"pain": 0}),
        ("peg", {"pain": 3, "enjoyment": 10, "activity": 0}),
        ("history", {"lines": [{"what": "Diabetes"}], "none": False}),
        ("surgeries", {"lines": [], "none": True}),
        ("medicines", {"lines": [DRUG], "none": False}),
        ("allergies", {"lines": [{"what": "Latex", "reaction": ""}], "none": False}),
    ],
)
def test_what_was_said_stays_as_it_was_said(subject, said):
    """A checker that changes answers would put words into people's mouths."""
    assert checked(Subject(subject), said) == said
    assert checked_answers({subject: said}) == {subject: said}


@pytest.mark.parametrize(
    ("subject", "said"),
    [
        ("reason", "My back"),
        ("reason", {"words": 3}),
        ("reason", {"words": "a\x00b"}),
        ("reason", {"words": "x" * 2001}),
        ("reason", {"words": "", "more": ""}),
        ("where", {"parts": ["tail"]}),
        ("where", {"parts": "back-neck"}),
        ("where", {"parts": [["back-neck"]]}),
        ("now", {"pain": 11}),
        ("now", {"pain": -1}),
        ("now", {"pain": True}),
        ("now", {"pain": "7"}),
        ("now", {"worst": 7}),
        ("history", {"lines": [{"what": ""}]}),
        ("history", {"lines": [{"what": "x" * 201}]}),
        ("history", {"lines": [{"what": "Diabetes"}], "none": True}),
        ("history", {"lines": [{"what": "Diabetes"}] * 31}),
        ("history", {"lines": "Diabetes"}),
        ("history", {"lines": ["Diabetes"]}),
        ("medicines", {"lines": [DRUG | {"thins": "perhaps"}]}),
        ("medicines", {"lines": [DRUG | {"dose": "5"}]}),
        ("allergies", {"lines": [], "none": "yes"}),
    ],
)
def test_what_cannot_be_is_refused(subject, said):
    """What stands in the database is read by staff and by code that trusts its shape."""
    with pytest.raises(BadIntake):
        checked(Subject(subject), said)


def test_there_is_no_other_subject():
    """A page that is not asked must not be stored beside those that are."""
    with pytest.raises(BadIntake):
        checked_answers({"weight": {"words": "80"}})


def test_a_print_says_whether_something_is_the_same():
    """By it two phones notice each other; an unsaved page is not an empty one."""
    assert print_of({"a": 1, "b": 2}) == print_of({"b": 2, "a": 1})
    assert len({print_of(None), print_of({}), print_of({"a": 1})}) == 3


def test_each_line_is_offered_once():
    """A medicine written twice must not come into the record twice."""
    found = items_of({"medicines": {"lines": [DRUG, dict(DRUG)]}, "reason": {"words": "x"}})
    assert [(item.what, item.more, item.may_thin) for item in found] == [("Warfarin", "5 mg", True)]


def test_each_part_of_the_body_has_its_own_name_in_both_languages():
    """Who cannot see the drawing finds a part by its name alone."""
    for language in ("en", "es"):
        names = [label_in(part.key, language) for part in PARTS]
        assert len(set(names)) == len(PARTS)
    assert label_in("back-hand-left", "es") == "Mano izquierda, por detrás"
    assert label_in("front-knee-right", "es") == "Rodilla derecha, por delante"


def test_consents_are_of_known_kinds():
    """A text of a kind that no decision can have could never be signed."""
    assert set(TEXTS) <= set(ConsentKind)
    assert all(len(text.version) <= 40 for text in TEXTS.values())
