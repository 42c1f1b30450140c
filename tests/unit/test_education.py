"""The short pages for patients: complete, short of words, and there for whoever needs them."""

import re

import pytest

from tests.reading import read
from tests.record_builders import read_catalogue
from treatments.domain.education import LANGUAGES, About, TopicError, chosen, read_topic
from treatments.queries.education import topics

HARDEST = 7
CATALOGUE = {entry.key: entry for entry in read_catalogue()}
TOPICS = {topic.key: topic for topic in topics(None)}
PAGES = [(key, language) for key in TOPICS for language in LANGUAGES]


@pytest.mark.parametrize("key", list(TOPICS))
def test_a_page_is_read_without_effort(key):
    """Somebody in pain reads this at night: grade 7 at most, most pages less."""
    assert read(*TOPICS[key].pages["en"].sentences).grade <= HARDEST


@pytest.mark.parametrize(("key", "language"), PAGES)
def test_a_page_is_short_and_says_whom_to_call(key, language):
    """One screen after another is not read; and there is always a way to a human."""
    page = TOPICS[key].pages[language]
    assert sum(len(line) for line in page.sentences) < 2200
    calls = " ".join(page.call)
    assert re.search(r"\bCall\b" if language == "en" else r"\b(?:Llam|Llám)", calls)


@pytest.mark.parametrize("key", list(TOPICS))
def test_both_languages_say_as_much(key):
    """Whoever reads Spanish is told of each danger as well."""
    english, spanish = (TOPICS[key].pages[language] for language in LANGUAGES)
    for part in ("what", "helps", "expect", "call"):
        assert len(getattr(english, part)) == len(getattr(spanish, part)), part
    for number in ("911", "988", "1-800-222-1222"):
        said = [sum(number in line for line in page.sentences) for page in (english, spanish)]
        assert said[0] == said[1], number


def test_every_cause_and_treatment_leads_to_a_page():
    """Nobody opens the page and finds nothing about what they have."""
    causes = [key for key, entry in CATALOGUE.items() if entry.section == "cause"]
    treatments = [key for key, entry in CATALOGUE.items() if entry.section == "treatment"]
    assert len(TOPICS) >= 12
    for key in causes:
        assert chosen(TOPICS.values(), About(causes=[key]))[0], key
    for key in treatments:
        assert chosen(TOPICS.values(), About(treatments=[key]))[0], key


def test_topics_name_only_what_there_is():
    """A slip of the pen in a key would choose a page for nobody."""
    for topic in TOPICS.values():
        for key in topic.causes | topic.treatments:
            assert key in CATALOGUE, key


def test_a_half_written_topic_is_refused():
    """A page without its Spanish never reaches anybody."""
    raw = {"key": "half", "en": {}}
    with pytest.raises(TopicError, match="missing"):
        read_topic(raw, where="half.yaml")
