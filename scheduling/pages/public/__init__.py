"""Strangers with a secret in their hands, one file a subject."""
