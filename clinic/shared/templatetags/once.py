"""`{% once %}` in a form: sent twice by an impatient hand, it is done once."""

from uuid import uuid4

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def once() -> SafeString:
    """A hidden field with a key of this one page's own."""
    return format_html('<input type="hidden" name="once" value="{}">', uuid4().hex)
