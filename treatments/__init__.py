"""What: the clinical record. Its first storey is the history that people bring with them."""
