"""The shipped catalogue as a page to read: `docs/catalogue.md`."""

from collections.abc import Iterable, Iterator

from treatments.domain.catalogue import Entry
from treatments.domain.descriptions import said

HEAD = """\
# The catalogue

What is shipped in `treatments/data/catalogue/`, written by `python manage.py catalogue_page`.
Not medical advice: the clinic's medical director goes through it before it is used. Where numbers
come from stands in the files.
"""
# What is told of each section, besides name and plain line: heading, and the detail behind it.
COLUMNS = {
    "treatment": {
        "Course": "form",
        "Step": "step",
        "Levels": "level_kinds",
        "Approaches": "approaches",
    },
    "diagnostic": {"Numbers of a result": "results"},
    "cause": {"ICD-10-CM": "codes"},
    "red_flag": {"How soon": "urgency"},
    "risk": {"From hour": "from_hours", "Until hour": "until_hours"},
    "drug": {
        "Kinds": "classes",
        "Most a day": "max_daily",
        "Over the counter": "otc_max_daily",
        "Unit": "unit",
        "MPE": "mpe_factor",
    },
}
_UNSAID = {"unit": "mg"}
TITLES = {
    "treatment": "Treatments",
    "diagnostic": "Diagnostics",
    "cause": "Causes",
    "red_flag": "Red flags",
    "risk": "Risks",
    "drug": "Drugs",
}


def catalogue_page(entries: Iterable[Entry]) -> str:
    """The page, in Markdown."""
    rows = list(entries)
    parts = [HEAD]
    for section, title in TITLES.items():
        parts.append(f"\n## {title}\n\n")
        parts += _table(section, [row for row in rows if row.section == section])
    return "".join(parts)


def _table(section: str, rows: list[Entry]) -> Iterator[str]:
    columns = COLUMNS[section]
    heading = ["Key", "Name", *columns, "In plain words"]
    yield f"| {' | '.join(heading)} |\n"
    yield f"|{'---|' * len(heading)}\n"
    for row in rows:
        told = [said(name, row.details.get(name, _UNSAID.get(name))) for name in columns.values()]
        cells = [f"`{row.key}`", row.name, *told, row.plain]
        yield f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |\n"
