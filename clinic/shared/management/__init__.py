"""What is done from the command line for every app."""
