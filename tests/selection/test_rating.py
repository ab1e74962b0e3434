"""An assessor fills a sheet: it saves itself, nothing is lost, and it locks once."""

from __future__ import annotations

import pytest
from django.http import Http404
from django.test import Client

from talimger.kernel.errors import DomainError, StaleWriteError
from talimger.kernel.models import AuditEntry
from talimger.selection.commands import RatingEntry, save_sheet, submit_sheet
from talimger.selection.models import Rating, RatingSheet
from tests.factories.people import client_for
from tests.factories.selection import Scene, items_of, make_sheet, rate, sheet_form

State = RatingSheet.State
HTMX = {"HX-Request": "true"}


@pytest.fixture
def sheet(scene: Scene) -> RatingSheet:
    return scene.sheet(scene.candidate("Айгерім Сейітқызы"))


@pytest.fixture
def assessor(scene: Scene) -> Client:
    return client_for(scene.assessors[0])


def levels_of(sheet: RatingSheet) -> list[tuple[int | None, bool]]:
    return list(Rating.objects.filter(sheet=sheet).order_by("item__order").values_list("level", "no_evidence"))


# ── saving ──


def test_the_sheet_shows_what_the_candidate_wrote_and_only_this_methods_items(scene: Scene, sheet: RatingSheet, assessor: Client) -> None:
    page = assessor.get(scene.url("sheet", sheet.pk)).content.decode()
    assert sheet.candidate.professional_experience in page
    assert "Indicator A.1" in page
    assert "In writing" in page
    assert "Seen at level 3 of A.1" in page
    assert "Planning" not in page
    assert "0 of 2 rated" in page


def test_an_exercise_is_judged_by_what_is_seen_and_asks_for_each_indicator_of_a_competency(scene: Scene, assessor: Client) -> None:
    sheet = scene.sheet(scene.candidate(), method="written")
    page = assessor.get(scene.url("sheet", sheet.pk)).content.decode()
    assert "What you see and hear" in page
    assert "Seen at level 5 of B.1" in page
    assert "Seen at level 1 of B.2" in page
    assert sheet.candidate.professional_experience not in page


def test_the_sheet_saves_itself_and_says_the_next_revision(scene: Scene, sheet: RatingSheet, assessor: Client) -> None:
    answer = assessor.post(scene.url("sheet", sheet.pk), sheet_form(sheet, "4", ""), headers=HTMX)
    assert answer.status_code == 200
    assert 'id="revision" value="1"' in answer.content.decode()
    assert "1 of 2 rated" in answer.content.decode()
    assert "<html" not in answer.content.decode()
    sheet.refresh_from_db()
    assert (sheet.state, sheet.revision) == (State.DRAFT, 1)
    assert levels_of(sheet) == [(4, False), (None, False)]
    again = assessor.post(scene.url("sheet", sheet.pk), sheet_form(sheet, "5", "none"), headers=HTMX)
    assert 'value="2"' in again.content.decode()
    assert levels_of(sheet) == [(5, False), (None, True)]


def test_without_a_script_saving_leads_back_to_the_sheet(scene: Scene, sheet: RatingSheet, assessor: Client) -> None:
    url = scene.url("sheet", sheet.pk)
    answer = assessor.post(url, sheet_form(sheet, "4", "", note="говорит просто"))
    assert (answer.status_code, answer["Location"]) == (303, url)
    page = assessor.get(url).content.decode()
    assert "говорит просто" in page
    assert "Saved." in page


def test_no_evidence_is_no_number(scene: Scene, sheet: RatingSheet, assessor: Client) -> None:
    assessor.post(scene.url("sheet", sheet.pk), sheet_form(sheet, "none", "5", step="lock"))
    sheet.refresh_from_db()
    assert sheet.state == State.LOCKED
    assert levels_of(sheet) == [(None, True), (5, False)]
    profile = client_for(scene.officer).get(scene.url("candidate", sheet.candidate_id)).context["profile"]
    assert (profile.overall.mean, profile.overall.n) == (5, 1)


