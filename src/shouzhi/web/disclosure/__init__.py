"""Disclosure: preview, sign-off, frozen releases and their corrections."""
