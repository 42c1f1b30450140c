"""What people answer by the link in a message."""

from django import forms


class AnswerForm(forms.Form):
    """Comes, or does not."""

    answer = forms.ChoiceField(choices=[("confirm", "Comes"), ("cancel", "Does not come")])


class ChosenTimeForm(forms.Form):
    """One of the times that were offered: "START CLINICIAN", as its button says."""

    time = forms.RegexField(r"^\d{4}-\d\d-\d\dT\d\d:\d\d[+]00:00 \d{0,9}$", strip=False)

    def clean(self) -> dict[str, object]:
        """The instant and the clinician's id, None if nobody in particular."""
        said = super().clean() or {}
        if "time" in said:
            start, _, clinician = said["time"].partition(" ")
            said["start_at"] = forms.DateTimeField().clean(start)
            said["clinician"] = int(clinician) if clinician else None
        return said
