"""The review desk: what others have published, read, checked and judged."""
