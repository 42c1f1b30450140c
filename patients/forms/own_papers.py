"""What people sign and send in the portal, and what the desk makes of a file."""

from django import forms
from django.utils.translation import gettext_lazy as _


class SignForm(forms.Form):
    """A typed full name and a tick: that is the signature."""

    name = forms.CharField(
        label=_("Type your full name"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    agree = forms.BooleanField(
        label=_("I have read this, and I agree."),
        error_messages={"required": _("Please check this box if you agree.")},
    )


class SendFileForm(forms.Form):
    """A photo or a PDF."""

    file = forms.FileField(
        label=_("Take a photo, or choose a file"),
        help_text=_("A photo (JPEG or PNG) or a PDF, at most 10 MB."),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,application/pdf"}),
        error_messages={"required": _("Please take a photo or choose a file first.")},
    )


class SentFileForm(forms.Form):
    """What the desk makes of it."""

    do = forms.ChoiceField(choices=[("file", "File it"), ("refuse", "Do not take it")])
    reason = forms.CharField(
        label="Why not? The person reads this.", max_length=500, required=False
    )
