"""Stale forms: a page carries the fingerprint of what it showed, and a save on something else overwrites nothing."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _

from talimger.kernel.errors import StaleWriteError
from talimger.kernel.languages import LocalisedText


class ChangedMeanwhileError(StaleWriteError):
    """Somebody saved other values after the page was opened; ``stored`` are the values as they are now."""

    def __init__(self, stored: Mapping[str, Any]) -> None:
        super().__init__(
            _("Somebody changed this while your page was open. Nothing was overwritten: compare, then save again."),
            code="changed_meanwhile",
        )
        self.stored = stored


def version_of(values: Mapping[str, Any]) -> str:
    """The fingerprint of the values that a form shows: the same values give the same sixteen letters."""
    plain = json.dumps({name: _plain(value) for name, value in values.items()}, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(plain.encode()).hexdigest()[:16]


def check_version(version: str, values: Mapping[str, Any]) -> None:
    """Raise ``ChangedMeanwhileError`` unless these are the values that the page had shown. Ask with the row locked."""
    if version != version_of(values):
        raise ChangedMeanwhileError(values)


def _plain(value: Any) -> Any:
    if isinstance(value, LocalisedText):
        return value.as_dict()
    if isinstance(value, dt.date):
        return value.isoformat()
    return value.pk if isinstance(value, Model) else value
