"""The same for scores, diaries, harm and follow-ups: what a physician sends to each writer."""

from datetime import timedelta

from django.utils import timezone

from tests.security.world import TODAY
from treatments.models import Instrument


def outcome_forms(world):
    """By method and address."""
    patient = str(world.own.patient.pk)
    pain = Instrument.objects.get(key="nrs-now").pk
    then = timezone.localtime() - timedelta(hours=20)
    yesterday = (TODAY - timedelta(days=1)).isoformat()
    scores = {
        "about": "",
        "occasion": "routine",
        "authored_at": f"{then:%Y-%m-%dT%H:%M}",
        "respondent": "patient",
        "wants_again": "yes",
        "note": "After a walk",
        f"score-{pain}-pain": "4",
    }
    harm = {
        "risk": "nerve-damage",
        "relatedness": "probable",
        "description": "A numb foot",
        "actions_taken": "Watched",
        "outcome": "resolved",
        "resolved_date": yesterday,
        "reported_to": "MedWatch",
        "reported_date": yesterday,
        "grade": "2",
    }
    form = harm | {"onset_at": f"{then:%Y-%m-%dT%H:%M}", "about": ""}
    answers = {
        "patient": patient,
        "instrument": pain,
        "authored_at": then.isoformat(),
        "answers": {"pain": 4},
    }
    return {
        ("post", "physician:score-new"): scores,
        ("post", "physician:score-void"): {"reason": "Wrong person"},
        ("post", "physician:diary"): {"before": "8", "after-1": "2"},
        ("post", "physician:event-new"): form,
        ("post", "physician:event"): form | {"revision": "1"},
        ("post", "physician:event-withdraw"): {"reason": "Wrong person"},
        ("post", "physician:hold-plan-prescriber"): {
            "revision": "1",
            "prescriber": "Dr. Heart",
            "words": "By letter",
        },
        ("post", "physician:hold-plan-approve"): {
            "revision": "1",
            "instructions": "Last dose on Monday.",
        },
        ("post", "physician:hold-plan-doses"): {"revision": "1", "dose-1": yesterday},
        ("post", "physician:finding-seen"): {"next": "list"},
        ("post", "physician:finding-override"): {"reason": "New deficit on MRI"},
        ("post", "physician:follow-up-close"): {"result": "done", "note": "Well", "next": "list"},
        ("post", "api:questionnaire-responses"): answers,
        ("post", "api:questionnaire-response-void"): {"reason": "Wrong person"},
        ("post", "api:adverse-events"): harm
        | {"patient": patient, "onset_at": then.isoformat(), "grade": 2},
        ("post", "api:adverse-event-withdraw"): {"reason": "Wrong person"},
        ("post", "physician:follow-up-problem"): {"flags": ["fever"], "words": "A numb leg"},
        ("post", "physician:alarm-settle"): {"outcome": "Seen the same day"},
        ("post", "api:follow-up-close"): {"result": "done"},
        ("post", "api:follow-up-problem"): {"words": "A numb leg"},
        ("post", "api:alarm-settle"): {"outcome": "Seen the same day"},
        ("post", "api:finding-acknowledge"): {},
        ("post", "api:finding-override"): {"reason": "New deficit on MRI"},
        ("post", "api:hold-plan-prescriber"): {"prescriber": "Dr. Heart", "words": "By letter"},
        ("post", "api:hold-plan-approve"): {"instructions": "Last dose on Monday."},
        ("post", "api:hold-plan-doses"): {"last_doses": {"1": yesterday}},
        ("patch", "api:adverse-event"): {"outcome": "recovering"},
        ("patch", "api:procedure-diary"): {"before": 8, "entries": {"1": 2}},
    }
