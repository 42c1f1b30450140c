"""Files that are opened in a spreadsheet."""

from collections.abc import Iterable

# What a spreadsheet takes for the beginning of a formula, and would run.
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def harmless(row: Iterable[object]) -> list[object]:
    """The row with every text that looks like a formula made plain text by an apostrophe."""
    return [
        f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULAS) else cell for cell in row
    ]
