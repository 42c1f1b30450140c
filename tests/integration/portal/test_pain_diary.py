"""A person's own diary: theirs, a day at a time, and nobody's scolding."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction

from clinic.accounts.roles import Role
from clinic.shared.errors import NotAllowed, NotFound
from patients.models import PortalAccess
from tests import builders
from treatments.actions.pain_diary import DayIsClosed, DayWritten, keep_pain_day
from treatments.domain.pain_diary import PainDay
from treatments.models import PainDiaryEntry
from treatments.queries.own_diaries import pain_days

pytestmark = pytest.mark.django_db
NEW_YORK = ZoneInfo("America/New_York")
NOW = datetime(2026, 6, 1, 15, tzinfo=UTC)
TODAY = date(2026, 6, 1)
YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture
def ana():
    return builders.make_patient()


@pytest.fixture
def user(ana):
    return access_for(ana)


def access_for(patient, relationship="self", **values):
    user = builders.make_user(Role.PATIENT)
    PortalAccess.objects.create(user=user, patient=patient, relationship=relationship, **values)
    return user


def keep(patient, user, day=TODAY, pain=4, *, now=NOW, seen=None, zone=NEW_YORK, **values):
    said = PainDay(pain, **values)
    return keep_pain_day(
        patient=patient, day=day, said=said, seen=seen, zone=zone, by=user, now=now
    )


def test_a_day_is_one_row_and_its_versions_keep_the_rest(ana, user):
    """What was corrected is not lost, and a day never counts twice."""
    first = keep(ana, user, pain=7, took=("other", "acetaminophen"), note=" bad night ")
    assert (first.took, first.note) == (["acetaminophen", "other"], "bad night")
    later = NOW + timedelta(hours=3)
    again = keep(ana, user, pain=3, seen=first.changed_at, now=later)
    assert (again.pk, again.nrs, again.written_at, again.changed_at) == (first.pk, 3, NOW, later)
    assert [row.nrs for row in first.versions.order_by("pgh_id")] == [7, 3]


def test_the_same_again_changes_nothing(ana, user):
    """A double tap, or a reload, is no correction."""
    first = keep(ana, user)
    again = keep(ana, user, now=NOW + timedelta(minutes=1))
    assert again.changed_at == first.changed_at
    assert first.versions.count() == 1


@pytest.mark.parametrize(
    ("local", "day", "is_open"),
    [
        # Half past eleven at night in New York is tomorrow by the servers' clock.
        ("2026-06-01T23:30", date(2026, 6, 1), True),
        ("2026-06-01T23:30", date(2026, 6, 2), False),
        ("2026-06-02T00:01", date(2026, 6, 1), True),
        ("2026-06-02T00:01", date(2026, 5, 31), False),
        # The clocks go forward on 8 March and back on 1 November.
        ("2026-03-08T23:30", date(2026, 3, 8), True),
        ("2026-03-08T23:30", date(2026, 3, 7), True),
        ("2026-03-08T23:30", date(2026, 3, 9), False),
        ("2026-11-01T23:30", date(2026, 11, 1), True),
        ("2026-11-01T00:30", date(2026, 10, 31), True),
        ("2026-11-01T23:30", date(2026, 10, 30), False),
    ],
)
def test_today_is_the_day_of_their_own_clock(ana, user, local, day, is_open):
    """At night, and on the days of the clock change, today is what the wall says."""
    now = datetime.fromisoformat(local).replace(tzinfo=NEW_YORK).astimezone(UTC)
    if is_open:
        assert keep(ana, user, day, now=now).local_date == day
    else:
        with pytest.raises(DayIsClosed):
            keep(ana, user, day, now=now)


def test_yesterday_is_added_and_not_rewritten(ana, user):
    """Whoever forgot may add yesterday, and mend a slip in it; what was said then stays."""
    forgotten = keep(ana, user, YESTERDAY, pain=5)
    mended = keep(ana, user, YESTERDAY, pain=6, seen=forgotten.changed_at)
    assert mended.nrs == 6
    said_then = keep(ana, user, pain=2)
    with pytest.raises(DayIsClosed):
        keep(ana, user, TODAY, pain=9, seen=said_then.changed_at, now=NOW + timedelta(days=1))


def test_two_phones_do_not_overwrite_each_other_unseen(ana, user):
    """A mother and her son write the same day: the second sees what the first wrote."""
    carer = access_for(ana, "carer")
    first = keep(ana, user, pain=3)
    with pytest.raises(DayWritten):
        keep(ana, carer, pain=8)
    assert keep(ana, carer, pain=8, seen=first.changed_at).written_as == "proxy"


def test_it_says_whose_word_it_is(ana, user):
    """Staff must see whether the person or somebody for them wrote it."""
    assert keep(ana, user).written_as == "patient"
    child = builders.make_patient(born=date(2016, 1, 1))
    parent = access_for(child, "parent")
    row = keep(child, parent)
    assert (row.written_as, row.written_by) == ("proxy", parent)


def test_nobody_writes_or_reads_elsewhere(ana, user):
    """Another person's id is answered as if it did not exist; staff have no diary here."""
    stranger = access_for(builders.make_patient())
    over = access_for(ana, "carer", until_date=TODAY)
    for somebody in (stranger, over):
        with pytest.raises(NotFound):
            keep(ana, somebody)
    with pytest.raises(NotAllowed):
        keep(ana, builders.make_user(Role.PHYSICIAN))
    with pytest.raises(NotAllowed):
        pain_days(builders.make_user(Role.NURSE), ana, since=TODAY, until=TODAY)


@pytest.mark.parametrize(
    "wrong",
    [
        {"nrs": 11},
        {"took": ["whisky"]},
        {"activity": "marathon"},
        {"written_as": "staff"},
        {"changed_at": NOW - timedelta(days=1)},
    ],
)
def test_the_database_takes_no_nonsense(ana, user, wrong):
    """Whatever wrote the row, the diary stays within its scale and says who wrote."""
    row = keep(ana, user)
    with pytest.raises(IntegrityError), transaction.atomic():
        PainDiaryEntry.objects.filter(pk=row.pk).update(**wrong)
    with pytest.raises(IntegrityError), transaction.atomic():
        PainDiaryEntry.objects.create(
            patient=ana,
            local_date=row.local_date,
            nrs=1,
            written_as="patient",
            written_by=user,
            written_at=NOW,
            changed_at=NOW,
        )
