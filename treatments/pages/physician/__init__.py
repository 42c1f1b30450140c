"""Clinicians, one file a subject."""