def test_a_long_note_with_many_lines_fits_as_the_browser_counts(scene: Scene, sheet: RatingSheet, assessor: Client) -> None:
    note = "строка\n" * 285 + "конец"  # the browser counts a line break as one character and sends two
    assert len(note) == 2_000
    answer = assessor.post(scene.url("sheet", sheet.pk), sheet_form(sheet, "4", "4", note=note.replace("\n", "\r\n")))
    assert answer.status_code == 303
    assert Rating.objects.filter(sheet=sheet).first().note == note


def test_a_note_that_is_too_long_comes_back_as_it_was_typed(scene: Scene, sheet: RatingSheet, assessor: Client) -> None:
    note = "слишком " * 300
    answer = assessor.post(scene.url("sheet", sheet.pk), sheet_form(sheet, "4", "2", note=note))
    assert answer.status_code == 422
    assert "A note has at most 2000 characters." in answer.content.decode()
    assert note.strip() in answer.content.decode()
    assert not Rating.objects.filter(sheet=sheet).exists()


# ── two windows ──


def test_a_stale_page_keeps_what_was_typed_and_shows_what_is_stored(scene: Scene, sheet: RatingSheet, assessor: Client) -> None:
    url = scene.url("sheet", sheet.pk)
    assessor.post(url, sheet_form(sheet, "4", "4", note="в первом окне"))
    answer = assessor.post(url, sheet_form(sheet, "2", "none", revision=0, note="во втором окне"))
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Two windows have this sheet open" in page
    assert page.count("во втором окне") == 2
    assert page.count("в первом окне") == 2
    assert "In the record now: 4" in page
    assert levels_of(sheet) == [(4, False), (4, False)]
    # The page now knows the stored revision: whoever has compared can save.
    assert 'id="revision" value="1"' in page
    assert assessor.post(url, sheet_form(sheet, "2", "none", revision=1)).status_code == 303
    assert levels_of(sheet) == [(2, False), (None, True)]


def test_a_stale_autosave_is_told_and_overwrites_nothing(scene: Scene, sheet: RatingSheet, assessor: Client) -> None:
    url = scene.url("sheet", sheet.pk)
    assessor.post(url, sheet_form(sheet, "4", "4"))
    answer = assessor.post(url, sheet_form(sheet, "1", "1", revision=0), headers=HTMX)
    assert answer.status_code == 422
    assert answer["HX-Retarget"] == "#toasts"
    assert "was saved in another window" in answer.content.decode()
    assert levels_of(sheet) == [(4, False), (4, False)]


@pytest.mark.parametrize("revision", ["", "abc", "1.5", "²", "-3", "9" * 5000])
def test_a_damaged_revision_is_told_and_saves_nothing(scene: Scene, sheet: RatingSheet, assessor: Client, revision: str) -> None:
    for headers in ({}, HTMX):
        form = sheet_form(sheet, "3", "4", note="не потерять") | {"revision": revision}
        answer = assessor.post(scene.url("sheet", sheet.pk), form, headers=headers)
        assert answer.status_code in (409, 422)
        assert not Rating.objects.filter(sheet=sheet).exists()
    assert "не потерять" in assessor.post(scene.url("sheet", sheet.pk), form).content.decode()


# ── locking ──


def test_a_sheet_with_a_missing_item_does_not_lock(scene: Scene, sheet: RatingSheet, assessor: Client) -> None:
    answer = assessor.post(scene.url("sheet", sheet.pk), sheet_form(sheet, "4", "", step="lock", note="почти всё"))
    assert answer.status_code == 422
    assert "1 item has neither a level" in answer.content.decode()
    assert "почти всё" in answer.content.decode()
    sheet.refresh_from_db()
    assert (sheet.state, sheet.revision) == (State.ASSIGNED, 0)
    assert not Rating.objects.filter(sheet=sheet).exists()


def test_locking_leads_to_the_next_sheet_and_at_last_to_the_queue(scene: Scene, sheet: RatingSheet, assessor: Client) -> None:
    other = scene.sheet(scene.candidate("Борис"))
    first = assessor.post(scene.url("sheet", sheet.pk), sheet_form(sheet, "4", "5", step="lock"))
    assert (first.status_code, first["Location"]) == (303, scene.url("sheet", other.pk))
    last = assessor.post(scene.url("sheet", other.pk), sheet_form(other, "1", "none", step="lock"))
    assert (last.status_code, last["Location"]) == (303, scene.url("queue"))
    assert "All your sheets are locked" in assessor.get(scene.url("queue")).content.decode()


