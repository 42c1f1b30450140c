"""The demo clinic's records: a few people with a story, written through the actions."""
