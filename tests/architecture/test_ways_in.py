"""Every page is reached from another one: what nothing links to is a page nobody has."""

import ast
import inspect
import re
import sys

import pytest

from tests.architecture.rules import CODE, ROOT
from tests.security.policy import POLICY
from tests.security.routes import ROUTES

SPACES = {"desk", "physician", "manager", "patient"}
# Reached otherwise, each with how.
OTHERWISE = {
    "desk:changes": "the board asks for it by itself, and shows what changed",
    "patient:kept": "opens when a form came too late, after signing in again",
    "patient:welcome": "opens once, right after somebody has joined",
    "patient:contact-code": "opens when a code was sent to a new address",
    "patient:visit-booked": "the last press of a booking leads there",
}

POST_FORM = re.compile(r'<form\b(?:[^>]|%}[^>]*>)*?method="post"(?:\{%.*?%\}|[^>])*>', re.DOTALL)
NAMED = re.compile(r"""["']((?:desk|physician|manager|patient):[\w-]+)["']""")


def links_of_template(text):
    """The routes that a template leads to: links, and forms that only ask."""
    return set(NAMED.findall(POST_FORM.sub("", text)))


def links_of_module(text, but=()):
    """The routes whose address a module makes for others, outside these functions.

    Going on to a page after a form was sent is no way to it for who comes later.
    """
    found = set()
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef) and node.name in but:
            continue
        sent_on = {
            constant
            for call in ast.walk(node)
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "redirect"
            for constant in call.args[:1]
        }
        for part in ast.walk(node):
            is_name = isinstance(part, ast.Constant) and isinstance(part.value, str)
            if is_name and part not in sent_on:
                found |= set(NAMED.findall(f'"{part.value}"'))
    return found


def closure(module, name):
    """The view and the functions of its module that it calls, by their names."""
    nodes = {n.name: n for n in ast.parse(module).body if isinstance(n, ast.FunctionDef)}
    found, left = set(), [name]
    while left:
        here = left.pop()
        if here in found or here not in nodes:
            continue
        found.add(here)
        left += [n.id for n in ast.walk(nodes[here]) if isinstance(n, ast.Name)]
    return found, [nodes[n] for n in found]


def own_templates(nodes):
    """The templates that these functions name."""
    words = [
        part.value
        for node in nodes
        for part in ast.walk(node)
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    ]
    return {word.partition("#")[0] for word in words if ".html" in word}


TEMPLATES = {
    path.relative_to(next(p for p in path.parents if p.name == "templates")).as_posix(): (
        links_of_template(path.read_text())
    )
    for code in CODE
    for path in (ROOT / code).rglob("templates/**/*.html")
}
MODULES = {
    path: path.read_text()
    for code in CODE
    for path in [*(ROOT / code).rglob("pages/**/*.py"), *(ROOT / code).glob("*.py")]
    if path.name != "urls.py"
}
PAGES = [
    route
    for route in ROUTES
    if route.name.split(":")[0] in SPACES and route.name in POLICY and POLICY[route.name].get
]


def looked_at(route):
    """The text of a page's module, the functions that make the page, and its own templates."""
    view = inspect.unwrap(route.view)
    source = inspect.getsource(sys.modules[view.__module__])
    functions, nodes = closure(source, view.__name__)
    return source, functions, own_templates(nodes)


OF_PAGES = {route.name: looked_at(route)[2] for route in PAGES}


def is_reached(route):
    source, functions, own = looked_at(route)
    # What another page shows as well leads from there.
    own -= {t for name, templates in OF_PAGES.items() if name != route.name for t in templates}
    if any(route.name in links for name, links in TEMPLATES.items() if name not in own):
        return True
    return any(
        route.name in links_of_module(text, functions if text == source else ())
        for text in MODULES.values()
        if route.name in text
    )


@pytest.mark.parametrize("route", PAGES, ids=lambda route: route.name)
def test_a_page_is_reached_from_another_page(route):
    """The page that asks why a visit is cancelled stood there for weeks, and nobody saw it."""
    assert is_reached(route) != (route.name in OTHERWISE), (
        f"Nothing leads to {route.name}: link it where somebody would look for it, "
        "or say in OTHERWISE how it is reached (and nothing else stands there)."
    )


def test_a_form_that_changes_something_and_a_page_s_own_links_are_no_way_in():
    """The positive control: what the test above must not take for a link."""
    form = '<form class="a" method="post" action="{% url "desk:cancel" visit.pk %}">'
    assert links_of_template(form) == set()
    assert links_of_template(form.replace("post", "get")) == {"desk:cancel"}
    assert links_of_template('<a href="{% url "desk:cancel" 1 %}">') == {"desk:cancel"}
    module = 'def one():\n    return redirect("desk:hold")\ndef other():\n    reverse("desk:visit")'
    assert links_of_module(module) == {"desk:visit"}
    assert links_of_module(module, {"other"}) == set()
