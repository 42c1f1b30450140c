"""Writes: one function an action, keyword-only, atomic, with who and when."""
