"""An empty installation: its one-time address, what higher rooms add to a new programme, a name's address."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.urls import reverse

from talimger.kernel.languages import fold
from talimger.kernel.policies import Actor
from talimger.people.models import Programme

_signer = signing.Signer(salt="people.setup", sep=".")
_WORD = "setup"


@dataclass(frozen=True)
class NewProgrammeOptions:
    """What a new programme was asked to start with. Without a framework of its own it gets the default one."""

    framework_yaml: bytes | None = None


NewProgrammeCallback = Callable[[Programme, Actor, NewProgrammeOptions], None]
_callbacks: list[NewProgrammeCallback] = []


def on_new_programme(callback: NewProgrammeCallback) -> None:
    """Have ``callback`` add its part to every new programme: in the same transaction, inside the programme's scope.

    A ``DomainError`` from it undoes everything and is shown on the step of the framework. Rooms call this in ``ready``.
    """
    if callback not in _callbacks:
        _callbacks.append(callback)


def equip(programme: Programme, actor: Actor, options: NewProgrammeOptions) -> None:
    """Let every room add its part."""
    for callback in _callbacks:
        callback(programme, actor, options)


def is_needed() -> bool:
    """Whether this installation has no programme yet: only then the set-up pages exist."""
    return not Programme.objects.exists()


def setup_token() -> str:
    return _signer.sign(_WORD)


def setup_url() -> str:
    """The address that the console shows to whoever installs: it carries the installation's own signature."""
    path = reverse("setup", kwargs={"token": setup_token()})
    return f"{settings.BASE_URL}{path}"


def opens(token: str) -> bool:
    """Whether this is the signature that the console has shown."""
    try:
        return _signer.unsign(token) == _WORD
    except signing.BadSignature:
        return False


def slug_for(name: str) -> str:
    """A programme's address made from its name: "Самғау 2026" gives "samgau-2026"."""
    return re.sub(r"[^a-z0-9]+", "-", fold(name)).strip("-")[:40].strip("-")
