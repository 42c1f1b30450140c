"""Clinical words never reach who reads no charts; and whoever is shown, it is written down."""

import pytest

from clinic.accounts.roles import Role
from clinic.audit import reading
from clinic.audit.models import ReadEvent
from tests.security.clients import client_of
from tests.security.walks import FOR_PATIENTS, TRIED, walk, watched_for
from tests.security.world import ALL_CLINICAL, CLINICAL

pytestmark = pytest.mark.django_db

READS_NO_CHARTS = {Role.FRONT_DESK, Role.MANAGER, Role.PRIVACY_OFFICER}
# Whoever hands out whole records has to have them; every such look is in the log.
HANDS_OUT = {"manager:record", "manager:record-json", "manager:changes"}
# Why a chart was opened in an emergency may be a clinical word; oversight reads it.
OVERSIGHT = {"manager:emergency-accesses", "manager:reads", "manager:reads-csv"}
CLINICIANS = [Role.NURSE, Role.THERAPIST, Role.PHYSICIAN]
PATIENTS = ["patient_a", "patient_b", "proxy", "former_proxy"]


def test_the_words_stand_in_every_clinical_table():
    """The positive control: what is nowhere cannot leak."""
    assert ALL_CLINICAL


def nothing_clinical(who, world, step):
    """The desk books by facts of the calendar; a diagnosis there is a breach."""
    if who not in READS_NO_CHARTS:
        return None
    leaked = [w for side in (world.own, world.other) for w in side.canaries if w in step.text]
    if who == Role.PRIVACY_OFFICER and step.route in HANDS_OUT | OVERSIGHT:
        return None
    if who == Role.MANAGER and step.route == "manager:emergency-accesses":
        # The reason of an emergency is what the managers' report is for.
        leaked = [w for w in leaked if w not in {world.own.canaries[-1], world.other.canaries[-1]}]
    return leaked and f"clinical words {leaked}"


def only_their_own_people(who, world, step):
    """The wall between one care team and the next."""
    if who not in CLINICIANS:
        return None
    foreign = [word for word in world.other.canaries if word in step.text]
    return foreign and f"words of a foreign chart {foreign}"


def nobody_else(who, world, step):
    """A patient meets not a name, not a word of anybody else, at no address."""
    if who not in PATIENTS:
        return None
    foreign = world.own if who == "patient_b" else world.other
    names = [foreign.patient.family_name]
    if who == "former_proxy":
        names.append(world.own.patient.family_name)
    met = [word for word in names + foreign.canaries if word in step.text]
    return met and f"somebody else {met}"


def whoever_is_shown_is_written_down(who, world, step):
    """A page that shows somebody and leaves no row in the read log would hide who looked."""
    if step.method != "GET":
        return None
    user = world.user(who)
    for side in (world.own, world.other):
        if side.patient.family_name in step.text and not any(
            side.patient.pk in row.patient_ids and row.user_id == user.pk for row in step.rows
        ):
            return f"{side.patient.family_name} is shown, and no row says so"
    return None


LAWS = [nothing_clinical, only_their_own_people, nobody_else, whoever_is_shown_is_written_down]


@pytest.mark.parametrize("who", [*(r.value for r in Role if r != Role.PATIENT), *PATIENTS])
def test_the_laws_hold_wherever_one_walks(who, world):
    """Every address, about one's own people and about others; each law looks at each answer."""
    # What is refused to one patient is refused to all: one of them tries everything.
    routes = FOR_PATIENTS if who in PATIENTS[1:] else TRIED
    broken, seen, steps = [], "", 0
    for step in walk(world.user(who), world, routes):
        steps += 1
        broken += [f"{step}: {said}" for law in LAWS if (said := law(who, world, step))]
        if world.own.canaries and any(word in step.text for word in world.own.canaries):
            seen += step.text
    assert broken == []
    assert steps >= len(routes) > 5
    # The positive control: who reads charts or hands them out does find the words there.
    found = [word for word in world.own.canaries if word in seen]
    if who in CLINICIANS or who == Role.PRIVACY_OFFICER:
        assert len(found) >= len(CLINICAL)


def test_the_walk_searches_where_one_can(world):
    """The positive control: an address that looks for words is seen to, and another one is not."""
    client = client_of(world.staff[Role.FRONT_DESK])
    for address, searches in (("/desk/people/", True), ("/desk/worklist/", False)):
        with watched_for("q") as read:
            assert client.get(address).status_code == 200
        assert bool(read) == searches, address


def test_a_patient_finds_their_own_visit(world):
    """The positive control of a walk on which nobody is met."""
    for who in ("patient_a", "proxy"):
        page = client_of(world.patients[who]).get("/patient/", follow=True)
        assert world.own.site.name in page.content.decode()


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
