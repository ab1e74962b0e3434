"""Published is immutable; a draft is changed, compared, published or discarded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from talimger.framework import commands, queries
from talimger.framework.commands import NameTexts, VersionTexts, token_of
from talimger.framework.content import ItemContent
from talimger.framework.differences import differences
from talimger.framework.models import Competency, FrameworkVersion, Indicator, MatrixCell, Method, Term
from talimger.kernel.errors import DomainError, StaleWriteError
from talimger.kernel.languages import LocalisedText
from talimger.kernel.policies import Actor
from tests.factories.framework import publish_default

pytestmark = pytest.mark.django_db
WORDS = LocalisedText("Слова", "Сөздер", "Words")


def _attempts(actor: Actor, version: FrameworkVersion) -> dict[str, Callable[[], object]]:
    competency, indicator = version.competencies.all()[0], Indicator.objects.filter(competency__version=version)[0]
    method, cell, term = version.methods.all()[0], version.cells.all()[0], version.terms.all()[0]
    names = NameTexts(WORDS, WORDS)
    return {
        "edit_version": lambda: commands.edit_version(actor=actor, version=version, texts=VersionTexts(WORDS), seen=""),
        "rename_competency": lambda: commands.rename_competency(actor=actor, competency=competency, texts=names, seen=""),
        "rename_method": lambda: commands.rename_method(actor=actor, method=method, texts=names, seen=""),
        "rename_term": lambda: commands.rename_term(actor=actor, term=term, texts=names, seen=""),
        "edit_indicator": lambda: commands.edit_indicator(
            actor=actor, indicator=indicator, texts=replace(queries.indicator_content(indicator), name=WORDS), seen=""
        ),
        "add_indicator": lambda: commands.add_indicator(actor=actor, competency=competency, code="I.9", name=WORDS),
        "remove_indicator": lambda: commands.remove_indicator(actor=actor, indicator=indicator),
        "change_matrix": lambda: commands.change_matrix(actor=actor, version=version, places=[], reason="", seen=""),
        "choose_rating_items": lambda: commands.choose_rating_items(actor=actor, cell=cell, items=[], seen=""),
        "publish_draft": lambda: commands.publish_draft(actor=actor, version=version),
        "discard_draft": lambda: commands.discard_draft(actor=actor, version=version),
    }


@pytest.mark.parametrize("name", [
    "edit_version", "rename_competency", "rename_method", "rename_term", "edit_indicator", "add_indicator", "remove_indicator",
    "change_matrix", "choose_rating_items", "publish_draft", "discard_draft",
])  # fmt: skip
def test_a_published_version_refuses_every_change(actor: Actor, published: FrameworkVersion, name: str) -> None:
    before = queries.content_of(published)
    with pytest.raises(DomainError):
        _attempts(actor, published)[name]()
    assert queries.content_of(queries.current_version()) == before  # type: ignore[arg-type]  # it is there


def test_there_is_one_draft_at_a_time_and_it_starts_as_a_copy(actor: Actor, published: FrameworkVersion) -> None:
    draft = commands.start_draft(actor=actor)
    assert (draft.number, draft.based_on) == (2, published)
    assert queries.content_of(draft) == queries.content_of(published)
    with pytest.raises(DomainError):
        commands.start_draft(actor=actor)


def test_there_is_nothing_to_draft_without_a_framework(actor: Actor) -> None:
    with pytest.raises(DomainError):
        commands.start_draft(actor=actor)


def test_a_draft_that_changes_nothing_or_lacks_something_is_not_published(actor: Actor, draft: FrameworkVersion) -> None:
    with pytest.raises(DomainError):
        commands.publish_draft(actor=actor, version=draft)
    added = commands.add_indicator(actor=actor, competency=draft.competencies.all()[0], code="I.9", name=WORDS)
    with pytest.raises(DomainError):
        commands.publish_draft(actor=actor, version=draft)
    commands.remove_indicator(actor=actor, indicator=added)
    with pytest.raises(DomainError):
        commands.publish_draft(actor=actor, version=draft)


def test_a_changed_draft_is_published_and_the_old_version_stays_as_it_was(actor: Actor, draft: FrameworkVersion) -> None:
    old = draft.based_on
    assert old is not None
    before = queries.content_of(old)
    competency = draft.competencies.all()[0]
    commands.rename_competency(actor=actor, competency=competency, texts=NameTexts(WORDS), seen=token_of(NameTexts.of(competency)))
    assert [change.what for change in differences(before, queries.content_of(draft))] == [
        differences(before, queries.content_of(draft))[0].what
    ]
    version = commands.publish_draft(actor=actor, version=draft)
    assert queries.current_version() == version
    assert queries.content_of(FrameworkVersion.objects.get(pk=old.pk)) == before
    assert queries.changed_after_publishing() == []


def test_a_discarded_draft_leaves_the_published_one(actor: Actor, draft: FrameworkVersion) -> None:
    commands.discard_draft(actor=actor, version=draft)
    assert queries.draft_version() is None
    assert queries.current_version() == draft.based_on


def test_a_page_that_is_out_of_date_overwrites_nothing(actor: Actor, draft: FrameworkVersion) -> None:
    term = draft.terms.all()[0]
    seen = token_of(NameTexts.of(term))
    commands.rename_term(actor=actor, term=term, texts=NameTexts(WORDS), seen=seen)
    with pytest.raises(StaleWriteError):
        commands.rename_term(actor=actor, term=term, texts=NameTexts(LocalisedText("Иначе")), seen=seen)
    # The same words twice are no conflict: the first click did it.
    commands.rename_term(actor=actor, term=term, texts=NameTexts(WORDS), seen=seen)
    assert Term.objects.get(pk=term.pk).name == WORDS


def test_an_indicator_that_goes_takes_its_items_and_leaves_no_cell_without_a_score(actor: Actor, draft: FrameworkVersion) -> None:
    indicator = Indicator.objects.get(competency__version=draft, code="II.1")
    commands.remove_indicator(actor=actor, indicator=indicator)
    cell = MatrixCell.objects.get(version=draft, method__code="visual_planning")
    assert [item.indicator for item in cell.rating_items.all()] == [None]
    for code in ("II.2",):
        commands.remove_indicator(actor=actor, indicator=Indicator.objects.get(competency__version=draft, code=code))
    with pytest.raises(DomainError):
        commands.remove_indicator(actor=actor, indicator=Indicator.objects.get(competency__version=draft, code="II.3"))


@pytest.mark.parametrize("code", ["I.1", "с пробелом", "", "x" * 11])
def test_a_new_indicator_needs_a_code_of_its_own(actor: Actor, draft: FrameworkVersion, code: str) -> None:
    with pytest.raises(DomainError):
        commands.add_indicator(actor=actor, competency=draft.competencies.all()[0], code=code, name=WORDS)


@pytest.mark.parametrize(("name", "target"), [(LocalisedText(), ""), (LocalisedText("д" * 500), ""), (WORDS, "excellent")])
def test_an_indicator_needs_words_that_fit_and_a_known_target(
    actor: Actor, draft: FrameworkVersion, name: LocalisedText, target: str
) -> None:
    with pytest.raises(DomainError):
        commands.add_indicator(actor=actor, competency=draft.competencies.all()[0], code="I.9", name=name, target=target)


def test_a_new_cell_needs_a_reason_and_scores_the_competency_as_a_whole(actor: Actor, draft: FrameworkVersion) -> None:
    places = list(queries.places_of(draft))
    seen = token_of(tuple(places))
    facilitation = Method.objects.get(version=draft, code="facilitation")
    fifth = Competency.objects.get(version=draft, code="V")
    wanted = [*places, (facilitation.pk, fifth.pk)]
    with pytest.raises(DomainError):
        commands.change_matrix(actor=actor, version=draft, places=wanted, reason=" ", seen=seen)
    with pytest.raises(DomainError):
        commands.change_matrix(actor=actor, version=draft, places=[*places, (facilitation.pk, 0)], reason="Проверим", seen=seen)
    commands.change_matrix(actor=actor, version=draft, places=wanted, reason="Проверим V.3 в деле", seen=seen)
    cell = MatrixCell.objects.get(method=facilitation, competency=fifth)
    assert [item.code for item in cell.rating_items.all()] == ["V"]
    with pytest.raises(StaleWriteError):
        commands.change_matrix(actor=actor, version=draft, places=[], reason="", seen=seen)


def test_what_is_scored_in_a_cell_is_chosen_from_its_competency(actor: Actor, draft: FrameworkVersion) -> None:
    cell = MatrixCell.objects.select_related("competency", "method").get(version=draft, method__code="written")
    seen = token_of(queries.items_of_cell(cell))
    for wrong in ([], [ItemContent("II", "II.1")]):
        with pytest.raises(DomainError):
            commands.choose_rating_items(actor=actor, cell=cell, items=wrong, seen=seen)
    commands.choose_rating_items(actor=actor, cell=cell, items=[ItemContent("I", "I.4"), ItemContent("I")], seen=seen)
    assert {item.code for item in cell.rating_items.all()} == {"I", "I.4"}
    with pytest.raises(StaleWriteError):
        commands.choose_rating_items(actor=actor, cell=cell, items=[ItemContent("I")], seen=seen)


def test_a_file_with_problems_is_refused_and_the_same_file_twice_is_one_version(actor: Actor, published: FrameworkVersion) -> None:
    with pytest.raises(DomainError):
        commands.load_framework(actor=actor, source=b"framework: {code: x}", publish=True)
    assert publish_default(actor) == published
    assert FrameworkVersion.objects.count() == 1
