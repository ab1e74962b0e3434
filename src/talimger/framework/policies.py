"""Who may read and change the framework."""

from django.db.models import Q

from talimger.framework.models import FrameworkVersion
from talimger.kernel.policies import NOTHING, Actor, anyone, both, either, held, policy_table
from talimger.people.roles import OFFICE, Role

# Whose uploads wait for a second look before they become a draft.
UPLOAD_PURPOSE = "framework"


def published(actor: Actor) -> Q:
    """What everybody works by; a draft is for those who write it and those who help them."""
    return Q(state=FrameworkVersion.State.PUBLISHED)


def own_upload(actor: Actor) -> Q:
    """A framework that this person has uploaded and not yet taken over."""
    return Q(purpose=UPLOAD_PURPOSE, created_by=actor.user_id) if actor.user_id else NOTHING


_editors = held(Role.OFFICER, Role.ADMINISTRATOR)
_readers_of_drafts = held(*OFFICE, Role.ADMINISTRATOR)
_visible = either(_readers_of_drafts, both(anyone, published))

POLICIES = policy_table(
    ("framework.view", "framework.FrameworkVersion", _visible),
    ("framework.review", "framework.FrameworkVersion", both(held(*OFFICE, Role.ADMINISTRATOR, Role.ANALYST), _visible)),
    ("framework.edit", "framework.FrameworkVersion", _editors),
    ("framework.publish", "framework.FrameworkVersion", _editors),
    ("framework.import", "people.Programme", _editors),
    ("framework.import.preview", "kernel.FileRecord", both(_editors, own_upload)),
    ("framework.export", "framework.FrameworkVersion", both(held(*OFFICE, Role.ADMINISTRATOR, Role.ANALYST), _visible)),
)
