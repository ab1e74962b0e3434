"""News that travels up: written with what happened, delivered by the worker at least once, to handlers that may run twice."""

from __future__ import annotations

import datetime as dt
import logging
from collections import defaultdict
from collections.abc import Callable
from contextlib import nullcontext

from django.db import transaction

from talimger.kernel.models import Event
from talimger.kernel.tenancy import programme_scope

Handler = Callable[[Event], None]
_handlers: dict[str, list[Handler]] = defaultdict(list)
logger = logging.getLogger(__name__)
MAX_BACKOFF = dt.timedelta(hours=6)


def subscribe(kind: str, handler: Handler) -> None:
    """Have ``handler`` called for every event of this kind. Handlers are idempotent: they may see an event twice."""
    if handler not in _handlers[kind]:
        _handlers[kind].append(handler)


def publish(kind: str, *, now: dt.datetime, programme_id: int | None, **keys: int | str) -> Event:
    """Write an event into the running transaction. ``keys`` are ids, never contents."""
    return Event.objects.create(kind=kind, at=now, next_attempt_at=now, programme_id=programme_id, keys=keys)


def deliver_events(*, now: dt.datetime, limit: int = 100) -> int:
    """Hand waiting events to their handlers, each in its own transaction; a failing one waits longer and longer. The number delivered."""
    delivered = 0
    waiting = Event.objects.filter(delivered_at=None, next_attempt_at__lte=now).order_by("pk")[:limit]
    for key in list(waiting.values_list("pk", flat=True)):
        try:
            delivered += _deliver(key, now)
        except Exception as error:  # a handler's mistake must not stop the others' news
            logger.exception("event %s could not be delivered", key)
            _postpone(key, now, error)
    return delivered


def _deliver(key: int, now: dt.datetime) -> int:
    with transaction.atomic():
        event = Event.objects.select_for_update().filter(pk=key, delivered_at=None).first()
        if event is None:  # another worker was quicker
            return 0
        # News outside any programme opens no scope: a handler that reads a programme's rows must open one.
        with programme_scope(event.programme) if event.programme else nullcontext():
            for handler in _handlers[event.kind]:
                handler(event)
        event.delivered_at = now
        event.save(update_fields=["delivered_at"])
        return 1


def _postpone(key: int, now: dt.datetime, error: Exception) -> None:
    event = Event.objects.get(pk=key)
    event.attempts += 1
    event.next_attempt_at = now + min(dt.timedelta(seconds=10) * 2 ** min(event.attempts, 12), MAX_BACKOFF)
    event.last_error = f"{type(error).__name__}: {error}"[:400]
    event.save(update_fields=["attempts", "next_attempt_at", "last_error"])
