"""Every address × everybody × own and foreign, compared with the table in `policy.py`."""

import re

import pytest
from django.db import transaction
from django.test import Client
from django.utils.html import escape

from clinic.accounts.roles import Role
from tests.security.addresses import address_of, nobody_ids
from tests.security.clients import client_of, enrol, token_for
from tests.security.policy import ALIKE, CLOSED, HIDDEN, OPEN, OWN, POLICY, STAFF
from tests.security.routes import ENDPOINTS, GUARDED, ROUTES

pytestmark = pytest.mark.django_db

SIGN_IN = "/accounts/login/"
PORTAL = ["patient_a", "patient_b", "proxy", "former_proxy", "grown_up_parent"]
ASKERS = [None, *sorted(STAFF), *PORTAL]
DECIDED = [route for route in ROUTES if route.name in POLICY]
# What belongs to a site, and so to everybody who sees that site.
OF_A_SITE = {"appointment", "hold", "series", "waitlist", "worklist", "keep", "display", "queue"}
OF_A_SITE |= {"delay", "block", "late", "view", "clinician", "api:resource", "api:holiday"}
# Theirs alone, whatever their role: to a colleague it is not there.
OF_ONE_PERSON = {"api:own-leave"}
# Anything a browser or a program can send.
METHODS = ["get", "post", "put", "patch", "delete"]
# What an address does not do at all, it refuses whoever asks: one person of each kind tries that.
OF_PAGES = ["get", "post"]
TRY_ALL = {None, "physician", "patient_a"}


@pytest.fixture(autouse=True)
def _with_a_second_factor(settings):
    settings.DEMO_WITHOUT_SECOND_FACTOR = False


def role_of(who):
    return who if who in STAFF else "patient"


def sent(client, method, address, **headers):
    """The answer, with whatever it wrote taken back."""
    with transaction.atomic():
        # A step that could be taken, so that what is foreign is not refused for another reason.
        data = {"step": "arrive"} if address.endswith("/steps/") else {}
        body = {} if method == "get" else {"data": data, "content_type": "application/json"}
        if method == "post" and not address.startswith("/api/"):
            body = {"data": data}
        answer = getattr(client, method)(address, **body, headers=headers)
        transaction.set_rollback(True)
    return answer


def methods_for(who, route):
    """All methods; for most people only those that there is something behind."""
    if who in TRY_ALL:
        return METHODS
    there = getattr(route.view, "cls", None)
    return [m for m in METHODS if hasattr(there, m)] if there else OF_PAGES


def routes_for(who):
    """All routes; what is refused to one patient is refused to all, so one of them tries those."""
    if who in PORTAL[1:]:
        return [r for r in DECIDED if any("patient" in getattr(POLICY[r.name], m) for m in METHODS)]
    return DECIDED


def is_refusal(route, answer):
    """Whether the door stayed shut: sign in, 401 or 403, or no such method."""
    if answer.status_code in {301, 302}:
        return answer.url.startswith((SIGN_IN, "/accounts/2fa/"))
    return answer.status_code in {401, 403, 405}


def test_every_address_is_decided_about():
    """A new address is nobody's until somebody has written down whose it is."""
    names = {route.name for route in ROUTES}
    decided = set(POLICY) | set(OPEN) | OWN
    assert names - decided == set(), "decide in tests/security/policy.py who may do what there"
    assert decided - names == set(), "these addresses are gone"
    assert len(names) == len(ROUTES), "two addresses share a name"


def test_every_page_and_endpoint_is_in_the_matrix():
    """What has a guard must be in the table that is tried, not in a list of exceptions."""
    assert {route.name for route in [*GUARDED, *ENDPOINTS]} <= set(POLICY)
    assert len(GUARDED) > 40


@pytest.mark.parametrize("who", ASKERS)
def test_everybody_gets_exactly_what_is_theirs(who, world):
    """The whole matrix for one asker: each address, each method, about their own."""
    client = (
        Client(raise_request_exception=False)
        if who is None
        else client_of(world.user(who), walks=True)
    )
    wrong = []
    for route in routes_for(who):
        rule = POLICY[route.name]
        for method in methods_for(who, route):
            allowed = who is not None and role_of(who) in getattr(rule, method)
            answer = sent(client, method, address_of(route, world.own.ids))
            refused = is_refusal(route, answer)
            if allowed == refused or answer.status_code >= 500:
                wrong.append((method, route.name, answer.status_code))
            if not allowed and answer.status_code < 300:
                wrong.append((method, route.name, "let through", answer.status_code))
    assert wrong == []


