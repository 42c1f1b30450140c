"""Runs the whole clinic on one machine for trying and testing: real servers, no Docker."""
