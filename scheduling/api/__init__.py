"""The calendar through REST, one file a noun."""
