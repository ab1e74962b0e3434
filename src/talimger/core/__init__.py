"""Numbers only: no Django, no database, no clock. Frozen dataclasses in and out."""
