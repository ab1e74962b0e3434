"""Who may do what. A rule is written once, as a queryset condition; lists filter by it and objects are checked by it.

Each room has a ``policies.py`` with one table, ``POLICIES``. Nothing is allowed that no table names.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.http import Http404

M = TypeVar("M", bound=Model)

EVERYTHING = Q()
NOTHING = Q(pk__in=[])


@dataclass(frozen=True)
class Actor:
    """Who acts, where, in which roles, and when. ``user_id`` is ``None`` for the worker and the command line."""

    user_id: int | None
    programme_id: int | None
    roles: frozenset[str]
    now: dt.datetime
    name: str = ""
    is_system: bool = False

    def holds(self, *roles: str) -> bool:
        return bool(self.roles.intersection(roles))

    @property
    def programme_key(self) -> int:
        """The programme in which the actor acts. Raises ``ValueError`` for an actor outside any programme."""
        if self.programme_id is None:
            raise ValueError("this actor acts outside any programme")
        return self.programme_id


def system_actor(*, programme_id: int | None, now: dt.datetime) -> Actor:
    """The programme itself: what the worker and the command line act as. Every rule allows it, and the audit says so."""
    return Actor(user_id=None, programme_id=programme_id, roles=frozenset(), now=now, is_system=True)


Condition = Callable[[Actor], Q]


def held(*roles: str) -> Condition:
    """Whoever holds one of these roles in the programme, for every row of it."""
    return lambda actor: EVERYTHING if actor.holds(*roles) else NOTHING


def anyone(actor: Actor) -> Q:
    """Whoever holds any role in the programme."""
    return EVERYTHING if actor.roles else NOTHING


def either(*conditions: Condition) -> Condition:
    """Rows that at least one of the conditions gives."""

    def condition(actor: Actor) -> Q:
        result = NOTHING
        for part in (rule(actor) for rule in conditions):
            if part == EVERYTHING:
                return EVERYTHING
            result = part if result == NOTHING else (result if part == NOTHING else result | part)
        return result

    return condition


def both(*conditions: Condition) -> Condition:
    """Rows that all of the conditions give."""

    def condition(actor: Actor) -> Q:
        result = EVERYTHING
        for part in (rule(actor) for rule in conditions):
            if part == NOTHING:
                return NOTHING
            result = part if result == EVERYTHING else (result if part == EVERYTHING else result & part)
        return result

    return condition


@dataclass(frozen=True)
class Rule:
    """One line of a policy table: the action's name, what it is done to, and for which rows it is allowed."""

    action: str
    model_label: str
    condition: Condition

    @property
    def model(self) -> type[Model]:
        return apps.get_model(self.model_label)

    def rows(self, actor: Actor) -> Q:
        return EVERYTHING if actor.is_system else self.condition(actor)


@dataclass
class _Registry:
    rules: dict[str, Rule] = field(default_factory=dict)

    def add(self, rule: Rule) -> None:
        if self.rules.get(rule.action, rule) != rule:
            raise ValueError(f"two rules for the action {rule.action}")
        self.rules[rule.action] = rule


_registry = _Registry()


def policy_table(*lines: tuple[str, str, Condition]) -> dict[str, Rule]:
    """Write down a room's rules: ``(action, "app.Model", condition)`` a line. An action is named once in the whole house."""
    table = {action: Rule(action, model, condition) for action, model, condition in lines}
    for rule in table.values():
        _registry.add(rule)
    return table


def rule_for(action: str) -> Rule:
    """The rule of an action; an action that no table names is a mistake in the code and raises ``KeyError``."""
    return _registry.rules[action]


def all_rules() -> dict[str, Rule]:
    """Every action of the house, for the permission matrix and the documentation."""
    return dict(_registry.rules)


def _wall(model: type[Model], actor: Actor) -> dict[str, int | None]:
    """What holds for the rows of the actor's own programme, also in tables that no scope protects."""
    if actor.is_system and actor.programme_id is None:
        return {}
    if model._meta.label == settings.TENANT_MODEL:
        return {"pk": actor.programme_id}
    return {"programme_id": actor.programme_id} if any(field.name == "programme" for field in model._meta.fields) else {}


def allowed(actor: Actor, action: str) -> QuerySet[Any]:
    """The rows on which the actor may do this, all of them in the actor's programme."""
    rows: QuerySet[Any] = rule_for(action).model._default_manager.all()
    return _narrowed(rows, actor, action)


def _narrowed(rows: QuerySet[Any], actor: Actor, action: str) -> QuerySet[Any]:
    rule = rule_for(action)
    return rows.filter(rule.rows(actor), **_wall(rule.model, actor))


def possible(actor: Actor, action: str) -> bool:
    """Whether the actor's roles could allow this for some row. Never asks the database; the page behind it decides about rows."""
    return rule_for(action).rows(actor) != NOTHING


def may(actor: Actor, action: str, row: Model | None = None) -> bool:
    """Whether the actor may do this: to this row, or, without one, to anything at all.

    Rules that depend on the roles alone are answered without a query; all others are the list's own filter on one key.
    """
    rule = rule_for(action)
    condition = rule.rows(actor)
    if condition == NOTHING:
        return False
    if row is None:
        return condition == EVERYTHING or allowed(actor, action).exists()
    if not isinstance(row, rule.model):
        raise TypeError(f"{action} is done to {rule.model_label}, not to {type(row).__name__}")
    if condition == EVERYTHING:
        return all(getattr(row, name) == value for name, value in _wall(rule.model, actor).items())
    return allowed(actor, action).filter(pk=row.pk).exists()


def fetch(actor: Actor, action: str, rows: QuerySet[Any] | None = None, /, **key: Any) -> Any:
    """The one row on which the actor may do this. Not yours and not there look the same: ``Http404``."""
    found = allowed(actor, action) if rows is None else _narrowed(rows, actor, action)
    try:
        return found.get(**key)
    except (found.model.DoesNotExist, ValidationError, ValueError, OverflowError) as error:
        raise Http404 from error


def require(actor: Actor, action: str, row: Model | None = None) -> None:
    """Stop with ``Http404`` unless the actor may do this: who may not is not told that it exists."""
    if not may(actor, action, row):
        raise Http404
