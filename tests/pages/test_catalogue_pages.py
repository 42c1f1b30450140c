"""The manager's catalogue: what is typed is kept, what is shipped is explained."""

import pytest

from clinic.accounts.roles import Role
from tests.builders import make_user
from tests.record_builders import make_entry, shipped_catalogue
from tests.security.clients import client_of
from treatments.forms.catalogue import FORMS
from treatments.models import CatalogueEntry

pytestmark = pytest.mark.django_db

ADDRESS = "/manager/catalogue/"
# One that is right, for each section.
RIGHT = {
    "treatment": {
        "kind": "injection",
        "form": "procedural",
        "step": "3",
        "minutes": "30",
        "needs": ["room", "c_arm"],
        "regions": ["lumbar"],
        "level_kinds": ["root"],
        "approaches": ["transforaminal"],
        "fields": ["checklist"],
        "risks": ["infection"],
        "has_sides": "on",
        "protocol": "injection",
    },
    "diagnostic": {"kind": "laboratory", "results": "Uric acid, mg/dL", "procedure": ""},
    "cause": {"kind": "other", "codes": "M10\nM11"},
    "red_flag": {"kind": "general", "urgency": "urgent", "question": "Is it so?"},
    "risk": {"kind": "late", "from_hours": "0", "until_hours": "48"},
    "drug": {
        "kind": "medicine",
        "classes": ["nsaid"],
        "unit": "mg",
        "routes": ["oral"],
        "strengths": "10 mg\n20 mg",
        "max_daily": "40.50",
    },
}


@pytest.fixture
def manager():
    shipped_catalogue()
    return client_of(make_user(Role.MANAGER))


@pytest.mark.parametrize("section", list(FORMS))
def test_an_entry_of_each_section_is_added_and_opened_again(manager, section):
    """What was saved stands in the form as it was typed."""
    form = RIGHT[section] | {"name": "Own one", "plain": "Ours alone."}
    answer = manager.post(f"{ADDRESS}new/{section}/", form)
    assert answer.status_code == 302, answer.context["form"].errors
    entry = CatalogueEntry.objects.get(pk="own-one")
    page = manager.get(answer["Location"])
    assert page.status_code == 200
    shown = page.context["form"]
    again = {name: value for name, value in form.items() if name in shown.fields}
    for name, value in again.items():
        typed = shown[name].value()
        if isinstance(value, list):
            assert sorted(typed) == sorted(value), name
        elif value not in ("", "on") and name not in {"max_daily", "from_hours"}:
            assert str(typed) == value, name
    before = entry.details
    back = manager.post(answer["Location"], again | {"version": "1"})
    assert back.status_code == 302, back.context["form"].errors
    entry.refresh_from_db()
    assert (entry.details, entry.version) == (before, 2)
    if section == "drug":
        assert entry.details["max_daily"] == "40.5"


def test_bad_input_is_named_and_nothing_typed_is_lost(manager):
    """A form of thirty fields is not filled in twice."""
    form = RIGHT["treatment"] | {"name": "Mine <b>", "plain": "Ours.", "minutes": "9999"}
    answer = manager.post(f"{ADDRESS}new/treatment/", form)
    assert answer.status_code == 422
    assert "Mine &lt;b&gt;" in answer.content.decode()
    assert "minutes" in answer.context["form"].errors
    taken = manager.post(
        f"{ADDRESS}new/risk/", RIGHT["risk"] | {"name": "Infection", "plain": "Twice."}
    )
    assert taken.status_code == 422
    assert "already" in taken.content.decode()
    lost = manager.post(
        f"{ADDRESS}new/diagnostic/",
        RIGHT["diagnostic"] | {"name": "Odd", "plain": "Odd.", "results": "Uric acid"},
    )
    assert "has no unit" in lost.content.decode()
    assert "Uric acid" in lost.content.decode()


def test_what_is_shipped_is_explained_and_can_be_retired(manager):
    """The page says why there is no form, and the list shows who retired it and when."""
    page = manager.get(f"{ADDRESS}betamethasone/").content.decode()
    assert "Shipped with Dorsa" in page
    assert "0.6 mg is taken" in page
    assert 'name="plain"' not in page
    changed = manager.post(
        f"{ADDRESS}yoga/", {"name": "Y", "plain": "Y.", "kind": "complementary", "version": 1}
    )
    assert changed.status_code == 422
    assert manager.post(f"{ADDRESS}yoga/retire/").status_code == 302
    retired = manager.get(f"{ADDRESS}?section=treatment")
    assert [row.key for row in retired.context["retired"]] == ["yoga"]
    assert "yoga" not in [row.key for row in retired.context["offered"]]
    assert "Offer it again" in manager.get(f"{ADDRESS}yoga/").content.decode()
    assert manager.post(f"{ADDRESS}yoga/restore/").status_code == 302
    assert not manager.get(ADDRESS).context["retired"]


def test_a_change_behind_ones_back_is_shown(manager):
    """Two managers at once."""
    entry = make_entry("Hiccups")
    form = {"name": "Hiccups", "kind": "late", "plain": "First.", "version": "1"}
    assert manager.post(f"{ADDRESS}{entry.pk}/", form).status_code == 302
    second = manager.post(f"{ADDRESS}{entry.pk}/", form | {"plain": "Second."})
    assert second.status_code == 422
    assert "meanwhile" in second.content.decode()
    assert "Second." in second.content.decode(), "what was typed is there"
    assert 'name="version" value="2"' in second.content.decode(), "saving again is possible"


@pytest.mark.parametrize(
    ("address", "status"),
    [
        (ADDRESS, 200),
        (f"{ADDRESS}?q=steroid", 200),
        (f"{ADDRESS}?section=drug&q=zzz", 200),
        (f"{ADDRESS}?section=potions", 400),
        (f"{ADDRESS}nothing-here/", 404),
        (f"{ADDRESS}new/potions/", 404),
        (f"{ADDRESS}new/treatment/", 200),
    ],
)
def test_addresses_answer(manager, address, status):
    """Addresses are typed and shared."""
    assert manager.get(address).status_code == status
