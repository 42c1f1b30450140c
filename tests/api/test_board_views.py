"""Saved views of the board through the API."""

import pytest

from clinic.accounts.models import TeamMember
from clinic.accounts.roles import Role
from scheduling.models import BoardView
from tests import builders
from tests.security.clients import client_of

pytestmark = pytest.mark.django_db
HERE = "/api/v1/board-views/"


@pytest.fixture
def clinic():
    site = builders.make_site()
    columns = [builders.make_clinician(site) for _ in range(3)]
    user = builders.make_user()
    return {"site": site, "columns": columns, "user": user, "client": client_of(user)}


def wish(clinic, **more):
    columns = [column.pk for column in reversed(clinic["columns"])]
    return {"site": clinic["site"].pk, "name": "All", "columns": columns, "function_key": 4} | more


def make(clinic, **more):
    return clinic["client"].post(HERE, wish(clinic, **more), content_type="application/json")


def test_a_view_keeps_the_order_of_its_columns(clinic):
    """Left to right is what the desk has in mind."""
    made = make(clinic)
    assert made.status_code == 201
    assert made.json()["columns"] == wish(clinic)["columns"]
    listed = clinic["client"].get(HERE).json()["results"]
    assert listed == [made.json()]


def test_a_name_and_a_key_are_given_once(clinic):
    """F4 cannot mean two things."""
    make(clinic)
    assert make(clinic, function_key=5).json()["code"] == "board_view_name_taken"
    assert make(clinic, name="Other").json()["code"] == "board_view_key_taken"
    assert make(clinic, name="Other", function_key=None).status_code == 201


def test_a_change_names_the_version_it_is_about(clinic):
    """Two desks that change one view at a time must not undo each other's work."""
    address = f"{HERE}{make(clinic).json()['id']}/"
    client = clinic["client"]
    tag = client.get(address).headers["ETag"]
    new = wish(clinic, name="Renamed")
    del new["site"]
    put = {"data": new, "content_type": "application/json"}
    assert client.put(address, **put).status_code == 428
    assert client.put(address, **put, headers={"If-Match": '"old"'}).status_code == 412
    changed = client.put(address, **put, headers={"If-Match": tag})
    assert changed.json()["name"] == "Renamed"
    tag = changed.headers["ETag"]
    assert client.delete(address, headers={"If-Match": tag}).status_code == 204
    assert not BoardView.objects.exists()


def test_columns_are_of_the_site_and_views_of_whoever_may_see_them(clinic):
    """A view must not be a window into another site, or into a colleague's own."""
    elsewhere = builders.make_clinician(builders.make_site())
    assert make(clinic, columns=[elsewhere.pk]).status_code == 404
    own = make(clinic, is_shared=False).json()["id"]
    other = client_of(builders.make_user(Role.NURSE))
    assert other.get(f"{HERE}{own}/").status_code == 404
    TeamMember.objects.filter(user=clinic["user"]).delete()
    assert clinic["client"].get(f"{HERE}{own}/").status_code == 404


def test_ones_own_view_and_a_shared_one_do_not_share_a_key(clinic):
    """Whoever saves F4 and presses it must see what they saved."""
    assert make(clinic).status_code == 201
    taken = make(clinic, name="Mine", is_shared=False)
    assert taken.status_code == 409
    assert "“All” has F4 already" in taken.json()["detail"]
    assert make(clinic, name="Mine", is_shared=False, function_key=5).status_code == 201
    assert make(clinic, name="Ours", function_key=5).status_code == 409
    page = clinic["client"].post(
        "/desk/views/",
        {"name": "Third", "function_key": 5, f"place-{clinic['columns'][0].pk}": 1},
    )
    assert "“Mine” has F5 already" in page.content.decode()


def test_a_key_of_ones_own_is_kept_when_a_colleague_shares_another_view(clinic):
    """What the fingers know must not call up something else from one day to the next."""
    make(clinic, name="Mine", is_shared=False)
    boss = builders.make_user(Role.MANAGER)
    columns = [clinic["columns"][0].pk]
    said = {"site": clinic["site"].pk, "name": "Ours", "columns": columns, "function_key": 4}
    shared = client_of(boss).post(HERE, said, content_type="application/json")
    assert shared.status_code == 201, shared.content
    text = clinic["client"].get("/desk/?view=columns").content.decode()
    assert text.count('data-shortcut="F4"') == 1
    assert 'data-shortcut-label="Mine"' in text
