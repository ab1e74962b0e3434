"""The frame of every write: atomic, checked, audited in the same transaction."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from django.db import models, transaction

from talimger.kernel.audit import record
from talimger.kernel.policies import Actor

P = ParamSpec("P")
R = TypeVar("R")


def command(action: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Run a write as one transaction and leave one audit row, ``action`` on what the command returns.

    The command takes keyword arguments only, ``actor`` among them. It returns the row it is about, a list of rows,
    a number of rows, or ``None``; the audit keeps kinds, keys and numbers, never contents.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            if args:
                raise TypeError(f"{function.__name__} takes keyword arguments only")
            actor = kwargs.get("actor")
            if not isinstance(actor, Actor):
                raise TypeError(f"{function.__name__} needs an actor")
            with transaction.atomic():
                result = function(*args, **kwargs)
                record(actor=actor, action=action, target=result if isinstance(result, models.Model) else None, count=_count(result))
            return result

        return run

    return decorate


def _count(result: object) -> int:
    if isinstance(result, bool) or result is None:
        return 1
    if isinstance(result, int):
        return result
    return len(result) if isinstance(result, list | tuple) else 1
