"""The rulebook: versions that stay, numbers that are signed for, and trying before signing."""

from datetime import timedelta
from functools import partial
from shutil import copytree

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from clinic.accounts.roles import Role
from clinic.shared.errors import NotAllowed
from scheduling.models import RuleRun
from tests import builders
from tests.pages.test_limits import Clinic
from tests.rule_builders import CAP, file_rules
from tests.security.clients import client_of
from treatments.actions.rulebook import StaleRule, WrongRule, sign_rule
from treatments.domain.rule_numbers import numbers_of, with_numbers
from treatments.facts.known import known
from treatments.management import rule_files
from treatments.management.commands import load_rules as load_rules_command
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
    # The day on which it would pass tells when the oldest was done.
    assert f"{clinic.earliest:%b} {clinic.earliest.day}" not in page.split("Try it on")[1]
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


def test_a_state_that_is_not_set_is_said_once_and_to_the_manager(settings):
    """On every booking it would be a warning that nobody at the desk can answer."""
    file_rules(CAP | {"id": "pa-some-states", "region_codes": ["TX"]})
    client = client_of(builders.make_user(Role.MANAGER))
    settings.CLINIC_STATE = ""
    assert "CLINIC_STATE" in client.get(reverse("manager:rules")).content.decode()
    settings.CLINIC_STATE = "TX"
    assert "CLINIC_STATE" not in client.get(reverse("manager:rules")).content.decode()


def test_a_place_of_service_that_is_not_set_names_the_rules_that_sleep(settings):
    """Authorization in a hospital was asked by nobody, and the rulebook showed the rule as on."""
    hospital = {"needs": ["authorization"], "only_if": {"facility": ["hospital_outpatient"]}}
    asleep = {"id": "opd-pa", "kind": "documentation", "params": hospital}
    file_rules(CAP, CAP | asleep)
    client = client_of(builders.make_user(Role.MANAGER))
    settings.CLINIC_PLACE_OF_SERVICE = ""
    page = client.get(reverse("manager:rules")).content.decode()
    assert "CLINIC_PLACE_OF_SERVICE: opd-pa." in page
    one = client.get(reverse("manager:rule", args=["opd-pa"])).content.decode()
    assert "The setting is CLINIC_PLACE_OF_SERVICE" in one
    told = {row["key"]: row["sleeps_without"] for row in client.get("/api/v1/rules/").json()}
    assert told == {"opd-pa": "CLINIC_PLACE_OF_SERVICE", CAP["id"]: ""}
    settings.CLINIC_PLACE_OF_SERVICE = "office"
    assert "CLINIC_PLACE" not in client.get(reverse("manager:rules")).content.decode()


def test_physicians_read_the_rulebook_and_change_nothing():
    """Whoever is stopped by a rule has to be able to read it, and who answers for it."""
    file_rules(CAP)
    client = client_of(builders.make_user(Role.PHYSICIAN))
    page = client.get(reverse("physician:rules")).content.decode()
    assert CAP["message"] in page
    assert reverse("physician:rule", args=[CAP["id"]]) in page
    one = client.get(reverse("physician:rule", args=[CAP["id"]])).content.decode()
    assert all(words in one for words in ("Test policy", "P12M", "Shipped", "<dd>"))
    assert "Sign it" not in one
    assert "csrfmiddlewaretoken" not in one.split("<main")[1]
    printed = client.get(reverse("physician:rules"), {"print": "on"}).content.decode()
    assert "Test policy" in printed
    assert client.get(reverse("physician:rule", args=["no-such-rule"])).status_code == 404
    nurse = client_of(builders.make_user(Role.NURSE))
    assert nurse.get(reverse("physician:rules")).status_code in {403, 404}


def test_the_manager_sees_how_far_the_night_is():
    """Without it, whether the rules were asked at all is known to the server's log alone."""
    now = timezone.now()
    RuleRun.objects.create(
        started_at=now - timedelta(days=1),
        finished_at=now,
        is_open=False,
        total=7,
        looked=7,
        found=3,
    )
    client = client_of(builders.make_user(Role.MANAGER))
    page = client.get(reverse("manager:rule-runs")).content.decode()
    assert "<progress" not in page
    RuleRun.objects.create(started_at=now, total=20, looked=5)
    page = client.get(reverse("manager:rule-runs")).content.decode()
    assert "5 of 20 visits" in page
    assert 'hx-trigger="every 5s"' in page


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("    kind: prerequisite\n", "    kind: prerequisit\n", "There is no kind “prerequisit”."),
        ("    severity: info\n", "    sverity: info\n", "There is no field “sverity” here."),
    ],
)
def test_a_start_with_a_rule_that_nobody_understands_fails(old, new, says, tmp_path, monkeypatch):
    """A limit that is silently left out is looked at by nobody; the start names file and line."""
    copytree(rule_files.FOLDER, tmp_path, dirs_exist_ok=True)
    broken = tmp_path / "therapy.yaml"
    text = broken.read_text()
    line = text[: text.index(old)].count("\n") + 1
    broken.write_text(text.replace(old, new, 1))
    monkeypatch.setattr(
        load_rules_command, "rules_with_records", partial(rule_files.rules_with_records, tmp_path)
    )
    with pytest.raises(CommandError) as refused:
        call_command("load_rules")
    assert f"therapy.yaml:{line}: " in str(refused.value)
    assert says in str(refused.value)
    assert not RuleEdition.objects.exists()
