"""`{% load static %}` (settings name this library so): addresses of static files, each made once.

A page names dozens of them, most of them the same file of symbols, and none changes while a process
lives: its name carries a hash of what is in it.
"""

from functools import cache

from django import template
from django.template.base import Parser, Token
from django.templatetags import static

register = template.Library()
register.tag(static.get_static_prefix)
register.tag(static.get_media_prefix)


class KeptStaticNode(static.StaticNode):
    """Django's own, which looks an address up once in the life of a process."""

    @classmethod
    def handle_simple(cls, path: str) -> str:
        """The address of the file; a file that is not there is an error, and is not kept."""
        return _address(path)


@cache
def _address(path: str) -> str:
    return str(static.StaticNode.handle_simple(path))


@register.tag("static")
def do_static(parser: Parser, token: Token) -> static.StaticNode:
    """As Django's `{% static %}`, with `as` and without."""
    return KeptStaticNode.handle_token(parser, token)
