"""Pure Python about people: no Django, no clock."""
