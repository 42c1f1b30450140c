"""The sources keep the house rules, and each rule bites when it is broken."""

import pytest

from tests.architecture import rules

# Pure helpers that actions share; they write nothing by themselves.
ACTION_HELPERS = {
    "invite",
    "require_self",
    "require_own_say",
    "guest_of",
    "waiting_for",
    "seen_as",
    "reach_of",
    "visit_text",
    "visit_words",
    "short_day",
    "short_clock",
    "unaccented",
    "may_change",
    "merge_change",
    "look_at_visit",
    "refuse_fallen_group",
    "merge_course",
    "merge_diary",
    "write_answered",
    "locked_draft",
    "retry_pause",
    "lock_resources",
    "lock_places",
    "take_places",
    "write_visit",
    "reserve_visit",
    "choose",
    "resource_ids",
    "free_seat",
    "open_session",
    "lock_session",
    "close_if_empty",
    "reopen",
    "make_room",
    "refuse_overbooked",
    "refuse_newcomers",
    "in_the_way",
    "overlap",
    "seat_to_return_to",
    "note_opening",
    "check_may_go_on",
    "look_while_here",
    "note_freed",
    "take_back_offers",
    "end_wait",
    "check_wish",
    "columns_of",
    "free_offered",
    "end_offer",
    "leave_line",
    "nothing_since",
    "still_there",
    "end_waiting",
    "take_hold",
    "mark_booked",
    "locked",
    "save_draft",
    "touch_draft",
    "sign_document",
    "amend_document",
    "withdraw_document",
    "file_diagnoses",
    "withdraw_filed",
    "refusals",
    "keep_or_show",
    "reconcile",
    "take_over",
    "create_user_once",
    "lock_record",
    "count_in_course",
    "settle_follow_ups",
    "step_of",
    "all_steps",
    "withdraw_questions",
    "link_works_until",
    "times_asked",
    "standing_of",
    "restore",
    "note_event",
    "move_to_physicians",
    "last_of",
    "can_undo",
    "occasion_of",
    "subject_of",
    "of_procedure",
    "of_course",
    "refuse_another_persons",
    "refused",
    "checked_detail",
    "list_medication",
    "strength_of",
    "dosage_of",
    "check_start",
    "check_site",
    "check_offered",
    "alternatives",
    "with_needs",
    "lock_course",
    "may_order",
    "checked_order",
    "planned_order",
    "locked_course",
    "enter_state",
    "note_state",
    "find_places",
    "take_place",
    "seat_in",
    "visits_to_come",
    "lock_sessions",
    "story_of",
    "ask_rules",
    "ask_rules_for_all",
    "ask_rules_about_moves",
    "mind_emergencies",
    "check_return",
    "file_verdicts",
    "look_on_arrival",
    "has_rules",
    "keep_findings_true",
    "clear_findings",
    "looked_at",
    "enlist",
    "file_findings",
    "says_the_same",
    "not_overridden",
    "check_reason",
    "held_row",
    "history_changed",
    "keep_hold_plans",
    "plan_holds",
    "ask_about_order",
    "file_for_course",
    "ask_about_procedure",
    "rule_lacks",
    "file_for_procedure",
}

REAL = {
    "doors": [
        complaint
        for pattern in (
            "*/pages/**/*.py",
            "clinic/*/pages/*.py",
            "*/api.py",
            "*/api/*.py",
            "*/forms.py",
            "*/forms/*.py",
        )
        for path, text in rules.sources(pattern)
        for complaint in rules.doors_opened(path, text)
    ],
    "clocks": [
        complaint
        for path, text in rules.sources(
            "*/actions/*.py",
            "clinic/*/actions.py",
            "clinic/*/actions/*.py",
            "*/queries.py",
            "*/queries/*.py",
            "clinic/*/queries.py",
            "*/domain/**/*.py",
        )
        for complaint in rules.clocks_read(path, text)
    ],
    "formats": [
        complaint
        for path, text in rules.sources(*(f"{app}/**/*.py" for app in rules.CODE))
        for complaint in rules.formats_chosen(path, text)
    ],
    "sql clocks": [
        complaint
        for path in sorted(rules.ROOT.glob("*/queries/*.sql"))
        for complaint in rules.sql_clocks_read(path.name, path.read_text())
    ],
    "queries": [
        complaint
        for path, text in rules.sources("*/queries.py", "*/queries/*.py", "clinic/*/queries.py")
        for complaint in rules.viewerless_queries(path, text)
    ],
    "docstrings": [
        complaint
        for path, text in rules.sources(*(f"{app}/**/*.py" for app in (*rules.CODE, "local")))
        if not path.endswith("apps.py")
        for complaint in rules.undocumented(path, text)
    ],
    "drawers": rules.unknown_drawers(rules.ROOT),
}


@pytest.mark.parametrize("rule", sorted(REAL))
def test_the_tree_keeps_the_rule(rule):
    """One exception today is the habit of tomorrow."""
    assert REAL[rule] == []


def test_actions_say_who_and_when():
    """A write without them cannot be explained afterwards."""
    complaints = [
        complaint
        for path, text in rules.sources(
            "*/actions/*.py", "clinic/*/actions.py", "clinic/*/actions/*.py"
        )
        if path != "clinic/shared/actions.py"
        for complaint in rules.loose_actions(path, text, ACTION_HELPERS)
    ]
    assert complaints == []


@pytest.mark.parametrize(
    ("rule", "broken"),
    [
        (rules.doors_opened, "def page(request):\n    return Patient.objects.all()"),
        (rules.doors_opened, "with connection.cursor() as c:\n    pass"),
        (rules.clocks_read, "def act(*, by):\n    return timezone.now()"),
        (rules.clocks_read, "today = date.today()"),
        (rules.clocks_read, "from django.utils import timezone as tz\nx = tz.now()"),
        (rules.clocks_read, "from django.utils.timezone import now\nx = now()"),
        (rules.clocks_read, "import time as t\nx = t.time()"),
        (rules.clocks_read, "import datetime\nx = datetime.datetime.now()"),
        (rules.clocks_read, "cursor.execute('SELECT now ( )')"),
        (rules.formats_chosen, "if request.headers['Accept'] == 'text/csv':"),
        (rules.formats_chosen, "    renderer_classes = [CSVRenderer]"),
        (rules.sql_clocks_read, "WHERE expires_at < CURRENT_TIMESTAMP"),
        (rules.doors_opened, "def page(request):\n    patient.save()"),
        (rules.doors_opened, "def page(request):\n    patient.contacts.all().delete()"),
        (rules.loose_actions, "@action\ndef book(patient, *, by, now): ..."),
        (rules.loose_actions, "@action\ndef book(*, by): ..."),
        (rules.loose_actions, "def book(*, by, now): ..."),
        (rules.viewerless_queries, "def board(site, viewer): ..."),
        (rules.undocumented, '"""A module."""\ndef naked(): ...'),
        (rules.undocumented, "x = 1"),
    ],
)
def test_a_broken_rule_is_noticed(rule, broken):
    """A checker that never complains checks nothing."""
    complaints = rule("sample.py", broken)
    assert complaints
    assert complaints[0].startswith("sample.py:")


def test_an_unknown_drawer_is_noticed(tmp_path):
    """“utils.py” is where house rules go to die."""
    for app in rules.APPS:
        (tmp_path / app).mkdir()
    (tmp_path / "patients" / "utils.py").touch()
    assert "utils" in rules.unknown_drawers(tmp_path)[0]
