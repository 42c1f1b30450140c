"""By what messages travel: one file a carrier, chosen by the settings."""
