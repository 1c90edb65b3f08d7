"""The living budget: the book that a department keeps, and the lines of money in it."""
