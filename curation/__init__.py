"""À la une: the front page of an open-data portal, curated."""

__version__ = "0.1.0"
