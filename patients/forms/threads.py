"""What is typed in messages between people and their clinic."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.shared.errors import DomainError
from clinic.shared.pictures import drawn_anew
from clinic.shared.uploads import CheckedFile, check_file
from patients.actions.threads import Opening
from patients.domain.talk import LONGEST_BODY, LONGEST_SUBJECT
from patients.domain.urgent_words import signs_in
from patients.models.thread import ThreadTopic

CALLED, ANYWAY = "called", "anyway"


class LetterForm(forms.Form):
    """What a person writes on in a thread. `confirmed`: they were warned, and send it."""

    body = forms.CharField(
        label=gettext_lazy("Your message"),
        max_length=LONGEST_BODY,
        widget=forms.Textarea(attrs={"rows": 7}),
        error_messages={
            "required": gettext_lazy("Write a message first."),
            "max_length": gettext_lazy("This message is too long. Please send it in two parts."),
        },
    )
    file = forms.FileField(
        label=gettext_lazy("A photo or a file"),
        required=False,
        help_text=gettext_lazy("JPEG, PNG or PDF, at most 10 MB."),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,application/pdf"}),
    )
    confirmed = forms.ChoiceField(
        choices=[(CALLED, CALLED), (ANYWAY, ANYWAY)], required=False, widget=forms.HiddenInput
    )

    def clean_file(self) -> CheckedFile | None:
        """The file by what is in it; of a picture nothing else is kept."""
        given = self.cleaned_data["file"]
        if given is None:
            return None
        if (given.size or 0) > settings.MAX_UPLOAD_BYTES:
            raise forms.ValidationError(_("This file is too large. It may have at most 10 MB."))
        try:
            return drawn_anew(check_file(given))
        except DomainError as error:
            raise forms.ValidationError(error.sentence) from error

    @property
    def signs(self) -> list[str]:
        """The dangers that the words name. Call it only when the form is valid."""
        said: dict[str, Any] = self.cleaned_data
        return signs_in(f"{said.get('subject', '')}\n{said['body']}")

    @property
    def is_warned(self) -> bool:
        """Whether they send it after the warning."""
        return bool(self.cleaned_data["confirmed"])

    @property
    def has_called(self) -> bool:
        """Whether they say that they have called."""
        return bool(self.cleaned_data["confirmed"] == CALLED)


class NewLetterForm(LetterForm):
    """What a person writes about something new."""

    topic = forms.ChoiceField(
        label=gettext_lazy("What is it about?"),
        choices=ThreadTopic.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what it is about.")},
    )
    subject = forms.CharField(
        label=gettext_lazy("In a few words"),
        max_length=LONGEST_SUBJECT,
        error_messages={"required": gettext_lazy("Say in a few words what it is about.")},
    )

    field_order = ("topic", "subject", "body", "file", "confirmed")

    def opening(self) -> Opening:
        """What the thread is about. Call it only when the form is valid."""
        said: dict[str, Any] = self.cleaned_data
        return Opening(ThreadTopic(said["topic"]), said["subject"])


class AnswerLetterForm(forms.Form):
    """What staff answer."""

    body = forms.CharField(
        label="Answer",
        max_length=LONGEST_BODY,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="The person reads it in the portal, and is told that something came.",
    )


class LettersForm(forms.Form):
    """Which messages staff look at: those that are open, those that are closed, one person's."""

    closed = forms.BooleanField(required=False)
    patient = forms.UUIDField(required=False)
