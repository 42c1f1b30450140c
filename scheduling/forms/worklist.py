"""Settling what is on the worklist."""

from django import forms


class KeepForm(forms.Form):
    """Why a visit stays where it is."""

    reason = forms.CharField(max_length=180, label="Reason")
