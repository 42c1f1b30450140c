"""What a message says, in the language of whoever gets it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.template import TemplateDoesNotExist
from django.template.loader import get_template
from django.utils import translation


@dataclass(frozen=True)
class Text:
    """A message in both its forms. `sms` is "" for what is never sent as a text message."""

    subject: str
    body: str
    sms: str = ""


def render(template: str, language: str, context: Mapping[str, Any]) -> Text:
    """The text of `template` ("scheduling/messages/appointment_booked") in a language.

    `<template>.<language>.txt` is the e-mail, its first line the subject. `<template>.<language>
    .sms.txt`, if there is one, is the text message: written in one line, however it is laid out.
    Times of day in the context are written out by the caller, who knows the place.
    """
    with translation.override(language):
        mail = get_template(f"{template}.{language}.txt").render(dict(context))
        subject, _, body = mail.strip().partition("\n")
        return Text(subject.strip(), body.strip() + "\n", _short(template, language, context))


def _short(template: str, language: str, context: Mapping[str, Any]) -> str:
    try:
        form = get_template(f"{template}.{language}.sms.txt")
    except TemplateDoesNotExist:
        return ""
    return " ".join(form.render(dict(context)).split())
