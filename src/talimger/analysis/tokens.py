"""Addresses that know whose they are: after everything is deleted, its owner is told so, and everybody else finds nothing."""

from __future__ import annotations

import secrets

from django.utils.crypto import constant_time_compare, salted_hmac

from talimger.kernel.policies import Actor

_RANDOM, _MARK = 32, 32


def new_token(actor: Actor) -> str:
    """64 hexadecimal digits that nobody can guess, half of them the mark of this person in this programme."""
    random = secrets.token_hex(_RANDOM // 2)
    return random + _mark(random, actor)


def is_token_of(actor: Actor, token: str) -> bool:
    """Whether a token was made for this person in this programme, though no row may say so any more."""
    return len(token) == _RANDOM + _MARK and constant_time_compare(token[_RANDOM:], _mark(token[:_RANDOM], actor))


def _mark(random: str, actor: Actor) -> str:
    digest: str = salted_hmac("talimger.analysis.tokens", f"{random}:{actor.user_id}:{actor.programme_id}", algorithm="sha256").hexdigest()
    return digest[:_MARK]
