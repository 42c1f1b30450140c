"""Managers, one file a subject."""
