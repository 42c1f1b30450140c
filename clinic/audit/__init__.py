"""Who read what about whom."""
