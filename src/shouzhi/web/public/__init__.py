"""The public site and the API: what has been disclosed, for everybody."""
