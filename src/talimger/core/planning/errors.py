"""What planning says when there is no plan, or when one breaks a rule: codes with numbers, for the interface to put into words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Violation:
    """A rule that a plan breaks. ``code`` is stable, ``fields`` fill the sentence in any language."""

    code: str
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Reason:
    """Why something cannot be planned, or stays unfilled. ``code`` is stable, ``fields`` fill the sentence in any language."""

    code: str
    fields: Mapping[str, Any] = field(default_factory=dict)


class PlanningError(ValueError):
    """There is no plan. ``reasons`` say why, each by itself.

    ``code`` is one of ``invalid`` (the problem names what it does not hold), ``infeasible`` (proved: no plan keeps all rules) and
    ``no_plan_in_time`` (nothing was found, nothing was proved).
    """

    def __init__(self, code: str, reasons: tuple[Reason, ...] = ()) -> None:
        super().__init__(", ".join((code, *(reason.code for reason in reasons))))
        self.code = code
        self.reasons = reasons