def test_a_locked_sheet_never_changes(scene: Scene, sheet: RatingSheet, assessor: Client) -> None:
    rate(sheet, 4, note="как есть")
    url = scene.url("sheet", sheet.pk)
    for step in ("save", "lock"):
        answer = assessor.post(url, sheet_form(sheet, "1", "1", step=step, note="иначе"))
        assert answer.status_code == 200
        assert "как есть" in answer.content.decode()
        assert "иначе" not in answer.content.decode()
    assert levels_of(sheet) == [(4, False), (4, False)]
    assert "disabled" in assessor.get(url).content.decode()
    assert assessor.post(scene.url("conflict", sheet.pk)).status_code == 404
    sheet.refresh_from_db()
    assert sheet.state == State.LOCKED


def test_a_lock_in_another_window_is_told_to_the_command(scene: Scene, sheet: RatingSheet) -> None:
    entries = [RatingEntry(item.pk, level=3) for item in items_of(sheet)]
    submit_sheet(actor=scene.actor(scene.assessors[0]), sheet=sheet, revision=0, entries=entries)
    for command in (save_sheet, submit_sheet):
        with pytest.raises(DomainError) as refusal:
            command(actor=scene.actor(scene.assessors[0]), sheet=sheet, revision=1, entries=entries)
        assert refusal.value.code == "locked"


def test_a_second_click_on_lock_locks_once(scene: Scene, sheet: RatingSheet, assessor: Client) -> None:
    form = sheet_form(sheet, "4", "5", step="lock")
    assert assessor.post(scene.url("sheet", sheet.pk), form).status_code == 303
    assert assessor.post(scene.url("sheet", sheet.pk), form).status_code == 200
    assert AuditEntry.objects.filter(action="selection.sheet.submit").count() == 1
    assert Rating.objects.filter(sheet=sheet).count() == 2


# ── what is no rating ──


@pytest.mark.parametrize("level", ["0", "6", "10", "-1", "3.0", "abc", "٣", "²", "³", " 3", "NONE", "\x00", "4" * 400])
def test_what_is_no_level_is_told_and_saves_nothing(scene: Scene, sheet: RatingSheet, assessor: Client, level: str) -> None:
    answer = assessor.post(scene.url("sheet", sheet.pk), sheet_form(sheet, level, "4", note="не потерять"))
    assert answer.status_code == 422
    assert "A rating is a whole number from 1 to 5." in answer.content.decode()
    assert "не потерять" in answer.content.decode()
    assert not Rating.objects.filter(sheet=sheet).exists()


def test_a_level_out_of_range_is_refused_by_the_command_and_by_the_database(scene: Scene, sheet: RatingSheet) -> None:
    actor, item = scene.actor(scene.assessors[0]), items_of(sheet)[0]
    for entry in (RatingEntry(item.pk, level=0), RatingEntry(item.pk, level=6), RatingEntry(item.pk, level=3, no_evidence=True)):
        with pytest.raises(DomainError) as refusal:
            save_sheet(actor=actor, sheet=sheet, revision=0, entries=[entry])
        assert refusal.value.code == "level"


def test_an_item_of_another_sheet_is_refused(scene: Scene, sheet: RatingSheet) -> None:
    foreign = items_of(scene.sheet(scene.candidate(), method="written"))[0]
    actor = scene.actor(scene.assessors[0])
    for entries in ([RatingEntry(foreign.pk, level=3)], [RatingEntry(items_of(sheet)[0].pk, level=3)] * 2):
        with pytest.raises(DomainError) as refusal:
            save_sheet(actor=actor, sheet=sheet, revision=0, entries=entries)
        assert refusal.value.code == "foreign_item"
    assert not Rating.objects.exists()


def test_an_item_of_another_sheet_in_the_form_is_not_read(scene: Scene, sheet: RatingSheet, assessor: Client) -> None:
    foreign = items_of(scene.sheet(scene.candidate(), method="written"))[0]
    assessor.post(scene.url("sheet", sheet.pk), sheet_form(sheet, "3", "3") | {f"level-{foreign.pk}": "5"})
    assert not Rating.objects.filter(item=foreign).exists()


