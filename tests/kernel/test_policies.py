"""Rules written once: a list and an object never disagree, and nothing is allowed that no table names."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

import pytest
from django.contrib.admin.utils import lookup_spawns_duplicates
from django.db.models import Q
from django.http import Http404
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from talimger.kernel import policies
from talimger.kernel.models import FileRecord, OutboxMail
from talimger.kernel.outbox import queue_mail
from talimger.kernel.policies import (
    EVERYTHING,
    NOTHING,
    Actor,
    Condition,
    all_rules,
    allowed,
    anyone,
    both,
    either,
    fetch,
    held,
    may,
    policy_table,
    require,
    rule_for,
    system_actor,
)
from talimger.people.models import Organisation, Programme
from talimger.people.roles import Role
from tests.factories.people import actor_of, make_organisation, make_person

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 24, 9, 0, tzinfo=dt.UTC)
KINDS = ("ngo", "school", "sponsor")


@pytest.fixture(autouse=True)
def own_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rules of these tests do not stay in the house's table."""
    monkeypatch.setattr(policies._registry, "rules", dict(policies._registry.rules))


def actor_with(programme: Programme, *roles: str) -> Actor:
    return Actor(user_id=1, programme_id=programme.pk, roles=frozenset(roles), now=NOW)


def of_kind(kind: str) -> Condition:
    return lambda actor: Q(kind=kind)


@pytest.fixture
def organisations(programme: Programme, other_programme: Programme) -> list[Organisation]:
    for kind in KINDS:
        make_organisation(other_programme, kind=kind)
    return [make_organisation(programme, kind=kind) for kind in KINDS]


# ── the algebra, held against plain sets ──

Meaning = Callable[[frozenset[str]], set[str]]
Tree = tuple[Condition, Meaning]


def _held(roles: tuple[str, ...]) -> Tree:
    return held(*roles), lambda mine: set(KINDS) if mine & set(roles) else set()


def _of_kind(kind: str) -> Tree:
    return of_kind(kind), lambda mine: {kind}


def _either(parts: list[Tree]) -> Tree:
    return either(*(part for part, _ in parts)), lambda mine: set().union(*(meaning(mine) for _, meaning in parts))


def _both(parts: list[Tree]) -> Tree:
    return both(*(part for part, _ in parts)), lambda mine: set(KINDS).intersection(*(meaning(mine) for _, meaning in parts))


ROLES = st.sampled_from(["officer", "assessor", "mentor"])
LEAVES = st.one_of(
    st.lists(ROLES, max_size=2).map(lambda roles: _held(tuple(roles))),
    st.sampled_from(KINDS).map(_of_kind),
    st.just((anyone, lambda mine: set(KINDS) if mine else set())),
)
TREES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, min_size=1, max_size=3).flatmap(lambda parts: st.sampled_from([_either(parts), _both(parts)]))
)


@given(tree=TREES, roles=st.frozensets(ROLES))
def test_list_and_object_never_disagree_whatever_the_rule(
    tree: Tree, roles: frozenset[str], programme: Programme, organisations: list[Organisation]
) -> None:
    condition, meaning = tree
    policies._registry.rules.pop("test.tree", None)
    policy_table(("test.tree", "people.Organisation", condition))
    actor = actor_with(programme, *roles)
    listed = set(allowed(actor, "test.tree"))
    assert {row.kind for row in listed} == meaning(roles)
    assert {row for row in organisations if may(actor, "test.tree", row)} == listed
    assert may(actor, "test.tree") == bool(listed)


def test_rules_of_roles_alone_are_answered_without_a_query(
    programme: Programme, organisations: list[Organisation], django_assert_num_queries: Callable[[int], Iterator[None]]
) -> None:
    policy_table(("test.office", "people.Organisation", both(held("officer", "coordinator"), anyone)))
    with django_assert_num_queries(0):
        assert may(actor_with(programme, "officer"), "test.office")
        assert may(actor_with(programme, "officer"), "test.office", organisations[0])
        assert not may(actor_with(programme, "mentor"), "test.office", organisations[0])
        assert not may(actor_with(programme), "test.office")


def test_simple_rules_stay_simple_conditions(programme: Programme) -> None:
    officer = actor_with(programme, "officer")
    assert either(held("mentor"), of_kind("ngo"))(officer) == Q(kind="ngo")
    assert either(of_kind("ngo"), held("officer"))(officer) == EVERYTHING
    assert either(held("mentor"), held("analyst"))(officer) == NOTHING
    assert both(held("officer"), of_kind("ngo"))(officer) == Q(kind="ngo")
    assert both(of_kind("ngo"), held("mentor"))(officer) == NOTHING
    assert both(held("officer"), anyone)(officer) == EVERYTHING


# ── the wall around a programme ──


def test_nobody_is_allowed_anything_on_another_programmes_rows(programme: Programme, other_programme: Programme) -> None:
    policy_table(("test.all", "people.Organisation", anyone), ("test.programme", "people.Programme", anyone))
    officer = actor_with(programme, "officer")
    foreign = make_organisation(other_programme)
    assert list(allowed(officer, "test.all")) == []
    assert not may(officer, "test.all", foreign)
    assert list(allowed(officer, "test.programme")) == [programme]
    assert may(officer, "test.programme", programme)
    assert not may(officer, "test.programme", other_programme)
    with pytest.raises(Http404):
        fetch(officer, "test.programme", pk=other_programme.pk)


