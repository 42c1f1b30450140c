"""Pages for whoever holds the secret in their address, one file a subject."""
