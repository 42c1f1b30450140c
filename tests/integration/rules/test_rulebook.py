"""The rulebook: versions that stay, numbers that are signed for, and trying before signing."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from clinic.accounts.roles import Role
from clinic.shared.errors import NotAllowed
from tests import builders
from tests.pages.test_limits import Clinic
from tests.rule_builders import CAP, file_rules
from tests.security.world import client_of
from treatments.actions.rulebook import StaleRule, WrongRule, sign_rule
from treatments.domain.rule_numbers import numbers_of, with_numbers
from treatments.facts.known import known
from treatments.models import Finding, RuleEdition

pytestmark = pytest.mark.django_db
WIDER = {**CAP, "params": {**CAP["params"], "most": 5}}


@pytest.fixture
def manager():
    file_rules()
    return builders.make_user(Role.MANAGER)


def sign(manager, record=WIDER, seen=1, note="Agreed by the medical director"):
    return sign_rule(
        key=CAP["id"], seen=seen, record=record, note=note, by=manager, now=timezone.now()
    )


def test_loading_twice_files_nothing_new(manager):
    """Every start loads; a version each time would bury the ones that mean something."""
    done = file_rules()
    assert (done.filed, done.offered, done.unchanged) == ((), (), 3)


def test_a_changed_shipped_rule_is_a_new_version_and_the_old_one_stays(manager):
    """A finding of last year is explained by the rule of last year."""
    file_rules(WIDER)
    assert [row.version for row in RuleEdition.objects.filter(key=CAP["id"])] == [2, 1]
    rule = next(rule for rule in known().rulebook.rules if rule.key == CAP["id"])
    assert (rule.version, rule.looks.most) == (2, 5)


def test_what_the_clinic_signed_is_not_overruled_by_an_update(manager):
    """Their medical director answers for the number, not we."""
    sign(manager)
    done = file_rules({**CAP, "message": "Worded anew."})
    assert done.offered == (CAP["id"],)
    rule = next(rule for rule in known().rulebook.rules if rule.key == CAP["id"])
    assert (rule.version, rule.looks.most) == (2, 5)


def test_a_signature_needs_a_reason_a_role_and_the_newest_version(manager):
    """Three ways in which a limit could change without anybody answering for it."""
    with pytest.raises(NotAllowed):
        sign(builders.make_user(Role.PHYSICIAN))
    with pytest.raises(StaleRule):
        sign(manager, seen=7)
    with pytest.raises(WrongRule) as wrong:
        sign(manager, record={**CAP, "params": {**CAP["params"], "most": "many"}})
    assert "params.most" in wrong.value.details["fields"]
    assert RuleEdition.objects.count() == 3


def test_a_version_cannot_be_rewritten(manager):
    """Nor in the database, by whoever gets that far."""
    with pytest.raises(DatabaseError), transaction.atomic():
        RuleEdition.objects.filter(key=CAP["id"]).update(severity="info")


def test_a_manager_changes_a_number_on_the_page(manager):
    """Without it a clinic waits for our next release to follow its payer."""
    client = client_of(manager)
    address = reverse("manager:rule", args=[CAP["id"]])
    page = client.get(address).content.decode()
    assert 'name="number-most"' in page
    form = {
        "severity": "warn",
        "is_on": "on",
        "note": "The payer allows five",
        "seen": "1",
        "number-most": "5",
        "number-span": "P12M",
    }
    wrong = client.post(address, form | {"number-span": "a year"})
    assert wrong.status_code == 422
    assert "a year" in wrong.content.decode()
    assert client.post(address, form).status_code == 302
    row = RuleEdition.objects.current().get(key=CAP["id"])
    assert (row.version, row.severity, row.record["params"]["most"]) == (2, "warn", 5)
    assert row.signed_by == manager


def test_trying_on_somebody_tells_only_whether_it_fires():
    """The manager reads no charts, and the numbers must be tried all the same."""
    clinic = Clinic()
    client = client_of(builders.make_user(Role.MANAGER))
    asked = {
        "record_number": clinic.patient.record_number,
        "treatment": "epidural-steroid-injection",
        "region": "lumbar",
        "on": timezone.localdate().isoformat(),
    }
    page = client.get(reverse("manager:rule-attempt", args=[CAP["id"]]), asked).content.decode()
    assert "It fires" in page
    assert clinic.patient.family_name not in page
    later = asked | {"on": (timezone.localdate() + timedelta(days=30)).isoformat()}
    page = client.get(reverse("manager:rule-attempt", args=[CAP["id"]]), later).content.decode()
    assert "It would let this pass" in page


def test_a_dry_run_lists_whom_a_change_would_flag_and_files_nothing():
    """A number is changed with open eyes, or by surprise on Monday."""
    clinic = Clinic()
    clinic.patient = builders.make_patient()
    clinic.post(clinic.clerk, timezone.localdate() + timedelta(days=5))
    client = client_of(builders.make_user(Role.MANAGER))
    form = {
        "severity": "block",
        "is_on": "on",
        "note": "",
        "seen": "1",
        "number-most": "0",
        "number-span": "P12M",
    }
    answer = client.post(reverse("manager:rule-dry-run", args=[CAP["id"]]), form)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "<b>1 visits</b>" in page
    assert str(clinic.patient) in page
    assert not Finding.objects.exists()
    assert RuleEdition.objects.filter(key=CAP["id"]).count() == 1


def test_numbers_keep_their_kind():
    """A number that comes back as text is refused on the next start."""
    assert [n.path for n in numbers_of(CAP["params"])] == ["most", "span"]
    changed = with_numbers(CAP, {"most": "3", "span": "P6M"})
    assert changed["params"]["most"] == 3
    assert changed["params"]["span"] == "P6M"
    assert CAP["params"]["most"] == 4