def test_tables_that_no_scope_protects_have_the_wall_too(programme: Programme, other_programme: Programme) -> None:
    policy_table(("test.mail", "kernel.OutboxMail", held("officer")))
    words = {"purpose": "letter", "to_email": "a@example.test", "subject": "s", "body": "b", "language": "ru", "now": NOW}
    own, foreign, nobodys = (queue_mail(programme_id=pk, **words) for pk in (programme.pk, other_programme.pk, None))  # type: ignore[arg-type]
    officer = actor_with(programme, "officer")
    assert list(allowed(officer, "test.mail")) == [own]
    assert [may(officer, "test.mail", row) for row in (own, foreign, nobodys)] == [True, False, False]
    system = system_actor(programme_id=programme.pk, now=NOW)
    assert list(allowed(system, "test.mail")) == [own]
    everywhere = system_actor(programme_id=None, now=NOW)
    assert set(allowed(everywhere, "test.mail")) == {own, foreign, nobodys}
    assert may(everywhere, "test.mail", foreign)


def test_an_actor_whose_programme_is_not_the_one_in_scope_finds_nothing(programme: Programme, other_programme: Programme) -> None:
    policy_table(("test.all", "people.Organisation", anyone))
    make_organisation(programme)
    assert not allowed(actor_with(other_programme, "officer"), "test.all").exists()


# ── fetch and require ──


def test_not_yours_and_not_there_look_the_same(programme: Programme, other_programme: Programme) -> None:
    policy_table(("test.ngo", "people.Organisation", of_kind("ngo")), ("test.file", "kernel.FileRecord", anyone))
    actor = actor_with(programme, "mentor")
    own, school, foreign = make_organisation(programme), make_organisation(programme, kind="school"), make_organisation(other_programme)
    assert fetch(actor, "test.ngo", pk=own.pk) == own
    assert fetch(actor, "test.ngo", Organisation.objects.select_related("programme"), pk=own.pk) == own
    for key in (school.pk, foreign.pk, 10**6, 10**30, "seven"):
        with pytest.raises(Http404):
            fetch(actor, "test.ngo", pk=key)
    with pytest.raises(Http404):
        fetch(actor, "test.ngo", Organisation.objects.all(), pk=school.pk)
    with pytest.raises(Http404):
        fetch(actor, "test.file", public_id="not-a-uuid")
    assert not FileRecord.objects.exists()


def test_require_stops_with_404(programme: Programme) -> None:
    policy_table(("test.office", "people.Organisation", held("officer")))
    row = make_organisation(programme)
    require(actor_with(programme, "officer"), "test.office", row)
    with pytest.raises(Http404):
        require(actor_with(programme, "mentor"), "test.office", row)
    with pytest.raises(Http404):
        require(actor_with(programme, "mentor"), "test.office")


def test_asking_about_a_row_of_another_kind_is_a_mistake_in_the_code(programme: Programme) -> None:
    policy_table(("test.office", "people.Organisation", held("officer")))
    with pytest.raises(TypeError, match=r"people\.Organisation"):
        may(actor_with(programme, "officer"), "test.office", programme)


# ── the table ──


def test_an_action_that_no_table_names_is_a_mistake_in_the_code(programme: Programme) -> None:
    with pytest.raises(KeyError):
        may(actor_with(programme, "officer"), "test.unknown")


def test_an_action_is_named_once_in_the_house() -> None:
    policy_table(("test.once", "people.Organisation", anyone))
    with pytest.raises(ValueError, match=r"test\.once"):
        policy_table(("test.once", "people.Organisation", held("officer")))
    assert all_rules()["test.once"] == rule_for("test.once")


def test_every_rule_of_the_house_names_a_table_and_an_action_of_its_room() -> None:
    for action, rule in all_rules().items():
        assert rule.model is not None
        assert action.count(".") >= 1, action


def test_no_rule_of_the_house_can_list_a_row_twice(programme: Programme) -> None:
    """A condition over many rows of another table would: ``pk__in`` or ``Exists`` does not."""

    def paths(condition: Q) -> Iterator[str]:
        for child in condition.children:
            if isinstance(child, Q):
                yield from paths(child)
            elif isinstance(child, tuple):
                yield child[0]

    person = make_person(programme, *Role.values)
    actors = [actor_of(person, programme), *(actor_with(programme, role) for role in Role.values)]
    for action, rule in all_rules().items():
        for actor in actors:
            for path in paths(rule.condition(actor)):
                assert not lookup_spawns_duplicates(rule.model._meta, path), f"{action}: {path}"


def test_every_rule_of_the_house_can_be_asked_by_every_role(programme: Programme) -> None:
    for action in all_rules():
        for role in Role.values:
            person = make_person(programme, role)
            assert allowed(actor_of(person, programme), action).count() >= 0


# ── who acts ──


def test_actor_outside_any_programme_has_no_key(programme: Programme) -> None:
    assert actor_with(programme).programme_key == programme.pk
    with pytest.raises(ValueError, match="outside any programme"):
        _ = system_actor(programme_id=None, now=NOW).programme_key


def test_the_system_may_do_everything_within_its_programme(programme: Programme, organisations: list[Organisation]) -> None:
    policy_table(("test.nobody", "people.Organisation", held()))
    system = system_actor(programme_id=programme.pk, now=timezone.now())
    assert set(allowed(system, "test.nobody")) == set(organisations)
    assert all(may(system, "test.nobody", row) for row in organisations)
    assert not system.holds("officer")
    assert OutboxMail.objects.count() == 0
