"""The framework's pages: read by everybody, changed by the officer, with what was typed kept."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from talimger.framework import queries
from talimger.framework.models import Competency, FrameworkVersion, Indicator, MatrixCell, Method, RatingItem, Term
from talimger.people.models import Programme, User
from tests.factories.framework import default_source
from tests.factories.people import client_for, make_person

pytestmark = pytest.mark.django_db


def url(name: str, **keys: object) -> str:
    return reverse(f"framework:{name}", kwargs={"programme": "samgau", **keys})


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def upload(content: bytes, name: str = "framework.yaml") -> BytesIO:
    file = BytesIO(content)
    file.name = name
    return file


@pytest.fixture
def row(draft: FrameworkVersion) -> Indicator:
    return Indicator.objects.get(competency__version=draft, code="II.1")


def test_an_empty_programme_is_led_to_its_first_framework(office: Client, programme: Programme) -> None:
    page = office.get(url("overview"))
    assert "There is no competency framework yet" in text_of(page)
    assessor = client_for(make_person(programme, "assessor", language="en"))
    assert "Come back when selection begins" in text_of(assessor.get(url("overview")))
    assert office.post(url("load_default")).status_code == 303
    version = queries.current_version()
    assert version is not None
    assert office.post(url("load_default")).status_code == 303
    assert FrameworkVersion.objects.count() == 1
    assert "The UPSHIFT framework is published" in text_of(office.get(url("overview")))


def test_the_overview_names_the_weak_spots_and_everybody_reads_it(published: FrameworkVersion, programme: Programme) -> None:
    mentor = client_for(make_person(programme, "mentor", language="en"))
    office_page = text_of(client_for(make_person(programme, "coordinator", language="en")).get(url("overview")))
    assert "Three competencies have no exercise at all" in office_page
    page = text_of(mentor.get(url("overview")))
    assert "no exercise" not in page
    assert url("edit_version", version=published.pk) not in page
    competency = published.competencies.all()[0]
    assert "Seen in:" in text_of(mentor.get(url("competency", competency=competency.pk)))
    for method in published.methods.all():
        assert mentor.get(url("method", method=method.pk)).status_code == 200


@pytest.mark.parametrize("language", ["ru", "kk"])
def test_the_pages_speak_the_readers_language(published: FrameworkVersion, programme: Programme, language: str) -> None:
    officer = client_for(make_person(programme, "officer", language=language))
    page = text_of(officer.get(url("overview")))
    assert "no exercise" not in page
    assert f'lang="{language}"' in page


def test_a_draft_is_started_changed_compared_and_published(office: Client, published: FrameworkVersion, fill_in: Any) -> None:
    assert office.post(url("start_draft")).status_code == 303
    again = office.post(url("start_draft"))
    draft = queries.draft_version()
    assert draft is not None
    assert again["Location"] == url("version", version=draft.pk)
    answer = fill_in(url("edit_version", version=draft.pk), name_ru="Компетенции 2027", draft_languages=["kk"])
    assert answer.status_code == 303
    first = draft.competencies.all()[0]
    assert fill_in(url("rename_competency", competency=first.pk), name_ru="Общение").status_code == 303
    method = draft.methods.all()[0]
    assert fill_in(url("rename_method", method=method.pk), name_ru="Группа", short_name_ru="Группа").status_code == 303
    term = draft.terms.all()[0]
    assert fill_in(url("rename_term", term=term.pk), name_ru="Слово").status_code == 303
    page = text_of(office.get(url("version", version=draft.pk)))
    assert "The draft is complete" in page
    assert "things of version 1" in page
    changes = text_of(office.get(url("changes", version=draft.pk)))
    assert "Компетенции 2027" in changes
    assert "Общение" in changes
    assert office.get(url("export", version=draft.pk)).status_code == 200
    assert office.post(url("publish", version=draft.pk)).status_code == 303
    assert queries.current_version() == draft
    assert office.post(url("publish", version=draft.pk)).status_code == 303
    late = office.post(url("edit_version", version=draft.pk), {"name_ru": "Поздно"})
    assert late.status_code == 422
    assert "never changes" in text_of(late)
    assert "replaced" in text_of(office.get(url("versions")))
    assert "Version 2 differs from version 1" in text_of(office.get(url("changes", version=draft.pk) + f"?with={published.pk}"))


def test_a_draft_without_changes_is_not_published_and_can_be_discarded(office: Client, draft: FrameworkVersion) -> None:
    assert office.post(url("publish", version=draft.pk)).status_code == 303
    assert queries.draft_version() == draft
    assert "Nothing has changed since version 1" in text_of(office.get(url("version", version=draft.pk)))
    assert office.post(url("discard", version=draft.pk)).status_code == 303
    assert queries.draft_version() is None


def test_an_indicator_is_edited_in_three_languages_and_a_stale_page_shows_both(
    office: Client, row: Indicator, fill_in: Any, programme: Programme
) -> None:
    address = url("edit_indicator", indicator=row.pk)
    seen_by_another = client_for(make_person(programme, "administrator", language="en")).get(address).context["form"]
    assert fill_in(address, name_kk="Жоспарлау", target="strong").status_code == 303
    row.refresh_from_db()
    assert (row.name.kk, row.target) == ("Жоспарлау", "strong")
    late = fill_in(address, form=seen_by_another, name_kk="Басқаша")
    assert late.status_code in (409, 422)
    page = text_of(late)
    assert "Басқаша" in page
    assert "Жоспарлау" in page
    assert fill_in(address, form=late.context["form"]).status_code == 303
    row.refresh_from_db()
    assert row.name.kk == "Басқаша"


@pytest.mark.parametrize(
    "wrong", [{"name_ru": "", "name_kk": "", "name_en": ""}, {"name_ru": "д" * 999}, {"target": "excellent"}, {"name_ru": "\x00"}]
)
def test_what_does_not_fit_is_told_beside_what_was_typed(row: Indicator, fill_in: Any, wrong: dict[str, str]) -> None:
    answer = fill_in(url("edit_indicator", indicator=row.pk), **({"name_en": "Kept"} | wrong))
    assert answer.status_code == 422
    row.refresh_from_db()
    assert row.name.en != "Kept"


def test_an_indicator_is_added_and_taken_out(office: Client, row: Indicator, fill_in: Any) -> None:
    address = url("add_indicator", competency=row.competency_id)
    assert fill_in(address, code="II.1", name_ru="Ещё").status_code == 422
    answer = fill_in(address, code="II.9", name_ru="Ещё", name_kk="Тағы", name_en="More")
    added = Indicator.objects.get(competency=row.competency_id, code="II.9")
    assert answer["Location"] == url("edit_indicator", indicator=added.pk)
    draft = queries.draft_version()
    assert draft is not None
    assert "things are missing" in text_of(office.get(url("version", version=draft.pk)))
    for code in ("II.9", "II.3", "II.2"):
        key = Indicator.objects.get(competency=row.competency_id, code=code).pk
        assert office.post(url("remove_indicator", indicator=key)).status_code == 303
    assert office.post(url("remove_indicator", indicator=row.pk)).status_code == 303
    assert Indicator.objects.filter(pk=row.pk).exists()


def test_the_matrix_is_changed_with_a_reason_and_items_are_chosen(office: Client, draft: FrameworkVersion, fill_in: Any) -> None:
    method = Method.objects.get(version=draft, code="facilitation")
    fifth = Competency.objects.get(version=draft, code="V")
    address = url("edit_matrix", version=draft.pk)
    ticked = sorted(office.get(address).context["form"].ticked)
    assert fill_in(address, places=[*ticked, f"{method.pk}-{fifth.pk}"]).status_code == 422
    assert fill_in(address, places=[*ticked, f"{method.pk}-{fifth.pk}"], reason="V.3 в деле").status_code == 303
    cell = MatrixCell.objects.get(method=method, competency=fifth)
    address = url("choose_items", cell=cell.pk)
    offered = [value for value, _label in office.get(address).context["form"].fields["items"].choices]
    assert fill_in(address, items=[]).status_code == 422
    assert fill_in(address, items=offered[-1:]).status_code == 303
    assert RatingItem.objects.get(cell=cell).indicator is not None


def test_a_file_is_checked_shown_and_becomes_the_draft(office: Client, published: FrameworkVersion) -> None:
    wrong = default_source().replace(b"kind: exercise", b"kind: dance", 1)
    answer = office.post(url("import"), {"file": upload(wrong)})
    assert answer.status_code == 422
    assert "dance" in text_of(answer)
    assert office.post(url("import"), {"file": upload(b"")}).status_code == 422
    assert office.post(url("import"), {}).status_code == 422
    changed = default_source().replace("Фасилитация группы".encode(), "Группа".encode(), 1)
    answer = office.post(url("import"), {"file": upload(changed)})
    assert answer.status_code == 303
    preview = answer["Location"]
    assert "changes" in text_of(office.get(preview))
    first = office.post(preview)
    draft = queries.draft_version()
    assert draft is not None
    assert first["Location"] == url("version", version=draft.pk)
    assert office.post(preview)["Location"] == first["Location"]
    other = office.post(url("import"), {"file": upload(default_source().replace("Письмо".encode(), "Письма".encode()))})["Location"]
    assert office.post(other).status_code == 422
    assert FrameworkVersion.objects.count() == 2


def test_an_export_is_a_file_that_can_be_imported_again(office: Client, published: FrameworkVersion) -> None:
    answer = office.get(url("export", version=published.pk))
    assert "attachment" in answer["Content-Disposition"]
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    preview = office.post(url("import"), {"file": upload(content)})["Location"]
    assert "The file is the same as version 1" in text_of(office.get(preview))


def test_lists_cost_the_same_with_one_version_or_many(
    office: Client, published: FrameworkVersion, django_assert_max_num_queries: Any
) -> None:
    for address in (url("overview"), url("versions"), url("version", version=published.pk)):
        office.get(address)
        with django_assert_max_num_queries(25):
            assert office.get(address).status_code == 200
    assert Term.objects.filter(version=published).count() == 15


def test_nobody_without_the_role_edits(draft: FrameworkVersion, programme: Programme, officer: User) -> None:
    for role in ("coordinator", "assessor", "mentor", "analyst"):
        client = client_for(make_person(programme, role))
        assert client.post(url("publish", version=draft.pk)).status_code == 404
        assert client.get(url("edit_matrix", version=draft.pk)).status_code == 404
