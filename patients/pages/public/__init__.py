"""Pages for people who have not signed in, one file a subject."""