@pytest.mark.parametrize("who", sorted(STAFF))
def test_what_is_not_ones_own_is_answered_as_decided(who, world):
    """Hidden things answer like things that do not exist; closed ones say no more than a name."""
    client = client_of(world.user(who), walks=True)
    tried = 0
    for route in DECIDED:
        rule = POLICY[route.name]
        for method in METHODS:
            if who not in getattr(rule, method) or "<" not in route.pattern:
                continue
            address = route.pattern + route.name
            if who == "manager" and any(thing in address for thing in OF_A_SITE):
                continue  # The manager sees every site: nothing there is foreign.
            foreign = sent(client, method, address_of(route, world.other.ids))
            nothing = sent(client, method, address_of(route, nobody_ids()))
            where = (method, route.name, who)
            tried += 1
            assert nothing.status_code in {404, 400}, where
            if rule.others == HIDDEN and not (who == "manager" and "site" in route.pattern):
                assert foreign.status_code == nothing.status_code, where
                assert body(foreign, world.other.ids) == body(nothing, nobody_ids()), where
            elif rule.others == CLOSED and who != "manager":
                assert foreign.status_code == 403, where
            else:
                assert rule.others == ALIKE or who == "manager"
                assert foreign.status_code < 500, where
                assert foreign.status_code != 403, where
    assert tried


def body(answer, ids):
    """What is said, without the ids that were asked for, the token of the form, and the clock."""
    text = answer.content.decode()
    for value in map(str, ids.values()):
        text = text.replace(escape(value), "…") if len(value) > 8 else text
    # How long the asker may still do nothing: on a slow machine it is another second meanwhile.
    changing = r'"X-CSRFToken": "\w+"|name="csrfmiddlewaretoken" value="\w+"|data-seconds="\d+"'
    return re.sub(changing, "…", text)


@pytest.mark.parametrize("enrolled", [False, True], ids=["not enrolled", "enrolled"])
@pytest.mark.parametrize("role", sorted(STAFF))
def test_staff_without_a_second_factor_get_nowhere(role, enrolled, world):
    """Not by a direct address, not by the API, whether or not they have one elsewhere."""
    user = world.staff[role]
    if enrolled:
        enrol(user)
    client = client_of(user, second_factor=False, walks=True)
    for route in DECIDED:
        # What the role may never do is tried once, what it may do in every way.
        may = [m for m in ("get", "post") if role in getattr(POLICY[route.name], m)]
        for method in may if role != Role.PHYSICIAN else ("get", "post"):
            answer = sent(client, method, address_of(route, world.own.ids))
            where = (role, method, route.name)
            if route.pattern.startswith("/api/"):
                assert answer.status_code == 403, where
                assert answer.json()["code"] == "second_factor_needed", where
            else:
                assert answer.status_code == 302, where
                assert answer.url.startswith("/accounts/2fa/"), where


def test_a_stolen_password_cannot_make_its_own_second_factor(world):
    """Not by signing in before the owner has one, and not by asking for recovery codes."""
    user = world.staff[Role.PHYSICIAN]
    thief = client_of(user, second_factor=False, walks=True)
    enrol(user)
    for route in ROUTES:
        if route.name in OWN - {"mfa_reauthenticate", "mfa_reauthenticate_webauthn"}:
            for method in ("get", "post"):
                answer = sent(thief, method, address_of(route, world.own.ids))
                assert answer.status_code == 302, (route.name, method)
                assert answer.url.startswith("/accounts/2fa/reauthenticate/"), route.name


def test_patients_may_do_without_a_second_factor(world):
    """A person in pain must not need a second device to see when they are expected."""
    client = client_of(world.patients["patient_a"], second_factor=False)
    assert client.get(f"/patient/{world.own.patient.pk}/").status_code == 200


@pytest.mark.parametrize("role", sorted(STAFF | {"patient"}))
def test_a_disabled_person_is_a_stranger_everywhere(role, world):
    """At the very next request, in an open browser and by a key."""
    user = world.user("patient_a" if role == "patient" else role)
    client, key = client_of(user), token_for(user)
    assert client.get("/account/clock/").status_code == 200
    type(user).objects.filter(pk=user.pk).update(is_active=False)
    for route in DECIDED:
        if role not in POLICY[route.name].get:
            continue
        address = address_of(route, world.own.ids)
        assert is_refusal(route, sent(client, "get", address)), route.name
        if route in ENDPOINTS:
            answer = sent(Client(), "get", address, Authorization=f"Token {key}")
            assert answer.status_code == 401, route.name


