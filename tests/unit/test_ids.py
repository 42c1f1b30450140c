"""Ids made here are filed like those that PostgreSQL makes."""

from datetime import UTC, datetime, timedelta

from clinic.shared.ids import new_id

NOW = datetime(2027, 1, 12, 15, tzinfo=UTC)


def test_an_id_is_a_uuid_of_version_7_that_nobody_can_guess():
    """Chance that is missing would make addresses guessable; a wrong version breaks the order."""
    ids = {new_id(NOW) for _ in range(1000)}
    assert len(ids) == 1000
    assert {one.version for one in ids} == {7}
    assert {one.variant for one in ids} == {"specified in RFC 4122"}
    assert {one.int >> 80 for one in ids} == {int(NOW.timestamp() * 1000)}
    assert new_id(NOW) < new_id(NOW + timedelta(milliseconds=1))
