"""What a manager makes of the catalogue."""

from datetime import UTC, datetime

import pytest
from django.utils import timezone

from clinic.accounts.roles import Role
from clinic.shared.errors import Invalid, NotAllowed
from tests.builders import make_user
from tests.record_builders import make_entry, shipped_catalogue
from treatments.actions.catalogue import load_catalogue
from treatments.actions.entries import (
    EntryChanged,
    EntryIsShipped,
    EntryNameTaken,
    EntryWords,
    add_entry,
    change_entry,
    restore_entry,
    retire_entry,
)
from treatments.management.catalogue_files import read_catalogue
from treatments.models import CatalogueEntry, Section
from treatments.queries import catalogue as reading

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 1, 15, tzinfo=UTC)
CUPPING = EntryWords(
    kind="complementary",
    name="Cupping",
    plain="Warm glasses on the skin.",
    details={"form": "self_care", "step": 1, "risks": ["soreness"]},
)


@pytest.fixture
def manager():
    shipped_catalogue()
    return make_user(Role.MANAGER)


def add(manager, words=CUPPING, section=Section.TREATMENT):
    return add_entry(section=section, words=words, by=manager, now=NOW)


def change(manager, entry, version=None, **values):
    kept = {name: getattr(entry, name) for name in ("kind", "name", "plain", "details")}
    words = EntryWords(**kept | values)
    return change_entry(entry=entry, words=words, version=version, by=manager, now=NOW)


def test_an_own_entry_is_added_changed_and_tells_what_became_of_it(manager):
    """A clinic does what nobody thought of."""
    entry = add(manager)
    assert (entry.key, entry.is_shipped, entry.version) == ("cupping", False, 1)
    details = {**entry.details, "minutes": 40}
    changed = change(manager, entry, version=1, plain="Glasses that suck.", details=details)
    assert (changed.key, changed.version) == ("cupping", 2)
    newest, first = reading.entry_history(manager, changed)
    assert newest.user == first.user == manager
    assert (newest.action, first.action) == ("Changed", "Added")
    assert (
        "In plain words",
        "Warm glasses on the skin.",
        "Glasses that suck.",
    ) in newest.differences
    assert ("Minutes", "", "40") in newest.differences


def test_two_entries_have_two_keys_and_two_names(manager):
    """Keys stay for ever; a name that means two things means nothing."""
    add(manager)
    with pytest.raises(EntryNameTaken):
        add(manager)


def test_keys_are_made_from_any_name(manager):
    """A name in another script, the word of an address, a name like one that is there."""
    names = ("New", "…", "治療", "Home exercise!", "a" * 120, "a" * 119)
    made = [make_entry(name).key for name in names]
    assert len(set(made)) == len(names)
    assert "new" not in made
    assert made[3] == "home-exercise-2"
    assert max(map(len, made)) <= 60


def test_what_is_shipped_is_retired_and_not_rewritten(manager):
    """An update would silently undo the change."""
    entry = CatalogueEntry.objects.get(pk="homeopathy")
    with pytest.raises(EntryIsShipped):
        change(manager, entry, plain="It is good.")
    retired = retire_entry(entry=entry, by=manager, now=NOW)
    assert (retired.retired_at, retired.retired_by) == (NOW, manager)
    load_catalogue(entries=read_catalogue(), by=None, now=timezone.now())
    entry.refresh_from_db()
    assert entry.retired_at == NOW, "an update does not bring it back"
    again = retire_entry(entry=entry, by=make_user(Role.MANAGER), now=timezone.now())
    assert (again.retired_at, again.retired_by) == (NOW, manager), "the first time counts"
    assert restore_entry(entry=entry, by=manager, now=NOW).retired_at is None
    actions = [row.action for row in reading.entry_history(manager, entry)]
    assert actions == ["Offered again", "Retired", "Loaded"]


def test_the_second_of_two_managers_is_told(manager):
    """Neither writes over what the other has just said."""
    entry = add(manager)
    change(manager, entry, version=1, plain="One.")
    with pytest.raises(EntryChanged):
        change(manager, entry, version=1, plain="Two.")
    entry.refresh_from_db()
    assert entry.plain == "One."


@pytest.mark.parametrize(
    ("details", "word"),
    [
        ({"form": "self_care", "step": 1, "risks": ["curse"]}, "curse"),
        ({"form": "medication", "step": 2, "drug_classes": ["opium"]}, "opium"),
        ({"form": "self_care", "step": 7}, "step"),
        ({"form": "therapy", "step": 2, "minutes": 3}, "minutes"),
        ({"form": "therapy", "step": 2, "minutes": "soon"}, "minutes|supported"),
        ({"step": 2}, "form"),
    ],
)
def test_an_entry_that_makes_no_sense_is_refused_in_a_sentence(manager, details, word):
    """Forms are shaped by entries, so a broken entry breaks them."""
    words = EntryWords(kind="therapy", name="Odd", plain="Odd.", details=details)
    with pytest.raises(Invalid, match=word):
        add(manager, words)
    assert not CatalogueEntry.objects.filter(name="Odd").exists()


def test_the_form_of_a_course_stays(manager):
    """Courses were written with it, and could not be read with another."""
    entry = add(manager)
    with pytest.raises(Invalid, match="kind of course"):
        change(manager, entry, details={"form": "therapy", "step": 1})


def test_only_a_manager_writes_and_only_clinicians_and_managers_read(manager):
    """The catalogue steers what is ordered."""
    entry = add(manager)
    for role in (Role.PHYSICIAN, Role.NURSE, Role.FRONT_DESK, Role.PATIENT):
        user = make_user(role)
        for act in (
            lambda user=user: retire_entry(entry=entry, by=user, now=NOW),
            lambda user=user: restore_entry(entry=entry, by=user, now=NOW),
            lambda user=user: change(user, entry),
            lambda user=user: add(user),
            lambda user=user: reading.entry_history(user, entry),
        ):
            with pytest.raises(NotAllowed):
                act()
    assert reading.access_entry(make_user(Role.THERAPIST), entry.key) == entry
    with pytest.raises(NotAllowed):
        reading.entries(make_user(Role.FRONT_DESK))


def test_entries_are_found_by_name_in_both_languages_and_by_synonym(manager):
    """Paracetamol is acetaminophen."""
    for text in ("paracetamol", "ACETAMIN", "acetaminofén"):
        assert "acetaminophen" in [row.key for row in reading.entries(manager, text=text)]
    assert reading.entries(manager, text="zzz") == []
    keys = [row.key for row in reading.entries(manager, section=Section.TREATMENT)]
    assert keys[0] == "home-exercise", "in the order of the files"
