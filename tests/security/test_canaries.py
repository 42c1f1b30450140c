"""Clinical words never reach who reads no charts; and whoever is shown, it is written down."""

import pytest
from django.db import transaction

from clinic.accounts.roles import Role
from clinic.audit import reading
from clinic.audit.models import ReadEvent
from tests.security.policy import POLICY
from tests.security.routes import ROUTES
from tests.security.world import ALL_CLINICAL, CLINICAL, address_of, build_world, client_of

pytestmark = pytest.mark.django_db

TRIED = [route for route in ROUTES if route.name in POLICY]
READS_NO_CHARTS = [Role.FRONT_DESK, Role.MANAGER]
# Whoever hands out whole records has to have them; every such look is in the log.
HANDS_OUT = {"manager:record", "manager:record-json", "manager:changes"}
# Why a chart was opened in an emergency may be a clinical word; oversight reads it.
HANDS_OUT |= {"manager:emergency-accesses", "manager:reads", "manager:reads-csv"}
FORMATS = [
    {},
    {"HX-Request": "true"},
    {"Accept": "application/json"},
    {"Accept": "text/csv"},
]


@pytest.fixture
def world():
    assert ALL_CLINICAL
    return build_world()


# What is refused at the door reads nothing of what was asked.
AT_THE_DOOR = {401, 403, 404, 405}


def answers(client, ids, *, words=()):
    """Every address in every format, asked plainly and searched with a clinical word.

    Where the plain question is refused at the door, searching is refused there as well.
    """
    for route in TRIED:
        address = address_of(route, ids)
        for headers in FORMATS:
            plain = client.get(address, headers=headers)
            yield route, plain
            if plain.status_code in AT_THE_DOOR:
                continue
            for query in ("?q=Quill", *(f"?q={word}" for word in words[:1])):
                yield route, client.get(address + query, headers=headers)
        for data in ({}, {"step": "arrive"}):
            with transaction.atomic():
                yield route, client.post(address, data)
                transaction.set_rollback(True)


@pytest.mark.parametrize("role", READS_NO_CHARTS)
def test_no_clinical_word_reaches_who_reads_no_charts(role, world):
    """The desk books by facts of the calendar; a diagnosis there is a breach."""
    client = client_of(world.staff[role])
    for side in (world.own, world.other):
        for route, answer in answers(client, side.ids, words=side.canaries):
            text = answer.content.decode().replace("?q=" + side.canaries[0], "")
            leaked = [w for w in side.canaries if w in text and f'value="{w}"' not in text]
            # The reason of an emergency is what the managers' report is for.
            in_reason = role == Role.MANAGER and route.name == "manager:emergency-accesses"
            assert leaked == (side.canaries[-1:] if in_reason and leaked else []), route.name


def test_the_privacy_officer_sees_clinical_words_only_where_they_hand_out_records(world):
    """Oversight needs to know who looked, not what was found."""
    client = client_of(world.staff[Role.PRIVACY_OFFICER])
    found = set()
    for route, answer in answers(client, world.own.ids):
        text = answer.content.decode()
        if any(word in text for word in world.own.canaries):
            found.add(route.name)
    assert found <= HANDS_OUT
    assert "manager:record-json" in found


@pytest.mark.parametrize("role", [Role.NURSE, Role.THERAPIST, Role.PHYSICIAN])
def test_clinicians_see_the_charts_of_their_own_people_only(role, world):
    """The positive control, and the wall between one care team and the next."""
    client = client_of(world.staff[role])
    own = "".join(a.content.decode() for _r, a in answers(client, world.own.ids))
    shown = [word for word in world.own.canaries if word in own]
    assert len(shown) >= len(CLINICAL), "the chart shows what a clinician must know"
    foreign = "".join(a.content.decode() for _r, a in answers(client, world.other.ids))
    assert [word for word in world.other.canaries if word in foreign] == []


@pytest.mark.parametrize("who", ["patient_a", "patient_b", "proxy", "former_proxy"])
def test_a_patient_meets_nobody_else(who, world):
    """Not a name, not a word, at no address, in no format."""
    foreign = world.other if who != "patient_b" else world.own
    mine = world.own if who in {"patient_a", "proxy"} else None
    client = client_of(world.patients[who])
    for side in (world.own, world.other):
        for route, answer in answers(client, side.ids, words=foreign.canaries):
            text = answer.content.decode()
            assert foreign.patient.family_name not in text, route.name
            assert not [w for w in foreign.canaries[1:] if w in text], route.name
            if who == "former_proxy":
                assert world.own.patient.family_name not in text, route.name
    if mine:
        assert world.own.site.name in client.get("/patient/").content.decode()


@pytest.mark.parametrize("who", ["patient_a", *(role.value for role in Role if role != "patient")])
def test_whoever_is_shown_is_written_down(who, world):
    """A page that shows somebody and leaves no row in the read log would hide who looked."""
    user = world.user(who)
    client = client_of(user)
    for route in TRIED:
        for side in (world.own, world.other):
            for query in ("", "?q=Quill"):
                before = ReadEvent.objects.count()
                answer = client.get(address_of(route, side.ids) + query)
                for seen in (world.own, world.other):
                    if seen.patient.family_name in answer.content.decode():
                        rows = ReadEvent.objects.order_by("id")[before:]
                        assert any(
                            seen.patient.pk in row.patient_ids and row.user_id == user.pk
                            for row in rows
                        ), (route.name, who)


def test_a_row_says_who_what_why_when_and_from_where(world):
    """Months later, nothing else is left to explain a look."""
    user = world.staff[Role.PHYSICIAN]
    client_of(user).get(f"/physician/people/{world.own.patient.pk}/")
    row = ReadEvent.objects.filter(what="chart").get()
    assert (row.user, row.role, row.kind) == (user, "physician", "view")
    assert (row.purpose, row.ip) == ("treatment", "127.0.0.1")
    assert row.patient_ids == [world.own.patient.pk]
    assert row.address == f"/physician/people/{world.own.patient.pk}/"
    assert row.request_id


def test_if_it_cannot_be_written_down_it_is_not_shown(world, monkeypatch):
    """A full disk must not become a way to look unseen."""

    def full(*_args, **_kwargs):
        raise OSError("the disk is full")

    monkeypatch.setattr(reading, "insert_rows", full)
    client = client_of(world.staff[Role.PHYSICIAN])
    answer = client.get(f"/physician/people/{world.own.patient.pk}/")
    assert answer.status_code == 500
    assert world.own.patient.family_name not in answer.content.decode()
