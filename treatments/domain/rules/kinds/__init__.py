"""The kinds of rules, one module each: how one is read from its record, and how it looks."""
