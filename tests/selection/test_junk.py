"""Whatever is typed into an address or sent in a form: a clean page, a message, nothing half-written, never a crash."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from django.http import HttpResponse
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from talimger.kernel.models import OutboxMail
from talimger.selection.models import Candidate, Decision, Intake, Rating, RatingSheet
from tests.factories.people import client_for
from tests.factories.selection import Scene, items_of, make_candidate, make_import

pytestmark = pytest.mark.both_databases
FEW = settings(max_examples=15)
HUGE = ("9223372036854775808", "9" * 40, "0")
WEIRD = st.one_of(
    st.text(alphabet=st.characters(codec="utf-8"), max_size=20),
    st.sampled_from(
        (
            "",
            "\x00",
            "none",
            "1",
            "5",
            "6",
            "-1",
            "9" * 40,
            "9" * 5000,
            "²",
            "٣",
            "1e3",
            "2026-02-30",
            "0001-01-01",
            "9999-12-31",
            "x" * 3000,
        )
    ),
)


def test_a_number_that_no_row_has_is_not_found(scene: Scene, officer: Client) -> None:
    assessor = client_for(scene.assessors[0])
    base = "/p/samgau/selection"
    for key in HUGE:
        for page in ("intakes/{}/", "intakes/{}/board/", "intakes/{}/assign/", "intakes/{}/import/", "intakes/{}/ratings.csv"):
            assert officer.get(f"{base}/{page.format(key)}").status_code == 404
        for page in ("candidates/{}/decide/", "imports/{}/write/", "imports/{}/undo/", "sheets/{}/withdraw/"):
            assert officer.post(f"{base}/{page.format(key)}").status_code == 404
        for page in ("candidates/{}/", "imports/{}/"):
            assert officer.get(f"{base}/{page.format(key)}").status_code == 404
        assert assessor.get(f"{base}/sheets/{key}/").status_code == 404
        assert assessor.post(f"{base}/sheets/{key}/", {"revision": "0"}).status_code == 404
        assert assessor.post(f"{base}/sheets/{key}/conflict/").status_code == 404
    for address in ("sheets/-1/", "sheets/abc/", "candidates/1.5/", f"candidates/{'9' * 5000}/", "intakes/1/ratings.", "nothing/"):
        assert officer.get(f"{base}/{address}").status_code == 404


@pytest.mark.parametrize("page", ["0", "-1", "999", "abc", "", "1.5", "²", "9" * 5000, "\x00", "last"])
def test_a_page_that_is_none_leads_to_one_that_is(scene: Scene, officer: Client, page: str) -> None:
    make_candidate(scene.intake)
    for name in ("candidates", "board"):
        assert officer.get(scene.url(name), {"page": page}).status_code == 200
    scene.sheet(scene.candidate())
    assert client_for(scene.assessors[0]).get(scene.url("queue"), {"page": page, "state": page}).status_code == 200


@pytest.mark.parametrize("words", ["\x00", "а\x00б", "%", "_", "'", '"; DROP TABLE', "a " * 3000, "я" * 3000, "\ud7ff", "\u202e", "🦉"])
def test_any_search_gives_a_list(scene: Scene, officer: Client, words: str) -> None:
    make_candidate(scene.intake)
    for name in ("candidates", "board"):
        assert officer.get(f"{scene.url(name)}?q={quote(words)}").status_code == 200


@FEW
@given(st.dictionaries(st.sampled_from(("q", "state", "sort", "page", "columns", "x")), WEIRD))
def test_any_filters_give_a_list(scene: Scene, officer: Client, filters: dict[str, str]) -> None:
    for name in ("candidates", "board"):
        assert officer.get(scene.url(name), filters).status_code == 200


def sent(browser: Client, url: str, form: dict[str, str]) -> HttpResponse:
    """Post a form that nobody would fill in so; the answer is a refusal, or a step on."""
    answer = browser.post(url, form)
    assert answer.status_code in (200, 303, 409, 422)
    return answer


@FEW
@given(data=st.data())
def test_any_form_of_a_sheet_saves_all_of_it_or_nothing(scene: Scene, data: st.DataObject) -> None:
    browser = client_for(scene.assessors[0])
    sheet = RatingSheet.objects.first() or scene.sheet(scene.candidate())
    RatingSheet.objects.update(state="assigned", locked_at=None)
    keys = [f"{kind}-{item.pk}" for item in items_of(sheet) for kind in ("level", "note")]
    names = st.sampled_from([*keys, "revision", "step", "window", "level-0", "level-abc"])
    form = data.draw(st.dictionaries(names, WEIRD)) | ({"revision": str(sheet.revision)} if data.draw(st.booleans()) else {})
    before = list(Rating.objects.order_by("pk").values_list("level", "no_evidence", "note"))
    answer = sent(browser, scene.url("sheet", sheet.pk), form)
    after = list(Rating.objects.order_by("pk").values_list("level", "no_evidence", "note"))
    assert len(after) in (0, 2)
    assert answer.status_code == 303 or after == before
    assert all(level is None or 1 <= level <= 5 for level, _none, _note in after)


@FEW
@given(
    form=st.dictionaries(
        st.sampled_from(("outcome", "reason", "comment", "supersedes", "x")),
        st.one_of(WEIRD, st.sampled_from(("accept", "strong_evidence", "reserve"))),
    )
)
def test_any_form_of_a_decision_takes_one_or_none(scene: Scene, officer: Client, form: dict[str, str]) -> None:
    candidate = Candidate.objects.first() or scene.candidate("", 3, 3)
    sent(officer, scene.url("decide", candidate.pk), form)
    assert Decision.objects.filter(superseded_at=None).count() <= 1
    assert Decision.objects.count() == OutboxMail.objects.count()


@FEW
@given(form=st.dictionaries(st.sampled_from(("methods", "assessors", "candidates", "due_on", "x")), st.lists(WEIRD, max_size=3)))
def test_any_form_of_an_assignment_assigns_nothing_strange(scene: Scene, officer: Client, form: dict[str, list[str]]) -> None:
    if not Candidate.objects.exists():
        make_candidate(scene.intake)
    answer = officer.post(scene.url("assign"), form)
    assert answer.status_code in (200, 303, 422)
    assert RatingSheet.objects.filter(candidate__intake=scene.intake).count() <= 4


@FEW
@given(
    form=st.dictionaries(
        st.sampled_from(("name_ru", "name_kk", "name_en", "opens_on", "rate_by", "decide_by", "raters_per_sheet", "framework", "cycle")),
        WEIRD,
    )
)
def test_any_form_of_an_intake_opens_one_that_can_be_or_none(scene: Scene, officer: Client, form: dict[str, str]) -> None:
    answer = officer.post(scene.url("intake_new"), form)
    assert answer.status_code in (200, 303, 422)
    assert all(intake.opens_on <= intake.rate_by <= intake.decide_by for intake in Intake.objects.all())


def test_forms_are_read_only_by_the_way_they_are_meant_for(scene: Scene, officer: Client) -> None:
    candidate, batch = scene.candidate("", 3), make_import(scene.intake)
    sheet = RatingSheet.objects.get()
    for page, key in (("decide", candidate.pk), ("write", batch.pk), ("undo", batch.pk), ("withdraw", sheet.pk), ("conflict", sheet.pk)):
        assert officer.get(scene.url(page, key)).status_code == 405
    for page in ("candidates", "board", "queue", "intakes", "csv"):
        assert officer.post(scene.url(page)).status_code == 405
