"""Repeatable measurements: ``talimger bench web``. Each works on an installation of its own and leaves nothing behind."""
