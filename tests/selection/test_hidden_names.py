"""Written and planning work is rated without the name: no page, task or download tells its assessor whose it is."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone, translation

from talimger.kernel.languages import LocalisedText
from talimger.kernel.models import FileRecord
from talimger.selection.models import Candidate, GuideQuestion, Instrument, MethodSetting, RatingSheet, TaskSitting
from talimger.selection.queries import sheets
from tests.factories.people import client_for
from tests.factories.selection import Scene, make_scene, rate, sheet_form

# Everything about a person that could tell who it is, none of which stands in any other text.
WHO = {
    "full_name": "Жанерке Құсайынова",
    "email": "zhanerke.k@example.test",
    "phone": "+77015550147",
    "city": "Аягөз",
    "region": "Абайская область",
    "occupation": "библиотекарь",
    "training_course": "UPSHIFT-2024",
    "trainer_name": "Ерлан Тренеров",
}
SIGNED = "План на месяц. С уважением, Жанерке Құсайынова, zhanerke.k@example.test, +77015550147. Спросите Құсайынову."


@pytest.fixture
def scene(programme: object) -> Scene:
    return make_scene(programme, asks_for=("written", "professional_experience", "senior_interview"))


@pytest.fixture
def candidate(scene: Scene) -> Candidate:
    return scene.candidate(**{"name": WHO["full_name"], **{key: value for key, value in WHO.items() if key != "full_name"}})


@pytest.fixture
def sheet(scene: Scene, candidate: Candidate) -> RatingSheet:
    return scene.sheet(candidate, method="written")


@pytest.fixture
def assessor(scene: Scene) -> Client:
    return client_for(scene.assessors[0])


def make_sitting(sheet: RatingSheet, text: str, *, is_over: bool = True, file_name: str = "") -> TaskSitting:
    now = timezone.now()
    task = LocalisedText.of("Составьте план встречи")
    instrument = Instrument.objects.create(
        programme_id=sheet.programme_id, method_code="written", number=1, title=task, task=task, minutes=40, created_at=now
    )
    record = None
    if file_name:
        record = FileRecord(programme_id=sheet.programme_id, name=file_name, purpose="task", size=3, sha256="0" * 64, created_at=now)
        record.expires_at = now + dt.timedelta(days=9)
        record.content.save("work.bin", ContentFile(b"abc"), save=False)
        record.save()
    return TaskSitting.objects.create(
        programme_id=sheet.programme_id,
        candidate_id=sheet.candidate_id,
        method_id=sheet.method_id,
        instrument=instrument,
        begun_at=now - dt.timedelta(minutes=50),
        ends_at=now + dt.timedelta(minutes=-10 if is_over else 10),
        text=text,
        file=record,
    )


def work_label(sheet: RatingSheet) -> str:
    """The label as these assessors, who read English, see it."""
    with translation.override("en"):
        return sheets.work_label(sheet)


def assert_nobody_is_named(page: str) -> None:
    for what in (*WHO.values(), *WHO["full_name"].split(), "Құсайынову"):
        assert what not in page, what


def test_no_page_of_the_assessor_says_whose_work_it_is(scene: Scene, sheet: RatingSheet, assessor: Client) -> None:
    make_sitting(sheet, SIGNED, file_name="Құсайынова.pdf")
    for address in (scene.url("sheet", sheet.pk), scene.url("queue"), f"/p/{scene.programme.slug}/"):
        page = assessor.get(address).content.decode()
        assert_nobody_is_named(page)
        assert work_label(sheet) in page
    assert "План на месяц" in assessor.get(scene.url("sheet", sheet.pk)).content.decode()


def test_the_name_stays_hidden_while_saving_after_a_mistake_and_after_locking(scene: Scene, sheet: RatingSheet, assessor: Client) -> None:
    url = scene.url("sheet", sheet.pk)
    assert_nobody_is_named(assessor.post(url, sheet_form(sheet, "", step="lock")).content.decode())
    answer = assessor.post(url, sheet_form(sheet, "4", step="lock"))
    assert_nobody_is_named(assessor.get(answer["Location"]).content.decode())
    assert_nobody_is_named(assessor.get(url).content.decode())
    locked = assessor.get(scene.url("queue") + "?state=locked").content.decode()
    assert_nobody_is_named(locked)
    assert work_label(sheet) in locked


def test_where_the_intake_does_not_hide_it_the_name_is_there(scene: Scene, sheet: RatingSheet, assessor: Client) -> None:
    MethodSetting.objects.filter(method=sheet.method).update(hides_name=False)
    assert WHO["full_name"] in assessor.get(scene.url("sheet", sheet.pk)).content.decode()
    assert WHO["full_name"] in assessor.get(scene.url("queue")).content.decode()


def test_the_label_is_stable_and_two_works_of_one_person_share_none(scene: Scene, candidate: Candidate) -> None:
    first, second = (scene.sheet(candidate, place, "written") for place in (0, 1))
    assert work_label(first) == work_label(RatingSheet.objects.get(pk=first.pk)) != work_label(second)
    assert str(candidate.number) not in work_label(first).split()


def test_a_work_is_read_only_when_it_is_handed_in_or_the_time_is_over(scene: Scene, sheet: RatingSheet, assessor: Client) -> None:
    sitting = make_sitting(sheet, "Черновик мысли", is_over=False, file_name="draft.pdf")
    work = scene.url("sheet", sheet.pk) + "file/"
    assert "Черновик мысли" not in assessor.get(scene.url("sheet", sheet.pk)).content.decode()
    assert assessor.get(work).status_code == 303
    sitting.submitted_at = timezone.now()
    sitting.save()
    assert "Черновик мысли" in assessor.get(scene.url("sheet", sheet.pk)).content.decode()
    assert assessor.get(work).status_code == 200


def test_the_file_goes_to_its_assessor_alone_as_a_download_without_a_name(scene: Scene, sheet: RatingSheet, assessor: Client) -> None:
    make_sitting(sheet, "", file_name="Құсайынова.pdf")
    work = scene.url("sheet", sheet.pk) + "file/"
    answer = assessor.get(work)
    assert b"".join(answer.streaming_content) == b"abc"
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Content-Type"] == "application/octet-stream"
    assert f"{work_label(sheet).replace(' ', '%20')}.pdf" in answer["Content-Disposition"].replace(" ", "%20")
    assert client_for(scene.assessors[1]).get(work).status_code == 404
    assert client_for(scene.officer).get(work).status_code == 404


def test_a_sheet_without_a_work_has_nothing_to_download(scene: Scene, sheet: RatingSheet, assessor: Client) -> None:
    assert assessor.get(scene.url("sheet", sheet.pk) + "file/").status_code == 303


def test_the_interviewer_reads_the_questions_in_their_order_and_nobody_elses_scores(scene: Scene, candidate: Candidate) -> None:
    other = scene.sheet(candidate, 1)
    rate(other, 5)
    now = timezone.now()
    guide = Instrument.objects.create(
        programme_id=scene.programme.pk,
        method_code="senior_interview",
        number=1,
        title=LocalisedText.of("Guide"),
        minutes=40,
        created_at=now,
    )
    for order, words in enumerate(("First question", "Second question"), start=1):
        GuideQuestion.objects.create(programme_id=scene.programme.pk, instrument=guide, order=order, text=LocalisedText.of(words))
    MethodSetting.objects.filter(method=scene.methods["senior_interview"]).update(instrument=guide)
    interviewer = scene.person("senior_interviewer")
    mine = scene.sheet(candidate, interviewer, "senior_interview")
    page = client_for(interviewer).get(scene.url("sheet", mine.pk)).content.decode()
    assert page.index("First question") < page.index("Second question")
    assert "КАНАРЕЙКА" not in page
