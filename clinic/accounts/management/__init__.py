"""Commands for whoever operates the machine."""
