"""Organisation and people: bodies, staff, users and what they may do."""
