"""The life of a draft: copied from what is published, published in its turn, or discarded."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from talimger.framework.commands.versions import locked_draft, mark_published, new_version
from talimger.framework.gaps import find_gaps
from talimger.framework.models import FrameworkVersion
from talimger.framework.queries import content_of, current_version, languages_of
from talimger.framework.yaml_format import digest_of
from talimger.kernel.commands import command
from talimger.kernel.errors import DomainError
from talimger.kernel.policies import Actor


@command("framework.draft.start")
def start_draft(*, actor: Actor) -> FrameworkVersion:
    """Copy the latest published version as a draft. One draft at a time."""
    published = current_version()
    if published is None:
        raise DomainError(_("There is nothing to change yet. Load a framework first."), code="empty")
    return new_version(actor=actor, content=content_of(published), based_on=published, publish=False)


@command("framework.publish")
def publish_draft(*, actor: Actor, version: FrameworkVersion) -> FrameworkVersion:
    """Make the draft the framework from now on, for ever. It must be complete, and differ from what is published."""
    draft = locked_draft(version.pk)
    content = content_of(draft)
    gaps = find_gaps(content, languages_of(draft.programme))
    if gaps:
        words = ngettext(
            "Not complete yet: %(title)s, %(gap)s.",
            "Not complete yet, %(count)s things are missing. The first: %(title)s, %(gap)s.",
            len(gaps),
        )
        raise DomainError(words % {"count": len(gaps), "title": gaps[0].title, "gap": gaps[0].message}, code="incomplete")
    if draft.based_on is not None and draft.based_on.digest == digest_of(content):
        raise DomainError(_("Nothing has changed since version %(number)s.") % {"number": draft.based_on.number}, code="unchanged")
    mark_published(actor=actor, version=draft, content=content)
    draft.save()
    return draft


@command("framework.draft.discard")
def discard_draft(*, actor: Actor, version: FrameworkVersion) -> None:
    """Throw the draft away with everything in it. Nothing refers to a draft, so nothing else is lost."""
    locked_draft(version.pk).delete()
