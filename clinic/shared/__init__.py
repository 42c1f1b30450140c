"""Ground that every app stands on: errors, actions, database helpers. It knows no domain word."""
