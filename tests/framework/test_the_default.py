"""The framework that the product ships: complete in three languages, and what its own matrix says about its weak spots."""

from __future__ import annotations

import pytest
from django.utils import translation

from talimger.framework import queries
from talimger.framework.models import Anchor, FrameworkVersion, Indicator, MatrixCell, Method, RatingItem, Term
from talimger.framework.weak_spots import Weakness, finding
from talimger.framework.yaml_format import digest_of, read_framework, write_framework
from talimger.people.models import Programme
from tests.factories.framework import default_source

pytestmark = pytest.mark.django_db


def test_it_holds_the_programmes_competencies_indicators_methods_and_cells(published: FrameworkVersion) -> None:
    assert [row.code for row in published.competencies.all()] == ["I", "II", "III", "IV", "V"]
    assert Indicator.objects.count() == 18
    assert Method.objects.count() == 9
    assert MatrixCell.objects.count() == 22
    assert MatrixCell.objects.filter(method__applies=Method.Applies.EVERYONE).count() == 17
    assert RatingItem.objects.count() == 24
    assert Term.objects.count() == 5 + 3 + 4 + 3


def test_every_indicator_has_anchors_for_levels_1_3_and_5_in_three_languages(published: FrameworkVersion) -> None:
    anchors = list(Anchor.objects.all())
    assert len(anchors) == 54
    assert not [anchor for anchor in anchors if anchor.text.missing()]
    assert len({anchor.text for anchor in anchors}) == 54


def test_a_rating_item_belongs_to_a_cell_and_to_its_competencys_indicators(published: FrameworkVersion) -> None:
    for item in RatingItem.objects.select_related("cell__competency", "indicator__competency", "part__indicator"):
        assert item.indicator is None or item.indicator.competency == item.cell.competency
        assert item.part is None or item.part.indicator == item.indicator


def test_exported_and_read_again_it_is_the_same_to_the_byte(published: FrameworkVersion) -> None:
    content = queries.content_of(published)
    text = write_framework(content)
    again = read_framework(text).content
    assert again is not None
    assert write_framework(again) == write_framework(content) == text
    assert published.digest == digest_of(content)


def test_the_weak_spots_are_those_of_the_matrix(published: FrameworkVersion) -> None:
    with translation.override("en"):
        spots = {spot.kind: spot for spot in queries.weak_spots(published)}
        assert "III, IV and V" in spots[Weakness.NO_EXERCISE].title
        assert "IV and V" in spots[Weakness.FEW_METHODS].title
        assert finding(queries.content_of(published)).startswith("Three competencies have no exercise")


def test_a_sheet_asks_for_the_items_of_its_method_with_their_anchors(
    published: FrameworkVersion, django_assert_num_queries: object
) -> None:
    facilitation, interview = Method.objects.get(code="facilitation"), Method.objects.get(code="senior_interview")
    with django_assert_num_queries(3):  # type: ignore[operator]  # pytest-django's fixture
        items = queries.items_of_method(facilitation.pk)
    assert [item.code for item in items] == ["I.1", "I.2 oral", "I.3"]
    assert [len(item.prompts) for item in items] == [1, 1, 1]
    assert set(items[0].prompts[0].anchors) == {1, 3, 5}
    whole = queries.items_of_method(interview.pk)
    assert [item.code for item in whole] == ["I", "II", "III", "IV", "V"]
    assert [len(item.prompts) for item in whole] == [4, 3, 4, 4, 3]
    assert queries.items_of_version(published.pk)[interview.pk] == whole


def test_a_row_changed_behind_the_commands_is_noticed(published: FrameworkVersion) -> None:
    assert queries.changed_after_publishing() == []
    Anchor.objects.filter(level=1).first().delete()  # type: ignore[union-attr]  # there are 18
    assert queries.changed_after_publishing() == [published]


def test_no_version_no_findings(programme: Programme) -> None:
    assert queries.current_version() is None
    assert queries.draft_version() is None
    assert default_source()
