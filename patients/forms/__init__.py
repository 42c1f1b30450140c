"""What is typed about people, one file a subject."""
