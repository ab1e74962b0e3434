"""The programme as a wall: a query for a programme's rows outside that programme's scope raises ``ScopeError``."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, TypeVar

from django.conf import settings
from django.db import models
from django_scopes import ScopedManager, get_scope, scope, scopes_disabled
from django_scopes.exceptions import ScopeError

__all__ = ["ProgrammeOwned", "ScopeError", "across_programmes", "current_programme", "programme_scope"]


M = TypeVar("M", bound=models.Model, covariant=True)

if TYPE_CHECKING:

    class ProgrammeManager(models.Manager[M]):
        """Gives the rows of the programme in scope and no others; without a scope, any query raises ``ScopeError``."""

else:

    class ProgrammeManager(type(ScopedManager(programme="programme"))):
        """Gives the rows of the programme in scope and no others; without a scope, any query raises ``ScopeError``."""


class ProgrammeOwned(models.Model):
    """A row that belongs to one programme. ``objects`` holds the rows of the programme in scope and no others."""

    programme = models.ForeignKey(settings.TENANT_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = ProgrammeManager()

    class Meta:
        abstract = True


def programme_scope(programme: Any) -> AbstractContextManager[None]:
    """Work inside one programme. A scope inside another one replaces it until it ends."""
    manager: AbstractContextManager[None] = scope(programme=programme)
    return manager


def current_programme() -> Any:
    """The programme in scope; ``None`` outside any."""
    return get_scope().get("programme")


def across_programmes() -> AbstractContextManager[None]:
    """Work across programmes: for the worker, the command line and checks, never for a page."""
    manager: AbstractContextManager[None] = scopes_disabled()
    return manager
