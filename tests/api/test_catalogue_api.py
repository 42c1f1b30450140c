"""The catalogue and diagnosis codes over the API."""

import json

import pytest

from clinic.accounts.roles import Role
from tests.builders import make_user
from tests.record_builders import make_diagnosis_codes, shipped_catalogue
from tests.security.clients import client_of
from treatments.models import CatalogueCode

pytestmark = pytest.mark.django_db

API = "/api/v1/catalogue-entries/"
OWN = {
    "section": "treatment",
    "kind": "therapy",
    "name": "Pilates",
    "plain": "Guided exercise for the trunk.",
    "details": {"form": "therapy", "step": 2, "minutes": 45, "disciplines": ["physical_therapy"]},
}


@pytest.fixture
def manager():
    shipped_catalogue()
    return client_of(make_user(Role.MANAGER))


def send(client, method, address, body=None, tag=""):
    headers = {"If-Match": tag} if tag else {}
    text = json.dumps(body or {})
    return getattr(client, method)(address, text, content_type="application/json", headers=headers)


def test_the_catalogue_is_read_in_pages_and_in_order(manager):
    """A program loads it once and keeps it."""
    keys, address = [], f"{API}?page_size=100"
    while address:
        answer = manager.get(address).json()
        keys += [row["key"] for row in answer["results"]]
        address = answer["next"]
    assert len(keys) == len(set(keys)) > 250
    some = manager.get(f"{API}?section=drug&q=steroid").json()["results"]
    assert {row["section"] for row in some} == {"drug"}
    assert manager.get(f"{API}?section=potions").status_code == 400


def test_an_entry_is_made_changed_retired_and_brought_back(manager):
    """The same life as on the page."""
    made = send(manager, "post", API, OWN)
    assert made.status_code == 201, made.content
    assert made.json()["key"] == "pilates"
    assert send(manager, "post", API, OWN).status_code == 409
    address = f"{API}pilates/"
    assert send(manager, "patch", address, {"plain": "x."}).status_code == 428
    tag = manager.get(address)["ETag"]
    changed = send(manager, "patch", address, {"plain": "For the trunk."}, tag)
    assert changed.status_code == 200, changed.content
    assert (changed.json()["plain"], changed.json()["version"]) == ("For the trunk.", 2)
    assert send(manager, "patch", address, {"plain": "y."}, tag).status_code == 412
    off = send(manager, "patch", address, {"is_retired": True}, changed["ETag"])
    assert off.json()["retired_at"]
    assert "pilates" not in str(manager.get(f"{API}?q=pilates").content)
    assert "pilates" in str(manager.get(f"{API}?q=pilates&retired=true").content)
    on = send(manager, "patch", address, {"is_retired": False}, off["ETag"])
    assert on.json()["retired_at"] is None
    assert send(manager, "delete", address, None, on["ETag"]).status_code == 204
    assert manager.get(address).json()["retired_at"]


@pytest.mark.parametrize(
    "body",
    [
        OWN | {"details": {"form": "therapy", "step": 2, "minutes": 0}},
        OWN | {"details": {"form": "therapy", "step": 2, "risks": ["curse"]}},
        OWN | {"details": {"form": "therapy", "step": 2, "colour": "blue"}},
        OWN | {"details": {"form": ["therapy"], "step": {"a": 1}}},
        OWN | {"details": {"form": "therapy", "step": 2, "approaches": 5}},
        OWN | {"details": {"form": "therapy", "step": True}},
        OWN | {"details": "nothing"},
        OWN | {"kind": "magic"},
        OWN | {"name": " "},
        OWN | {"is_shipped": True},
        OWN | {"section": "drug", "kind": "medicine", "details": {"max_daily": "NaN"}},
        OWN | {"section": "drug", "kind": "medicine", "details": {"max_daily": 1.5}},
        OWN | {"section": "drug", "kind": "medicine", "details": {"max_daily": "-1"}},
        OWN | {"section": "risk", "kind": "late", "details": {"from_hours": "soon"}},
        OWN | {"section": "cause", "kind": "other", "details": {"codes": "M54"}},
        OWN | {"section": "red_flag", "kind": "general", "details": {"question": 5}},
    ],
)
def test_nonsense_is_refused_and_nothing_breaks(manager, body):
    """Details come from outside and shape forms."""
    answer = send(manager, "post", API, body)
    assert answer.status_code == 400, answer.content
    assert manager.get(f"{API}?q=pilates").json()["results"] == []


def test_what_is_shipped_is_not_rewritten(manager):
    """409 with a sentence that says what to do instead."""
    address = f"{API}nsaid/"
    tag = manager.get(address)["ETag"]
    answer = send(manager, "patch", address, {"plain": "Good."}, tag)
    assert answer.status_code == 409
    assert "Retire it" in answer.content.decode()


def test_a_clinics_codes_come_with_the_entry(manager):
    """Billing needs them, and they are only what the clinic loaded."""
    CatalogueCode.objects.create(
        entry_id="kyphoplasty", system="urn:ours", code="K1", condition={"region": "lumbar"}
    )
    codes = manager.get(f"{API}kyphoplasty/").json()["codes"]
    assert codes == [
        {"system": "urn:ours", "code": "K1", "display": "", "condition": {"region": "lumbar"}}
    ]


def test_diagnosis_codes_are_found():
    """For whoever writes a diagnosis from another program."""
    make_diagnosis_codes()
    client = client_of(make_user(Role.PHYSICIAN))
    found = client.get("/api/v1/diagnosis-codes/?q=m5416").json()
    assert found == [{"code": "M54.16", "name": "Radiculopathy, lumbar region"}]
    assert client.get("/api/v1/diagnosis-codes/").status_code == 400
    assert client.get(f"/api/v1/diagnosis-codes/?q={'x' * 101}").status_code == 400
