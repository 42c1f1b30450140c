"""The outbox: what shall be told to whom, written with its cause and delivered afterwards."""
