"""Lot numbers as they are compared."""


def plain_lot(text: str) -> str:
    """Capitals, without any space: people type them as they come."""
    return "".join(text.split()).upper()
