"""The board as a desk gets it: complete, small, and quick to say that nothing changed."""

import re
from datetime import UTC, datetime, timedelta
from datetime import time as clock

import pytest
import time_machine
from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.test.utils import CaptureQueriesContext

from clinic.accounts.models import TeamMember, User
from clinic.accounts.roles import Role
from patients.models import Patient
from scheduling.domain.local_time import wall_instant
from scheduling.models import (
    Appointment,
    BoardColumn,
    BoardView,
    Delay,
    Holiday,
    Reservation,
    TimeOff,
)
from tests import builders
from tests.security.clients import client_of

pytestmark = pytest.mark.django_db
DAY = (datetime.now(UTC) + timedelta(days=3)).date()


@pytest.fixture
def site():
    return builders.make_site(hours=(clock(7), clock(19)))


def at(site, hour, minute=0):
    return wall_instant(DAY, clock(hour, minute), site.zone)


def fill(site, columns, visits, minutes=20):
    """Visits side by side in these columns, with a little air between them."""
    kind = builders.make_visit_type(minutes, ["clinician"])
    each = visits // len(columns)
    Patient.objects.bulk_create(
        Patient(given_names="Maximiliane", family_name=f"Castellanos{n}", birth_date="1960-02-03")
        for n in range(visits)
    )
    people = Patient.objects.filter(given_names="Maximiliane").order_by("-id").iterator()
    for column in columns:
        for n in range(each):
            start = at(site, 7) + timedelta(minutes=n * (minutes + 10))
            book(site, column, kind, next(people), start)
    return kind


def book(site, column, kind, patient, start, status="booked"):
    end = start + timedelta(minutes=kind.duration_minutes)
    visit = Appointment.objects.create(
        patient=patient,
        visit_type=kind,
        site=site,
        start_at=start,
        end_at=end,
        status=status,
        status_at=start,
        booked_by=User.objects.first(),
    )
    Reservation.objects.create(
        resource=column,
        during=DateTimeTZRange(start, end, "[)"),
        kind="appointment",
        appointment=visit,
    )
    return visit


def columns_for(site, number):
    return [builders.make_clinician(site) for _ in range(number)]


def board(client, **more):
    query = "&".join(f"{k}={v}" for k, v in ({"view": "columns", "day": DAY} | more).items())
    return client.get(f"/desk/?{query}")


def poll(client, page, **headers):
    """What the script of the page asks: the address, the versions and the ETag of the page."""
    text = page.content.decode()
    address = re.search(r'data-changes="([^"]+)"', text)[1].replace("&amp;", "&")
    known = re.findall(r'id="column-(\d+)"\s+data-tag="(\w+)"', text)
    etag = re.search(r'data-etag="([^"]+)"', text)[1].replace("&quot;", '"')
    said = {
        "Dorsa-Columns": " ".join(f"{pk}:{tag}" for pk, tag in known),
        "If-None-Match": etag,
        "Dorsa-Background": "1",
    }
    return client.get(address, headers=said | headers)


def test_thirty_columns_of_four_hundred_visits_are_small(site):
    """The desk of a large clinic looks at this all day, over the network of a building."""
    user = builders.make_user()
    fill(site, columns_for(site, 30), 400)
    # On the day itself, when each visit has a button.
    with time_machine.travel(at(site, 6), tick=False):
        client = client_of(user)
        page = board(client)
        assert page.content.count(b'<li class="v ') >= 390
        assert page.content.count(b"<button name=arrive") >= 390
        assert len(page.content) <= 150_000, "names of 27 letters are longer than most"
        assert poll(client, page).status_code == 304


