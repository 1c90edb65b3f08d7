"""The pages of the living budget."""
