"""Age in completed years."""

from datetime import date


def age_on(birth_date: date, day: date) -> int:
    """Completed years on `day`; in common years a leap-day child turns older on 1 March.

    Raises `ValueError` if `day` lies before the birth.
    """
    if day < birth_date:
        raise ValueError(f"{day} lies before the birth on {birth_date}.")
    had_birthday = (day.month, day.day) >= (birth_date.month, birth_date.day)
    return day.year - birth_date.year - (not had_birthday)
