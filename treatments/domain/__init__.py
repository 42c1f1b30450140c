"""Pure Python about treatment: no Django, no clock."""
