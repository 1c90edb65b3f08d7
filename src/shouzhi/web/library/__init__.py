"""The project library: declarations, their review, and the years that they are admitted to."""
