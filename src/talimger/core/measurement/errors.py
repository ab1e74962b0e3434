"""What a measurement function says when it cannot measure: a code for the interface to translate, and an English sentence."""

from __future__ import annotations


class MeasurementError(ValueError):
    """Raised for input that carries no answer. ``code`` is stable, ``fields`` fill the sentence in any language.

    >>> str(MeasurementError("too_few", "Found {n} ratings, needed {least}", n=1, least=2))
    'Found 1 ratings, needed 2'
    """

    def __init__(self, code: str, message: str, **fields: object) -> None:
        super().__init__(message.format(**fields))
        self.code = code
        self.fields = fields
