"""What is typed about people who sign in, and about keys."""

from datetime import timedelta
from typing import Any

from django import forms

from clinic.accounts.models import Team, User
from clinic.accounts.roles import PERMISSIONS, ROLES, Role


class TeamsField(forms.MultipleChoiceField):
    """Teams by their ids; the value is a list of teams."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, teams: list[Team]) -> None:
        self.by_id = {str(team.pk): team for team in teams}
        choices = [(pk, team.name) for pk, team in self.by_id.items()]
        super().__init__(label="Works at", choices=choices, required=False)

    def clean(self, value: Any) -> Any:
        return [self.by_id[pk] for pk in super().clean(value)]


class InviteForm(forms.Form):
    """A new colleague."""

    name = forms.CharField(max_length=150)
    email = forms.EmailField(label="E-mail", max_length=254)
    role = forms.ChoiceField(
        choices=[(role.value, role.label) for role in Role if role != Role.PATIENT]
    )

    def __init__(self, *args: Any, teams: list[Team], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["teams"] = TeamsField(teams)


class TeamsForm(forms.Form):
    """Where somebody works."""

    all_optional = True

    def __init__(self, *args: Any, teams: list[Team], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["teams"] = TeamsField(teams)


class UserSearchForm(forms.Form):
    """Part of a name or address."""

    q = forms.CharField(required=False, max_length=200)

    def text(self) -> str:
        """What to look for; "" if nothing usable was typed."""
        return self.cleaned_data["q"].strip() if self.is_valid() else ""


class TokenForm(forms.Form):
    """A key to the API."""

    name = forms.CharField(max_length=80, help_text="What it is for, such as “Phone system”.")
    days = forms.TypedChoiceField(
        label="Works for",
        coerce=int,
        choices=[(7, "7 days"), (30, "30 days"), (90, "90 days"), (365, "One year")],
        initial=90,
    )
    scopes = forms.MultipleChoiceField(label="May", widget=forms.CheckboxSelectMultiple, choices=[])

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        granted = ROLES[Role(user.role)].permissions
        field: Any = self.fields["scopes"]
        field.choices = [
            (name, sentence)
            for name, sentence in PERMISSIONS.items()
            if name in granted and not name.startswith("accounts.")
        ]

    def lifetime(self) -> timedelta:
        """How long it works."""
        return timedelta(days=self.cleaned_data["days"])
