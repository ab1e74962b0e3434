"""The one kind of exception that carries a message for the person who acted."""

from __future__ import annotations


class DomainError(Exception):
    """A rule of the programme says no. ``message`` is translated and says what to do; ``field`` names the input it is about."""

    def __init__(self, message: str, *, code: str = "refused", field: str | None = None) -> None:
        super().__init__(str(message))
        self.message = str(message)
        self.code = code
        self.field = field


class StaleWriteError(DomainError):
    """Somebody changed the same thing after this page was opened; nothing was overwritten."""
