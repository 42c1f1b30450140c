"""The kinds of rules, one module each: what a record of the kind says, and how it looks."""
