"""What people type as a name, where it is written to others in the clinic's mail."""

import re

# What mail programs make into a link, or a stranger into an advertisement.
_NO_NAME = re.compile(r"[/@:\\<>]|\w{3,}\.\w{2,}|\d{4,}")


def is_a_name(text: str) -> bool:
    """Whether this can be somebody's name: not an address, not a number, not a link."""
    return bool(text.strip()) and not _NO_NAME.search(text)
