"""Forms of the clinical record, one file a subject."""