@pytest.mark.parametrize("fault", ["expired", "revoked", "invented", "narrow", "malformed"])
def test_a_key_that_does_not_hold_opens_nothing(fault, world):
    """An old key in a forgotten script must not be a door."""
    user = world.staff[Role.PHYSICIAN]
    key = {
        "expired": lambda: token_for(user, expired=True),
        "revoked": lambda: token_for(user),
        "invented": lambda: "dorsa_" + "0" * 64,
        "narrow": lambda: token_for(user, scopes=["scheduling.treat"]),
        "malformed": lambda: "é two words",
    }[fault]()
    if fault == "revoked":
        user.auth_token_set.all().delete()
    for route in ENDPOINTS:
        # Whether a key is known is asked before the method; what it may is asked for each.
        for method in METHODS if fault in {"expired", "narrow"} else ["get", "post"]:
            address = address_of(route, world.own.ids)
            answer = sent(Client(), method, address, Authorization=f"Token {key}")
            assert answer.status_code in {401, 403, 405}, (route.name, method)
            assert answer.status_code != 405 or fault == "narrow", (route.name, method)


@pytest.mark.parametrize("role", sorted(STAFF - {"privacy_officer"}))
def test_a_good_key_opens_what_its_person_may(role, world):
    """The positive control; and no page at all, for pages are for people."""
    user = world.staff[role]
    key = token_for(user)
    # A page does not look at keys, whoever's they are.
    for route in DECIDED if role == Role.PHYSICIAN else ENDPOINTS:
        answer = sent(
            Client(), "get", address_of(route, world.own.ids), Authorization=f"Token {key}"
        )
        allowed = role in POLICY[route.name].get
        if route in ENDPOINTS:
            opens = {200, 400} | ({404} if route.name in OF_ONE_PERSON else set())
            assert (answer.status_code in opens) == allowed, route.name
        elif route.name not in {"schema", "docs"}:
            assert answer.status_code in {302, 405}, route.name


def test_a_key_s_scopes_hold_below_the_view_as_well(world):
    """Booking reads the person; a key without that right cannot do it through the back door."""
    user = world.staff[Role.FRONT_DESK]
    key = token_for(user, scopes=["scheduling.book", "scheduling.find_slots"])
    answer = Client().post(
        "/api/v1/appointments/",
        {
            "patient": str(world.own.patient.pk),
            "visit_type": world.kind.code,
            "site": world.own.site.pk,
            "start_at": "2027-01-04T10:00:00-05:00",
        },
        content_type="application/json",
        headers={"Authorization": f"Token {key}"},
    )
    assert answer.status_code == 404


def test_one_s_own_pages_about_signing_in_need_a_sign_in(world):
    """Even allauth's own pages are tried: a stranger sees none of them."""
    for route in ROUTES:
        if route.name in OWN:
            for method in ("get", "post"):
                answer = sent(Client(), method, address_of(route, world.own.ids))
                refused = answer.status_code in {403, 404, 405} or (
                    answer.status_code == 302 and answer.url.startswith(SIGN_IN)
                )
                assert refused, (route.name, method, answer.status_code)


def test_open_addresses_say_nothing_about_anybody(world):
    """They are open to the whole world."""
    names = [world.own.patient.family_name, world.staff[Role.PHYSICIAN].email]
    for route in ROUTES:
        if route.name in OPEN:
            answer = sent(Client(), "get", address_of(route, world.own.ids))
            assert answer.status_code < 500
            assert not [name for name in names if name in answer.content.decode()], route.name


def test_every_field_that_names_something_is_asked_again_whether_one_may(world):
    """An id in a form field is as foreign as one in the address."""
    clerk = client_of(world.staff[Role.FRONT_DESK])
    foreign_site = world.other.site.pk
    for address in (
        f"/desk/?site={foreign_site}",
        f"/desk/book/?patient={world.own.patient.pk}&site={foreign_site}",
        f"/api/v1/appointments/?site={foreign_site}&day=2027-01-04",
        f"/api/v1/slots/?site={foreign_site}&visit_type={world.kind.code}"
        "&earliest=2027-01-04T10:00:00Z&latest=2027-01-04T12:00:00Z",
    ):
        assert clerk.get(address).status_code == 404, address
    answer = clerk.post(
        "/api/v1/appointments/",
        {
            "patient": str(world.own.patient.pk),
            "visit_type": world.kind.code,
            "site": foreign_site,
            "start_at": "2027-01-04T10:00:00-05:00",
        },
        content_type="application/json",
    )
    assert answer.status_code == 404
