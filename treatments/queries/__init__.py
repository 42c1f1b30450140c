"""Reads of the clinical record, one file a subject. Every function takes the viewer first."""
