"""Which actions the pages of an audience call: read from the code, so that none is forgotten."""

import inspect
import sys
from types import FunctionType, ModuleType

import clinic.urls
from clinic.shared import actions

# What pages of several audiences share.
SHARED = ("scheduling.pages.block_lines",)


def called_by_pages(*audiences):
    """The names of all actions that a module of these audiences' pages has at hand and names."""
    assert clinic.urls.urlpatterns, "it has loaded every page"
    drawers = tuple(f".pages.{audience}." for audience in audiences)
    return {
        value.__name__
        for name, module in list(sys.modules.items())
        if name in SHARED or any(drawer in name for drawer in drawers)
        for value in _at_hand(module)
        if _is_action(value)
    }


def _at_hand(module):
    """What the module has under a name of its own, and what its functions take from others."""
    mine = list(vars(module).values())
    # A page stands behind its guard.
    functions = [inspect.unwrap(value) for value in mine if type(value) is FunctionType]
    named = {name for function in functions for name in _names_in(function.__code__)}
    for value in mine:
        if type(value) is ModuleType:
            yield from (vars(value)[name] for name in named if name in vars(value))
        else:
            yield value


def _names_in(code):
    yield from code.co_names
    for constant in code.co_consts:
        if hasattr(constant, "co_names"):
            yield from _names_in(constant)


def _is_action(value):
    if type(value) is not FunctionType:
        return False
    return value.__code__.co_filename == actions.__file__ and value.__code__.co_name == "run"
