"""Reads, one file a subject. Every function takes the viewer first."""
