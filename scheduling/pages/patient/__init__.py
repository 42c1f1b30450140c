"""The portal: people about their own visits, one file a subject."""
