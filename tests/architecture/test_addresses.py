"""Every address is for somebody: closed by default, and told apart by its first word."""

import re
from types import SimpleNamespace

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from clinic.accounts.api import GuardedAPIView
from clinic.accounts.guards import desk_page
from clinic.accounts.roles import PERMISSIONS, ROLES, Audience, is_granted
from tests.architecture import rules

# For strangers: the long ones under "public/", and two that stand on paper.
PUBLIC = ("public/", "join/", "register/")
AUDIENCES = {audience.value for audience in Audience}
# Open to strangers, or guarded by their own packages; each with the reason.
ELSEWHERE = {
    "": "sends everybody to their first page, or to sign in",
    "manifest.webmanifest": "for the phone's home screen; says nothing about anybody",
    "livez": "for the load balancer; says nothing about anybody",
    "readyz": "for the load balancer; says nothing about anybody",
    "metrics": "for the monitoring, with its token; numbers, and nothing about anybody",
    "api/schema/": "drf-spectacular's, for signed-in people",
    "api/docs/": "drf-spectacular's, for signed-in people",
    "hooks/email/": "called by the mail provider; its signature or password is checked",
    "hooks/sms/": "called by the provider of text messages; its signature is checked",
    "hooks/sms/status/": "called by the provider of text messages; its signature is checked",
    "^api/": "answers 404 to everything else under /api/",
}


def addresses(patterns=None, prefix=""):
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        address = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, address)
        elif isinstance(pattern, URLPattern):
            yield address, pattern.callback


ALL = dict(addresses())


def test_no_address_hides_another():
    """Of two patterns that are alike only the first is ever reached, and tested."""
    assert len(list(addresses())) == len(ALL)


@pytest.mark.parametrize("address", [a for a in ALL if a.split("/")[0] in AUDIENCES])
def test_a_page_is_for_the_audience_its_address_names(address):
    """The clerk's page under the patient's address is how charts leak."""
    audience = address.split("/")[0]
    assert rules.misplaced_page(address, audience, ALL[address], PERMISSIONS) == []


@pytest.mark.parametrize("address", [a for a in ALL if a.startswith(PUBLIC)])
def test_a_page_for_strangers_says_why(address):
    """Nothing becomes public by a slip: only what says so, in a file that says so."""
    view = ALL[address]
    assert view.open_because
    assert ".pages.public" in view.__module__
    assert not hasattr(view, "audience")


@pytest.mark.parametrize("address", [a for a in ALL if a.startswith("api/v1/")])
def test_an_endpoint_names_a_permission_for_every_method(address):
    """An endpoint that forgot one is closed; this says so before a user does."""
    view = ALL[address].view_class
    assert issubclass(view, GuardedAPIView)
    methods = {m.upper() for m in view.http_method_names if hasattr(view, m)} - {"OPTIONS", "HEAD"}
    assert set(view.permissions) == methods
    assert set(view.permissions.values()) <= set(PERMISSIONS)


def test_every_other_address_is_known():
    """A new address must be decided about, not found out about."""
    others = {
        address
        for address in ALL
        if address.split("/")[0] not in {*AUDIENCES, "accounts"}
        and not address.startswith(PUBLIC)
        and not address.startswith("api/v1/")
    }
    assert others == set(ELSEWHERE)


def test_pages_show_templates_of_their_own_audience():
    """Otherwise the desk sees what was arranged for the physician."""
    complaints = []
    for pattern in ("*/pages/**/*.py", "clinic/*/pages/*.py"):
        for path, text in rules.sources(pattern):
            audience = path.split("/pages/")[1].split("/")[0].removesuffix(".py")
            if audience in {*AUDIENCES, "public"}:
                complaints += rules.misplaced_templates(path, text, audience)
    assert complaints == []


def test_page_templates_stand_on_their_audience_s_base():
    """The base carries the menu, and with it what this audience may reach."""
    for path in rules.ROOT.glob("**/templates/*/*/*.html"):
        audience = path.parent.name
        ours = audience in {*AUDIENCES, "public"} and ".venv" not in path.parts
        if not ours or path.name.startswith("_"):
            continue
        first = re.search(r"{%\s*extends\s+\"([^\"]+)\"", path.read_text())
        assert first, path
        frame = path.parent / first[1].rpartition("/")[2]
        if frame.exists():
            # What several pages of one folder have around them stands on the base for them.
            first = re.search(r"{%\s*extends\s+\"([^\"]+)\"", frame.read_text())
            assert first, frame
        assert first[1] == f"base/{audience}.html", path


def test_a_page_in_the_wrong_place_is_noticed():
    """The checker must see each way of getting it wrong."""
    naked = SimpleNamespace(__module__="patients.pages.desk")
    assert len(rules.misplaced_page("desk/x/", "desk", naked, PERMISSIONS)) == 2
    foreign = SimpleNamespace(
        __module__="patients.pages.desk", audience="desk", permission="patients.search"
    )
    assert len(rules.misplaced_page("patient/x/", "patient", foreign, PERMISSIONS)) == 2
    wrong = 'render(request, "patients/physician/chart.html")'
    assert rules.misplaced_templates("patients/pages/desk.py", wrong, "desk")


def test_a_permission_that_does_not_exist_cannot_guard_a_page():
    """A typing slip must fail at start, not lock or open a page for ever."""
    with pytest.raises(LookupError, match="not in the table"):
        desk_page("scheduling.bok")


def test_the_table_of_roles_names_only_what_exists():
    """A right nobody can explain is a right nobody should have."""
    granted = set().union(*(sheet.permissions for sheet in ROLES.values()))
    assert granted == set(PERMISSIONS)
    assert all(sheet.home in sheet.audiences for sheet in ROLES.values())
    assert not is_granted("janitor", "patients.search")
    assert not is_granted("front_desk", "patients.view_chart")
    assert not is_granted("front_desk", "everything")