def test_the_number_of_queries_does_not_grow_with_the_rows(site):
    """A board that asks once for each visit is slow on the day it is needed most."""
    user = builders.make_user()
    columns = columns_for(site, 3)
    client = client_of(user)
    counted = []
    for visits in (3, 60):
        fill(site, columns, visits, minutes=10)
        for layout in ("columns", "list", "week"):
            board(client, view=layout)
            with CaptureQueriesContext(connection) as queries:
                assert board(client, view=layout).status_code == 200
            counted.append((layout, len(queries)))
        Appointment.objects.update(status="cancelled")
        Reservation.objects.update(is_active=False)
    assert counted[:3] == counted[3:]
    assert max(number for _layout, number in counted) <= 16


def test_nothing_new_costs_three_queries(site):
    """Ten desks ask six times a minute: who asks, and one look at the versions."""
    user = builders.make_user()
    fill(site, columns_for(site, 3), 30)
    client = client_of(user)
    page = board(client)
    with CaptureQueriesContext(connection) as queries:
        answer = poll(client, page)
    assert (answer.status_code, answer.content) == (304, b"")
    assert len(queries) == 3, [query["sql"][:80] for query in queries]


def test_columns_in_another_order_than_they_were_made_are_unchanged_as_well(site):
    """Columns stand by name; a version that depends on their order is never the page's own."""
    user = builders.make_user()
    columns = columns_for(site, 3)
    for column, name in zip(columns, "CBA", strict=True):
        type(column).objects.filter(pk=column.pk).update(name=name)
    client = client_of(user)
    page = board(client)
    shown = re.findall(r'id="column-(\d+)"', page.content.decode())
    assert shown == [str(column.pk) for column in reversed(columns)]
    assert poll(client, page).status_code == 304


CHANGES = {
    "a step": lambda w: Appointment.objects.filter(pk=w["visit"].pk).update(status="confirmed"),
    "a word of theirs": lambda w: Appointment.objects.filter(pk=w["visit"].pk).update(
        late_minutes=20
    ),
    "a name": lambda w: Patient.objects.filter(pk=w["visit"].patient_id).update(given_names="Zoe"),
    "a visit more": lambda w: book(
        w["site"], w["columns"][1], w["kind"], builders.make_patient(), at(w["site"], 18)
    ),
    "a visit gone": lambda w: Reservation.objects.filter(appointment=w["visit"]).delete(),
    "time off": lambda w: TimeOff.objects.create(
        site=w["site"],
        resource=w["columns"][1],
        during=DateTimeTZRange(at(w["site"], 15), at(w["site"], 16), "[)"),
    ),
    "other hours": lambda w: w["columns"][1].working_hours.update(closes="18:00"),
    "a hold": lambda w: hold(w, timedelta(minutes=10)),
    "runs late": lambda w: Delay.objects.create(
        resource=w["columns"][1],
        local_date=DAY,
        minutes=25,
        noted_at=datetime.now(UTC),
        noted_by=w["user"],
    ),
}


def hold(world, lasting):
    kept = builders.make_hold(
        world["site"],
        at(world["site"], 18),
        at(world["site"], 18, 30),
        datetime.now(UTC) + lasting,
    )
    Reservation.objects.create(
        resource=world["columns"][1],
        during=DateTimeTZRange(kept.start_at, kept.end_at, "[)"),
        kind="hold",
        hold=kept,
        expires_at=kept.expires_at,
    )


@pytest.fixture
def world(site):
    user = builders.make_user()
    columns = columns_for(site, 3)
    kind = fill(site, columns, 9)
    visit = Appointment.objects.get(reservations__resource=columns[1], start_at=at(site, 7))
    return {"site": site, "user": user, "columns": columns, "kind": kind, "visit": visit}


@pytest.mark.parametrize("change", sorted(CHANGES))
def test_only_the_column_that_changed_is_sent(change, world):
    """What did not change is neither drawn nor sent again, and what did is never missed."""
    client = client_of(world["user"])
    page = board(client)
    assert poll(client, page).status_code == 304
    # A transaction of its own, as every change is outside of tests.
    with transaction.atomic():
        CHANGES[change](world)
    answer = poll(client, page)
    sent = re.findall(r'id="column-(\d+)"', answer.content.decode())
    assert answer.status_code == 200
    assert sent == [str(world["columns"][1].pk)]
    assert len(answer.content) < 6_000
    assert answer.headers["ETag"] != re.search(r'data-etag="([^"]+)"', page.content.decode())[1]


