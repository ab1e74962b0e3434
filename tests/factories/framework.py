"""A programme's framework: the shipped one, published, unless a test asks for another."""

from __future__ import annotations

from talimger.framework import commands
from talimger.framework.models import FrameworkVersion
from talimger.kernel.policies import Actor


def default_source() -> bytes:
    """The file of the framework that a programme starts with."""
    return commands.DEFAULT_FRAMEWORK.read_bytes()


def publish_default(actor: Actor) -> FrameworkVersion:
    """The shipped framework as a published version. Call it within the programme's scope."""
    return commands.load_framework(actor=actor, source=default_source(), publish=True)


def make_draft(actor: Actor) -> FrameworkVersion:
    """A draft that starts from the shipped framework, published before unless the programme has one."""
    if not FrameworkVersion.objects.exists():
        publish_default(actor)
    return commands.start_draft(actor=actor)
