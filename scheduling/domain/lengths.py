"""How long something took, for people."""

from datetime import timedelta


def in_words(age: timedelta) -> str:
    """A length of time, in its largest unit."""
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)):
        number = int(age.total_seconds()) // length
        if number or unit == "second":
            return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
    raise AssertionError
