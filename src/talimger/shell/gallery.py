"""What /gallery/ shows: every component in every state, with words as long as real ones."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest


def specimens(request: HttpRequest) -> dict[str, Any]:
    return {}
