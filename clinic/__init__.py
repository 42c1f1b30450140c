"""The clinic as a whole: settings and wiring on top, shared ground at the bottom."""
