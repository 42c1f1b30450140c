"""Reading ICD-10-CM from the package that ships it (simple-icd-10-cm; public domain)."""

import re
import warnings
from collections.abc import Iterator
from importlib.resources import files
from types import ModuleType

from treatments.domain.diagnosis_codes import Code

_EDITION = re.compile(r"code-list-(?P<month>[A-Za-z]+)-(?:\d{1,2}-)?(?P<year>\d{4})\.txt")


def shipped_codes() -> Iterator[Code]:
    """Every category and code, parents first; chapters and blocks are left out.

    One at a time. The package itself keeps its tree of about 200 MB in memory from then on, so only
    commands call this.
    """
    icd = _package()
    for code in icd.get_all_codes(with_dots=True):
        if icd.is_chapter_or_block(code):
            continue
        parent = icd.get_parent(code)
        yield Code(
            code=code,
            name=icd.get_description(code),
            is_billable=icd.is_leaf(code),
            parent="" if icd.is_chapter_or_block(parent) else parent,
        )


def edition() -> str:
    """Which edition the package holds ("April 2026"), or "unknown edition"."""
    _package()
    for file in files("simple_icd_10_cm.data").iterdir():
        if found := _EDITION.fullmatch(file.name):
            return f"{found['month']} {found['year']}"
    return "unknown edition"


def _package() -> ModuleType:
    with warnings.catch_warnings():
        # It opens its files in a way that is on its way out of Python.
        warnings.simplefilter("ignore", DeprecationWarning)
        import simple_icd_10_cm

    return simple_icd_10_cm
