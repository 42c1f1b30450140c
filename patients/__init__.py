"""Who: identity, contacts, coverage, allergies, medications, conditions."""
