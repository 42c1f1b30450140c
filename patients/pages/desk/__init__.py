"""The front desk, one file a subject."""