def test_a_change_for_everybody_reaches_every_column(world):
    """A holiday closes the whole site."""
    client = client_of(world["user"])
    page = board(client)
    Holiday.objects.create(site=world["site"], local_date=DAY, name="Founders' Day")
    answer = poll(client, page)
    assert len(re.findall(r'id="column-(\d+)"', answer.content.decode())) == 3


def test_a_hold_that_ran_out_is_gone_without_anybody_clearing_it(world):
    """It stops counting by itself; a board that still shows it turns people away."""
    client = client_of(world["user"])
    before = poll(client, board(client))
    hold(world, -timedelta(minutes=1))
    assert before.status_code == poll(client, board(client)).status_code == 304
    assert "Held" not in board(client).content.decode()


def test_who_works_elsewhere_learns_nothing_from_versions(world):
    """The cheap way to ask must not be a way around the wall between sites."""
    client = client_of(world["user"])
    page = board(client)
    TeamMember.objects.filter(user=world["user"]).delete()
    assert poll(client, page).status_code == 404
    assert poll(client, page, **{"Dorsa-Columns": "x:y"}).status_code == 400


def test_a_column_says_what_is_free_closed_held_and_taken(world):
    """Everything that decides whether somebody can come is on the board, in words."""
    hold(world, timedelta(minutes=10))
    text = board(client_of(world["user"])).content.decode()
    column = re.search(rf'id="column-{world["columns"][1].pk}".*?</section>', text, re.S)[0]
    assert "10 min free" in column
    assert "<b>Held</b> 6:00 PM" in column
    assert re.search(r"<b>7:00 AM</b> Castellanos\d+, Maximiliane</a><i>Booked</i>", column)
    assert ">Arrived</button>" not in column, "that day has not come"


def offered(client):
    """The steps that the rows of the list offer."""
    text = board(client, view="list").content.decode()
    return re.findall(r'name="step"\s+value="(\w+)"', text)


def test_steps_are_offered_on_the_day_itself(world):
    """Nobody arrives three days early; and a tired finger must not take today's number for them."""
    client = client_of(world["user"])
    assert b"<button name=arrive" not in board(client).content
    assert not {"arrive", "no_show"} & set(offered(client))
    with time_machine.travel(at(world["site"], 7, 30), tick=False):
        client = client_of(world["user"])
        assert board(client).content.count(b"<button name=arrive") == 9
        assert offered(client).count("arrive") == 9
        assert offered(client).count("no_show") == 6, "two of each clinician's three have begun"


def test_only_the_first_of_a_course_is_a_first_visit(world):
    """Whoever comes for the tenth time is not asked for their papers again."""
    first = world["visit"]
    column, kind, patient = world["columns"][0], world["kind"], first.patient
    for hours in (9, 10, 11):
        book(world["site"], column, kind, patient, at(world["site"], hours))
    text = board(client_of(world["user"])).content.decode()
    cards = re.findall(rf"<b>([^<]+)</b> {patient.family_name}, .*?<p>(.*?)<li", text)
    flagged = [time for time, rest in cards if "First visit" in rest]
    assert (len(cards), flagged) == (4, ["7:00 AM"])
    # What was cancelled or missed was no visit.
    Appointment.objects.filter(pk=first.pk).update(status="no_show")
    Reservation.objects.filter(appointment=first).update(is_active=False)
    text = board(client_of(world["user"])).content.decode()
    cards = re.findall(rf"<b>([^<]+)</b> {patient.family_name}, .*?<p>(.*?)<li", text)
    assert [time for time, rest in cards if "First visit" in rest] == ["9:00 AM"]


