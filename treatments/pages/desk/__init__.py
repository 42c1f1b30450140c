"""The desk, one file a subject."""
