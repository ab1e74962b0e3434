"""From a file to a version."""

from __future__ import annotations

from pathlib import Path

from django.utils.translation import ngettext

from talimger.framework.commands.versions import new_version
from talimger.framework.models import FrameworkVersion
from talimger.framework.queries import current_version, languages_of
from talimger.framework.yaml_format import Problem, digest_of, read_framework
from talimger.kernel.commands import command
from talimger.kernel.errors import DomainError
from talimger.kernel.policies import Actor
from talimger.people.models import Programme
from talimger.people.setup import NewProgrammeOptions

DEFAULT_FRAMEWORK = Path(__file__).resolve().parent.parent / "data" / "upshift-kz.yaml"


class FrameworkRefusedError(DomainError):
    """A file that is no framework. ``problems`` names everything that is wrong with it."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        words = ngettext("The file has one problem: %(first)s", "The file has %(count)s problems. The first one: %(first)s", len(problems))
        super().__init__(words % {"count": len(problems), "first": problems[0]}, code="problems", field="file")
        self.problems = problems


@command("framework.import")
def load_framework(*, actor: Actor, source: str | bytes, publish: bool) -> FrameworkVersion:
    """Make a version of a file: one that is published at once, or a draft that people look at first.

    What is in force already is not published again. Raises ``FrameworkRefusedError`` with every problem of the file, and
    ``DomainError`` when there is a draft already.
    """
    reading = read_framework(source, languages=languages_of(Programme.objects.get(pk=actor.programme_key)))
    if reading.content is None:
        raise FrameworkRefusedError(reading.problems)
    current = current_version()
    if publish and current is not None and current.digest == digest_of(reading.content):
        return current
    return new_version(actor=actor, content=reading.content, based_on=current, publish=publish)


def equip_programme(programme: Programme, actor: Actor, options: NewProgrammeOptions) -> None:
    """Give a new programme its framework: the one that it brings, else the one that comes with this software."""
    source = options.framework_yaml or DEFAULT_FRAMEWORK.read_bytes()
    load_framework(actor=actor, source=source, publish=True)
