"""What a person changes about themselves."""

from __future__ import annotations

from talimger.kernel.commands import command
from talimger.kernel.errors import DomainError
from talimger.kernel.policies import Actor, fetch
from talimger.people.commands._rows import name_of, save_row
from talimger.people.models import User
from talimger.people.queries import account_values
from talimger.people.versions import check_version
from talimger.shell.spreadsheets import parse_phone


@command("people.account.edit")
def update_my_settings(*, actor: Actor, full_name: str, language: str, phone: str, version: str) -> User:
    """Change one's own name, language and telephone if they still are what the page had shown."""
    person: User = fetch(actor, "people.account.edit", User.objects.select_for_update(), pk=actor.user_id)
    check_version(version, account_values(person))
    person.full_name, person.language, person.phone = name_of(full_name), language, _number(phone)
    save_row(person)
    return person


def _number(phone: str) -> str:
    if not phone.strip():
        return ""
    try:
        return parse_phone(phone)
    except DomainError as error:
        error.field = "phone"
        raise
