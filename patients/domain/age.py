"""Age in completed years."""

from datetime import date

# In every state but Alabama and Nebraska (19) and Mississippi (21); access ends no later than this.
ADULT_AT = 18


def age_on(birth_date: date, day: date) -> int:
    """Completed years on `day`; in common years a leap-day child turns older on 1 March.

    Raises `ValueError` if `day` lies before the birth.
    """
    if day < birth_date:
        raise ValueError(f"{day} lies before the birth on {birth_date}.")
    had_birthday = (day.month, day.day) >= (birth_date.month, birth_date.day)
    return day.year - birth_date.year - (not had_birthday)


def birthday(birth_date: date, age: int) -> date:
    """The day on which somebody turns `age`; see `age_on` for leap-day children."""
    try:
        return birth_date.replace(year=birth_date.year + age)
    except ValueError:
        return date(birth_date.year + age, 3, 1)


def years_before(day: date, years: int) -> date:
    """The latest birth date of anybody who is at least `years` old on `day`."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return date(day.year - years, 2, 28)
