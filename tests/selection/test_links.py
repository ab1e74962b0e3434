"""Personal links: each opens its own door, and only that one."""

from __future__ import annotations

import pytest
from django.utils import timezone

from talimger.selection.links import (
    BadLinkError,
    ReplacedLinkError,
    ensure_candidate_link,
    find_application,
    find_link,
    fresh_nonce,
    link_of,
    resume_token_of,
    token_of,
)
from talimger.selection.models import PersonalLink
from tests.factories.applying import begin, open_call
from tests.factories.selection import Scene

pytestmark = pytest.mark.django_db


def test_a_link_leads_to_its_own_candidate_and_a_changed_one_to_nobody(scene: Scene) -> None:
    link = ensure_candidate_link(scene.candidate(), now=timezone.now())
    assert find_link(token_of(link)) == link
    assert link_of(link).endswith(f"/me/{token_of(link)}/")
    for token in (token_of(link)[:-1], token_of(link) + "x", "nothing", "", "a.b.c"):
        with pytest.raises(BadLinkError):
            find_link(token)


def test_a_candidate_has_one_link(scene: Scene) -> None:
    candidate, now = scene.candidate(), timezone.now()
    assert ensure_candidate_link(candidate, now=now) == ensure_candidate_link(candidate, now=now)
    assert PersonalLink.objects.count() == 1


def test_a_renewed_or_withdrawn_link_is_dead(scene: Scene) -> None:
    link = ensure_candidate_link(scene.candidate(), now=timezone.now())
    old = token_of(link)
    link.nonce = fresh_nonce()
    link.save()
    with pytest.raises(ReplacedLinkError):
        find_link(old)
    link.withdrawn_at = timezone.now()
    link.save()
    with pytest.raises(ReplacedLinkError):
        find_link(token_of(link))


def test_the_link_of_one_purpose_does_not_fit_another(scene: Scene) -> None:
    call = open_call(scene.intake)
    link = ensure_candidate_link(scene.candidate(), now=timezone.now())
    with pytest.raises(BadLinkError):
        find_link(token_of(link), PersonalLink.Purpose.TRAINER)
    with pytest.raises(BadLinkError):
        find_application(token_of(link))
    with pytest.raises(BadLinkError):
        find_link(resume_token_of(begin(call)))