def test_a_note_keeps_no_character_that_a_database_refuses(scene: Scene, sheet: RatingSheet, assessor: Client) -> None:
    answer = assessor.post(scene.url("sheet", sheet.pk), sheet_form(sheet, "3", "3", note="до\x00после"))
    assert answer.status_code == 303
    assert set(Rating.objects.filter(sheet=sheet).values_list("note", flat=True)) == {"допосле"}


# ── whose sheet it is ──


def test_nobody_but_its_assessor_opens_or_fills_a_sheet(scene: Scene, sheet: RatingSheet) -> None:
    for person in (scene.assessors[1], scene.officer, scene.person("coordinator"), scene.person("administrator")):
        browser = client_for(person)
        for url in (scene.url("sheet", sheet.pk), scene.url("conflict", sheet.pk)):
            assert browser.post(url, sheet_form(sheet, "1", "1")).status_code == 404
        assert browser.get(scene.url("sheet", sheet.pk)).status_code == 404
    with pytest.raises(Http404):
        save_sheet(actor=scene.actor(scene.assessors[1]), sheet=sheet, revision=0, entries=[])
    assert not Rating.objects.exists()


@pytest.mark.parametrize("state", [State.CONFLICT, State.WITHDRAWN])
def test_a_sheet_that_was_given_back_is_not_there_any_more(scene: Scene, sheet: RatingSheet, assessor: Client, state: str) -> None:
    RatingSheet.objects.update(state=state)
    url = scene.url("sheet", sheet.pk)
    assert assessor.get(url).status_code == 404
    assert assessor.post(url, sheet_form(sheet, "1", "1")).status_code == 404
    with pytest.raises(Http404):
        save_sheet(actor=scene.actor(scene.assessors[0]), sheet=sheet, revision=0, entries=[])


def test_a_stale_save_is_its_own_kind_of_error(scene: Scene, sheet: RatingSheet) -> None:
    with pytest.raises(StaleWriteError):
        save_sheet(actor=scene.actor(scene.assessors[0]), sheet=sheet, revision=7, entries=[])


# ── the queue ──


def test_the_queue_is_in_the_assessors_own_order_by_due_date_first(scene: Scene, assessor: Client) -> None:
    candidates = [scene.candidate(name) for name in ("Первый", "Второй", "Третий")]
    for place, candidate in zip((30, 10, 20), candidates, strict=True):
        scene.sheet(candidate, queue_place=place)
    sheet = scene.sheet(scene.candidate("Срочный"), queue_place=99, due_on=scene.intake.opens_on)
    shown = [row.first.candidate.full_name for row in assessor.get(scene.url("queue")).context["page"]]
    assert shown == ["Срочный", "Второй", "Третий", "Первый"]
    assert "overdue" in assessor.get(scene.url("queue")).content.decode()
    rate(sheet, 4)
    assert [row.pk for row in assessor.get(scene.url("queue") + "?state=locked").context["page"]] == [sheet.pk]


def test_an_assessor_without_sheets_is_told_what_will_happen(scene: Scene, assessor: Client) -> None:
    page = assessor.get(scene.url("queue")).content.decode()
    assert "Nobody has been assigned to you yet" in page
    sheet = scene.sheet(scene.candidate())
    assert "Nothing is locked yet" in assessor.get(scene.url("queue") + "?state=locked").content.decode()
    rate(sheet, 2)
    assert "Thank you, that was all" in assessor.get(scene.url("queue")).content.decode()


@pytest.mark.parametrize("role", ["officer", "coordinator", "mentor", "partner", "analyst", "administrator"])
def test_who_rates_nobody_has_no_queue(scene: Scene, role: str) -> None:
    assert client_for(scene.person(role)).get(scene.url("queue")).status_code == 404


def test_an_interview_is_rated_by_text_and_a_record_without_words_says_so(scene: Scene, assessor: Client) -> None:
    candidate = scene.candidate(professional_experience="", youth_experience="Три года в лагере")
    sheet = scene.sheet(candidate)
    assert "Nothing was written here." in assessor.get(scene.url("sheet", sheet.pk)).content.decode()
    interviewer = scene.person("senior_interviewer")
    interview = make_sheet(candidate, scene.methods["senior_interview"], interviewer)
    assert "Три года в лагере" in client_for(interviewer).get(scene.url("sheet", interview.pk)).content.decode()
