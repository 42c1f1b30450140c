"""Which board is asked for, and steps taken on it."""

from django import forms

from scheduling.domain.states import Step
from scheduling.forms.fields import DayField


class BoardForm(forms.Form):
    """Which board: a day and a site."""

    day = DayField()
    site = forms.IntegerField(required=False, min_value=1, max_value=2**31)


class StepForm(forms.Form):
    """A step to take."""

    step = forms.ChoiceField(choices=[(step.value, step.value) for step in Step])
