"""The demo clinic: a believable place with believable people, made once."""
