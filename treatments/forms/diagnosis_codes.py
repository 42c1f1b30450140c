"""Looking for a diagnosis code."""

from django import forms


class DiagnosisSearchForm(forms.Form):
    """What was typed: the beginning of a code, or words. `field` names the radio buttons."""

    q = forms.CharField(max_length=100, required=False)
    field = forms.RegexField(r"^[a-z][a-z0-9_-]{0,39}$", required=False)
