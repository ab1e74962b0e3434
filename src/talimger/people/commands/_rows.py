"""Saving a row so that every refusal, also the database's own, is a sentence for the person."""

from __future__ import annotations

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction

from talimger.kernel.errors import DomainError
from talimger.kernel.languages import LANGUAGE_CODES
from talimger.people.models import Programme
from talimger.shell.spreadsheets import clean_text, parse_email


def save_row(row: models.Model, *, field: str | None = None, fields: Mapping[str, str] | None = None) -> None:
    """Save a row. Raises ``DomainError`` with the message of the field or of the constraint that refuses it.

    ``field`` is the input to which a constraint's message belongs; ``fields`` renames columns to inputs.
    """
    # A column that may be NULL is empty until something happens; rows that others point to are there, or the database objects.
    left_out = [each.name for each in row._meta.fields if each.is_relation or (each.null and getattr(row, each.attname) is None)]
    try:
        row.clean()
        row.clean_fields(exclude=left_out)
        row.validate_constraints()
    except ValidationError as error:
        raise _refusal(error, field, fields or {}) from error
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        # Somebody was quicker between the check and the write: now the check has the words for it.
        try:
            row.validate_constraints()
        except ValidationError as late:
            raise _refusal(late, field, fields or {}) from late
        raise


def _refusal(error: ValidationError, field: str | None, fields: Mapping[str, str]) -> DomainError:
    for name, messages in error.message_dict.items():
        if name != "__all__":
            return DomainError(" ".join(messages), field=fields.get(name, name))
    return DomainError(" ".join(error.messages), field=field)


def address_of(text: str) -> str:
    """An e-mail address in small letters. Raises ``DomainError`` about the input ``email``."""
    try:
        return parse_email(text).lower()
    except DomainError as error:
        error.field = "email"
        raise


def name_of(text: str) -> str:
    """A name with single spaces and nothing invisible in it."""
    return clean_text(text)


def known_language(code: str, programme: Programme | None = None) -> str:
    """The code itself if it is one of ours, else the programme's first language, else Russian."""
    if code in LANGUAGE_CODES:
        return code
    return programme.languages[0] if programme is not None and programme.languages else "ru"
