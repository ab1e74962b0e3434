"""Letters that could not be delivered."""

from __future__ import annotations

from django.utils.translation import gettext as _

from talimger.kernel.commands import command
from talimger.kernel.errors import DomainError
from talimger.kernel.models import OutboxMail
from talimger.kernel.policies import Actor, fetch


@command("people.outbox.retry")
def retry_letter(*, actor: Actor, key: int) -> OutboxMail:
    """Let the worker try a letter again that it had given up. What was sent is never sent again."""
    letter: OutboxMail = fetch(actor, "people.outbox.retry", OutboxMail.objects.select_for_update(), pk=key)
    if letter.state != OutboxMail.State.FAILED:
        raise DomainError(_("Only a letter that was not delivered can be sent again."), code="not_failed")
    letter.state, letter.attempts, letter.next_attempt_at = OutboxMail.State.WAITING, 0, actor.now
    letter.save(update_fields=["state", "attempts", "next_attempt_at"])
    return letter
