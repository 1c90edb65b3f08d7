"""From the book to the disclosure: tables, footing, prose, charts and files."""
