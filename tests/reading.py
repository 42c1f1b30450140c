"""How hard a text is to read: the grade of Flesch and Kincaid, counted by simple rules.

Grade 6 is what most adults read with ease, also tired or in pain. Labels of a word or two are left
out: a formula for sentences says nothing about them.
"""

import re
from dataclasses import dataclass

_END = re.compile(r"(?<=[.!?])[\s”)]+|\n{2,}|: (?=\n)")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_PLACE = re.compile(r"%\(\w+\)s|\{\{.*?\}\}")
_TAG = re.compile(r"\{%.*?%\}|<[^>]+>", re.DOTALL)
LONG_ENOUGH = 4


@dataclass(frozen=True)
class Reading:
    """What was counted in a text."""

    words: int
    sentences: int
    syllables: int
    longest: int

    @property
    def grade(self) -> float:
        """The year of an American school in which one reads it with ease."""
        if not self.words:
            return 0.0
        each, heavy = self.words / self.sentences, self.syllables / self.words
        return 0.39 * each + 11.8 * heavy - 15.59


def read(*texts: str) -> Reading:
    """Count all of the texts together."""
    sentences = [one for text in texts for one in sentences_of(text)]
    counted = [[syllables(word) for word in words_of(one)] for one in sentences]
    return Reading(
        words=sum(map(len, counted)),
        sentences=len(counted),
        syllables=sum(map(sum, counted)),
        longest=max(map(len, counted), default=0),
    )


def sentences_of(text: str) -> list[str]:
    """Its sentences; a value that will stand there counts as one plain word."""
    plain = _TAG.sub(" ", _PLACE.sub("day", text))
    return [one.strip() for one in _END.split(plain) if len(words_of(one)) >= LONG_ENOUGH]


def words_of(text: str) -> list[str]:
    """Its words, without numbers."""
    return _WORD.findall(text)


def syllables(word: str) -> int:
    """About how many: groups of vowels, without an e that nobody hears."""
    low = word.lower().replace("’", "'").split("'")[0]
    groups = len(re.findall(r"[aeiouy]+", low))
    if re.search(r"[^aeiouyl]e$|[^aeiouy]les?$|[^aeiouytd]ed$|[^aeiouysxzcg]es$", low):
        groups -= 0 if re.search(r"[^aeiouy]les?$", low) else 1
    groups += len(re.findall(r"i[ao](?![nu])|eing|creat|[^aeiou]ying|uou", low))
    return max(1, groups)
