"""What the clinical rules ask about: read for them, and shown to nobody by itself."""
