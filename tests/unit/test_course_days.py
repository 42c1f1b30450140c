"""Days of a course: the past is told as far back as it goes, the future is near."""

from datetime import date

import pytest

from treatments.domain.course_orders import BadOrder, check_dates, check_day

TODAY = date(2026, 6, 1)
BORN = date(1960, 2, 3)


def test_a_course_of_long_ago_is_told():
    """Ten years of history are what the next decision rests on."""
    check_dates(date(2012, 1, 1), date(2012, 6, 1), today=TODAY, born=BORN)
    check_day("performed_date", date(1961, 1, 1), today=TODAY, born=BORN)


@pytest.mark.parametrize(
    ("day", "sentence"),
    [(date(1959, 1, 1), "before they were born"), (date(2036, 1, 1), "too far away")],
)
def test_a_day_that_cannot_be_is_refused(day, sentence):
    """A slip of a digit is found while it is typed."""
    with pytest.raises(BadOrder, match=sentence):
        check_day("start_date", day, today=TODAY, born=BORN)
