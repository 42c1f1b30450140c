"""Every address there is, read from the URL resolver itself."""

from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver


@dataclass(frozen=True)
class Route:
    """One address: its name (or the address, if it has none), its pattern and its view."""

    name: str
    pattern: str
    view: object


def routes(patterns=None, prefix="/", spaces=()):
    """All of them, in the order in which they are tried."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        address = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = (*spaces, pattern.namespace) if pattern.namespace else spaces
            yield from routes(pattern.url_patterns, address, inner)
        elif isinstance(pattern, URLPattern):
            name = ":".join((*spaces, pattern.name)) if pattern.name else address
            yield Route(name, address, pattern.callback)


ROUTES = list(routes())
GUARDED = [route for route in ROUTES if hasattr(route.view, "audience")]
ENDPOINTS = [route for route in ROUTES if route.name.startswith("api:")]
