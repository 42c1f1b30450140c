"""Pure Python about time: no Django, no clock."""
