"""Which follow-ups are shown, and what became of one."""

from django import forms

from clinic.accounts.roles import Role
from treatments.actions.follow_up_work import FollowUpResult
from treatments.models import FollowUpKind
from treatments.queries.follow_ups import When

OWNERS = (Role.NURSE, Role.THERAPIST, Role.PHYSICIAN, Role.FRONT_DESK)
WHEN = [
    ("", "Due now"),
    (When.OVERDUE, "Overdue"),
    (When.LATER, "Coming"),
    (When.ENDED, "Closed"),
]


class FilterForm(forms.Form):
    """Whose, which kind, and when."""

    all_optional = True
    owner = forms.ChoiceField(
        label="Whose",
        required=False,
        choices=[
            ("", "Mine"),
            *((role.value, role.label) for role in OWNERS),
            ("all", "Everybody's"),
        ],
    )
    kind = forms.ChoiceField(
        label="Kind", required=False, choices=[("", "Any"), *FollowUpKind.choices]
    )
    when = forms.ChoiceField(label="When", required=False, choices=WHEN)


class DeskFilterForm(forms.Form):
    """Which kind, and when, for the desk."""

    all_optional = True
    kind = forms.ChoiceField(
        label="Kind",
        required=False,
        choices=[
            ("", "Any"),
            (FollowUpKind.CALL, "Calls"),
            (FollowUpKind.VISIT, "Visits to book"),
            (FollowUpKind.QUESTIONNAIRE, "Questions"),
            (FollowUpKind.PAPERWORK, "Paperwork"),
        ],
    )
    when = forms.ChoiceField(label="When", required=False, choices=WHEN)


class CloseForm(forms.Form):
    """What became of it, in one press; a note if there is more to say."""

    result = forms.ChoiceField(choices=[(one.value, one.value) for one in FollowUpResult])
    note = forms.CharField(required=False, max_length=500)
    next = forms.ChoiceField(required=False, choices=[("record", "record"), ("list", "list")])
