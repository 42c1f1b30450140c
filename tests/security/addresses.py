"""Addresses of routes about somebody, and ids of nobody."""

import re

NOBODY = "01a1fc6e-8939-786c-bb44-acc7b5e6bf1d"


def address_of(route, ids) -> str:
    """The route's address with these ids in it."""
    path = re.sub(r"<(?:\w+:)?(\w+)>", lambda m: str(ids[m[1]]), route.pattern)
    path = re.sub(r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)", lambda m: str(ids[m[1]]), path)
    return path.replace("^", "").replace("$", "").replace("/api/?", "/api/")


def nobody_ids() -> dict[str, object]:
    """Ids of what does not exist."""
    return {
        "course_id": NOBODY,
        "therapy_visit_id": NOBODY,
        "authorization_id": NOBODY,
        "procedure_id": 999_999,
        "favorite_id": 999_999,
        "nerve_block_id": 999_999,
        "response_id": NOBODY,
        "event_id": NOBODY,
        "follow_up_id": NOBODY,
        "alarm_id": NOBODY,
        "finding_id": NOBODY,
        "plan_id": NOBODY,
        "rule_key": "no-such-rule",
        "kind": "no-such-kind",
        "topic_key": "no-such-topic",
        "newsletter_id": 999_999,
        "instrument_id": 999_999,
        "item_id": NOBODY,
        "text_id": 999_999,
        "rule_id": 999_999,
        "consultation_id": NOBODY,
        "diagnosis_id": 999_999,
        "order_id": NOBODY,
        "report_id": NOBODY,
        "file_id": NOBODY,
        "resource_id": 999_999,
        "time_off_id": 999_999,
        "holiday_id": 999_999,
        "capability_id": 999_999,
        "code": "no-such-kind",
        "report": "no-such-report",
        "patient_id": NOBODY,
        "appointment_id": NOBODY,
        "hold_id": NOBODY,
        "series_id": NOBODY,
        "visit_id": NOBODY,
        "step": "signs-1",
        "site_id": 999_999,
        "member_id": 999_999,
        "access_id": 999_999,
        "invitation_id": 999_999,
        "request_id": 999_999,
        "channel": "email",
        "merge_id": 999_999,
        "message_id": 999_999,
        "document_id": NOBODY,
        "intake_id": NOBODY,
        "sent_file_id": NOBODY,
        "subject": "reason",
        "consent_key": "messages",
        "paper_key": "referral",
        "thread_id": NOBODY,
        "attachment_id": NOBODY,
        "press": "take",
        "view_id": 999_999,
        "user_id": 999_999,
        "clinician_id": 999_999,
        "block_id": 999_999,
        "delay_id": 999_999,
        "display_id": 999_999,
        "shared_id": 999_999,
        "calendar_id": 999_999,
        "secret": "none",
        "token": "none",
        "entry_id": NOBODY,
        "offer_id": NOBODY,
        "pk": 999_999,
        "key": "none",
        "section": "none",
        "uidb36": "zz",
        "token_key": "dorsa_none",
    }
