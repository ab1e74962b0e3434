"""Talimger: the system of record of a mentorship programme."""

__version__ = "0.1.0"
