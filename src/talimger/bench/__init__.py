"""Repeatable measurements: ``talimger bench web``, ``talimger bench lastminute``.

Each works on an installation of its own and leaves nothing behind.
"""
