"""Days, times and numbers where a language's own way is not that of the people who come here."""