def test_names_are_escaped_in_cells_written_by_hand(world):
    """The cells are not written by a template, so this is not given for free."""
    Patient.objects.filter(pk=world["visit"].patient_id).update(family_name='<b>"&Bobby')
    text = board(client_of(world["user"])).content.decode()
    assert "&lt;b&gt;&quot;&amp;Bobby" in text
    assert '<b>"&Bobby' not in text


def test_what_overlaps_stands_side_by_side(world):
    """An overbooked visit hidden under another one is a person forgotten."""
    extra = book_over(world)
    text = board(client_of(world["user"])).content.decode()
    column = re.search(rf'id="column-{world["columns"][1].pk}".*?</section>', text, re.S)[0]
    assert len(re.findall(r'class="v booked h7 n4 k[12]"', column)) == 2
    assert extra.patient.family_name in column
    assert "Overbooked" in column


def book_over(world):
    start = at(world["site"], 7)
    extra = Appointment.objects.create(
        patient=builders.make_patient(),
        visit_type=world["kind"],
        site=world["site"],
        start_at=start,
        end_at=start + timedelta(minutes=20),
        status_at=start,
        overbooking_reason="In great pain",
    )
    Reservation.objects.create(
        resource=world["columns"][1],
        during=DateTimeTZRange(start, extra.end_at, "[)"),
        kind="appointment",
        appointment=extra,
        is_overbooked=True,
    )
    return extra


def test_filters_dim_columns_and_shorten_the_list(world):
    """What is filtered out of a column must not look like free time."""
    Appointment.objects.filter(pk=world["visit"].pk).update(status="arrived")
    client = client_of(world["user"])
    text = board(client, only="waiting").content.decode()
    assert text.count(" dim") == 8
    assert "20 min free" not in text
    rows = board(client, view="list", only="waiting").content.decode()
    assert rows.count('class="board-row') == 1


def test_cancelled_visits_are_hidden_until_asked_for_and_that_is_remembered(world):
    """They take up no time; but "did she cancel?" is asked every day."""
    Appointment.objects.filter(pk=world["visit"].pk).update(status="cancelled")
    Reservation.objects.filter(appointment=world["visit"]).update(is_active=False)
    client = client_of(world["user"])
    name = world["visit"].patient.family_name
    assert name not in board(client).content.decode()
    assert name in board(client, cancelled="show").content.decode()
    assert name in board(client).content.decode()
    assert name not in board(client, cancelled="hide").content.decode()


def test_the_layout_and_the_view_are_remembered(world):
    """Whoever likes the list gets the list."""
    view = BoardView.objects.create(site=world["site"], name="Mornings", function_key=2)
    BoardColumn.objects.create(view=view, resource=world["columns"][2], position=0)
    client = client_of(world["user"])
    board(client, columns=view.pk)
    text = client.get(f"/desk/?day={DAY}").content.decode()
    assert re.findall(r'id="column-(\d+)"', text) == [str(world["columns"][2].pk)]
    assert 'data-shortcut="F2"' in text
    board(client, view="list")
    assert 'id="grid"' not in client.get(f"/desk/?day={DAY}").content.decode()


def test_a_view_shows_and_loads_only_its_columns(world):
    """A large clinic stays quick because nobody needs to see all of it."""
    view = BoardView.objects.create(site=world["site"], name="One")
    BoardColumn.objects.create(view=view, resource=world["columns"][0], position=0)
    text = board(client_of(world["user"]), columns=view.pk).content.decode()
    assert world["visit"].patient.family_name not in text


def test_a_manager_sees_the_board_without_what_they_may_not_do(world):
    """Seeing is one permission, receiving and booking are others."""
    text = board(client_of(builders.make_user(Role.MANAGER))).content.decode()
    assert "min free</span>" in text
    assert "<button name=arrive" not in text
    assert "quick/?at=" not in text
