"""What comes in with a request about the calendar, checked field by field: one file a subject."""
