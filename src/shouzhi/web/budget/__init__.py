"""The living budget: years, rounds, rows, ceilings, versions and comments."""
