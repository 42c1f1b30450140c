"""Django's PostgreSQL backend, which asks a kept connection whether it still lives more cheaply."""
