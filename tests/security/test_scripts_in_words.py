"""Scripts where a name should be: wherever a page shows what somebody typed, it is words."""

import pytest
from django.utils import timezone

from clinic.accounts.roles import Role
from patients.models import Patient, Thread, ThreadMessage
from tests.security.addresses import address_of
from tests.security.clients import client_of
from tests.security.policy import POLICY
from tests.security.routes import ROUTES
from tests.security.test_matrix import sent

pytestmark = pytest.mark.django_db
EVIL = "<script>alert('x')</script>"
ESCAPED = "&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt;"
# Out of an attribute, and out of a script of ours.
OTHERS = ['"onfocus="alert(1)', "</script><b>", "{{7*7}}"]
NAME = " ".join([EVIL, *OTHERS])
READERS = {"patient_a": 12, Role.FRONT_DESK: 6, Role.NURSE: 6, Role.PHYSICIAN: 6}


@pytest.fixture
def named(world):
    """Everything that the person types themself says such a thing."""
    side = world.own
    Patient.objects.filter(pk=side.patient.pk).update(given_names=EVIL, family_name=NAME[:150])
    user = world.patients["patient_a"]
    type(user).objects.filter(pk=user.pk).update(name=NAME[:150])
    side.patient.appointments.update(reason=NAME[:200])
    Thread.objects.filter(patient=side.patient).update(subject=NAME[:100])
    thread = Thread.objects.get(patient=side.patient)
    letter = {"thread": thread, "by": user, "from_patient": True, "sent_at": timezone.now()}
    ThreadMessage.objects.create(body=NAME, **letter)
    return world


@pytest.mark.parametrize("who", READERS)
def test_a_script_in_a_name_is_a_name(who, named):
    """Whoever reads it, at the desk too, must not do by reading what a stranger wants."""
    client, met = client_of(named.user(who), walks=True), 0
    for route in ROUTES:
        if route.name not in POLICY or who_is(who) not in POLICY[route.name].get:
            continue
        answer = sent(client, "get", address_of(route, named.own.ids))
        assert answer.status_code < 500, route.name
        if not answer.headers.get("Content-Type", "").startswith("text/html"):
            continue
        page = answer.content.decode()
        assert EVIL not in page, route.name
        assert '"onfocus="' not in page, route.name
        assert "</script><b>" not in page, route.name
        met += ESCAPED in page
    assert met >= READERS[who], "the positive control: it was shown"


def who_is(who):
    return "patient" if who == "patient_a" else who
