"""The application in the browser: entry, rounds of review, disclosure, the review desk, the public site."""
