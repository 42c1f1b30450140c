"""Addresses as people outside see them."""

from typing import Any

from django.conf import settings
from django.urls import reverse


def public_address(url_name: str, *arguments: Any) -> str:
    """The whole address of a page, with our public name and not what a request called us."""
    public: str = settings.PUBLIC_URL
    return public.rstrip("/") + reverse(url_name, args=arguments)
