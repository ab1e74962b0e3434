"""The demo programme as it stands after loading. It is loaded once for all tests of this module, which only read."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import transaction
from django.db.models import Avg
from django.test import override_settings
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from talimger.demo import content
from talimger.demo.load import load_demo
from talimger.framework.models import FrameworkVersion, Method, RatingItem
from talimger.kernel.models import AuditEntry, Job, OutboxMail
from talimger.kernel.tenancy import across_programmes, programme_scope
from talimger.people.authentication import PersonBackend
from talimger.people.models import Cycle, Invitation, Organisation, Programme, RoleAssignment, User
from talimger.people.queries import actor_for, current_cycle, demo_people
from talimger.people.roles import Role
from talimger.selection.commands import is_computed
from talimger.selection.models import Candidate, CandidateImport, Decision, ImportLine, Intake, Rating, RatingSheet
from talimger.selection.policies import complete
from talimger.selection.queries import latest_run, own_queue, score_input, sheet_totals

NOW = timezone.now()
TODAY = timezone.localdate(NOW)
SAFE_DOMAINS = (".example.org", "@example.org", ".example.com", "@example.com")


@pytest.fixture(scope="module")
def demo(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Programme]:
    """The demo programme, inside a transaction that is rolled back after the module."""
    with django_db_blocker.unblock(), transaction.atomic():
        with override_settings(DEMO=True):
            programme = load_demo(now=NOW)
        yield programme
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def scope(demo: Programme) -> Iterator[None]:
    with programme_scope(demo):
        yield


def the_intake() -> Intake:
    return Intake.objects.get()


def person_of(role: str) -> User:
    return next(person for person, held in demo_people() if held == role)


def test_sixty_candidates_are_rated_by_fourteen_assessors() -> None:
    assessors = RoleAssignment.objects.filter(RoleAssignment.current(TODAY), role=Role.ASSESSOR)
    assert (Candidate.objects.filter(intake=the_intake()).count(), assessors.count()) == (60, 14)
    assert set(Candidate.objects.values_list("language", flat=True)) == {"ru", "kk", "en"}


def test_two_thirds_of_the_sheets_are_locked_and_some_candidates_are_complete() -> None:
    totals = sheet_totals(the_intake())
    assert 0.6 < totals.locked / totals.needed < 0.72
    assert totals.complete == 26
    assert Decision.objects.count() == 8


def test_the_fair_scores_are_there_for_every_complete_candidate_and_nobody_else() -> None:
    actor = actor_for(person_of(Role.OFFICER), Programme.objects.get(slug="samgau"), now=NOW)
    assert actor is not None
    run = latest_run(the_intake())
    assert run is not None
    assert (run.is_made, run.converged, run.parts) == (True, True, 1)
    assert set(run.scores.values_list("candidate", flat=True)) == set(
        Candidate.objects.filter(complete(actor)).values_list("pk", flat=True)
    )
    # What the worker finds to do on its first round changes nothing.
    assert is_computed(the_intake(), score_input(actor, the_intake()))


def test_every_date_hangs_on_the_day_of_loading() -> None:
    cycle, intake = current_cycle(today=TODAY), the_intake()
    assert cycle is not None
    assert 60 <= (cycle.bootcamp_on - TODAY).days <= 66
    assert intake.cycle == cycle
    assert intake.opens_on < TODAY < intake.rate_by < intake.decide_by
    assert Cycle.objects.filter(ends_on__lt=TODAY).count() == 1


def test_nothing_has_happened_in_the_future() -> None:
    moments = [
        *Candidate.objects.values_list("created_at", flat=True),
        *RatingSheet.objects.exclude(saved_at=None).values_list("saved_at", flat=True),
        *Decision.objects.values_list("decided_at", flat=True),
        *OutboxMail.objects.values_list("created_at", flat=True),
        *AuditEntry.objects.values_list("at", flat=True),
    ]
    assert max(moments) <= NOW


def test_there_is_a_person_behind_every_role() -> None:
    people = {role: person for person, role in demo_people()}
    assert set(people) == set(Role)
    assert len(set(people.values())) == len(people)


def test_demo_people_come_in_by_a_button_in_the_demo_and_not_at_all_elsewhere() -> None:
    people = list(User.objects.all())
    assert all(person.is_demo and not person.has_usable_password() for person in people)
    with override_settings(DEMO=True):
        assert all(PersonBackend().user_can_authenticate(person) for person in people)
    with override_settings(DEMO=False):
        assert not any(PersonBackend().user_can_authenticate(person) for person in people)


def test_the_assessor_of_the_button_has_sheets_to_fill() -> None:
    assessor = person_of(Role.ASSESSOR)
    programme = Programme.objects.get(slug="samgau")
    actor = actor_for(assessor, programme, now=NOW)
    assert actor is not None
    queue = list(own_queue(actor))
    states = Counter(sheet.state for sheet in queue)
    assert states["assigned"] >= 5
    assert states["draft"] >= 1
    assert queue[0].due_on < TODAY < queue[-1].due_on
    assert not RatingSheet.objects.filter(assessor=assessor, state=RatingSheet.State.CONFLICT).exists()


def test_nobody_is_decided_about_before_every_sheet_is_locked() -> None:
    actor = actor_for(person_of(Role.OFFICER), Programme.objects.get(slug="samgau"), now=NOW)
    assert actor is not None
    decided = Decision.objects.values("candidate")
    assert not Candidate.objects.filter(pk__in=decided).exclude(complete(actor)).exists()
    for decision in Decision.objects.all():
        sheets = RatingSheet.objects.filter(candidate=decision.candidate_id)
        assert not sheets.filter(locked_at__gte=decision.decided_at).exists()


def test_no_rating_stands_outside_its_sheet_and_locked_sheets_are_whole() -> None:
    items: dict[int, set[int]] = {}
    for item, method in RatingItem.objects.values_list("pk", "cell__method"):
        items.setdefault(method, set()).add(item)
    given: dict[int, set[int]] = {}
    for rating in Rating.objects.all():
        given.setdefault(rating.sheet_id, set()).add(rating.item_id)
    for sheet in RatingSheet.objects.all():
        found = given.get(sheet.pk, set())
        assert found <= items[sheet.method_id]
        if sheet.state == RatingSheet.State.LOCKED:
            assert found == items[sheet.method_id]
    assert all(rating.is_given for rating in Rating.objects.filter(sheet__state=RatingSheet.State.LOCKED))


def test_every_sheet_is_with_somebody_who_may_fill_it() -> None:
    roles: dict[int, set[str]] = {}
    for person, role in RoleAssignment.objects.values_list("person", "role"):
        roles.setdefault(person, set()).add(role)
    wanted = {"senior_interview": Role.SENIOR_INTERVIEWER, "trainer_feedback": Role.TRAINER}
    for sheet in RatingSheet.objects.select_related("method", "candidate"):
        assert wanted.get(sheet.method.code, Role.ASSESSOR) in roles[sheet.assessor_id]
        assert sheet.method.applies == Method.Applies.EVERYONE or sheet.candidate.came_through_training


def test_assessors_differ_in_severity_and_write_in_their_own_language() -> None:
    ratings = Rating.objects.filter(sheet__state=RatingSheet.State.LOCKED).exclude(level=None)
    levels: dict[int, list[int]] = {}
    for assessor, level in ratings.values_list("sheet__assessor", "level"):
        levels.setdefault(assessor, []).append(level)
    means = [sum(each) / len(each) for each in levels.values()]
    assert max(means) - min(means) > 0.5
    assert set(ratings.values_list("level", flat=True)) == {1, 2, 3, 4, 5}
    notes = content.words().notes
    for rating in Rating.objects.exclude(note="").select_related("sheet__assessor", "sheet__method")[:200]:
        own = notes[rating.sheet.method.code][rating.sheet.assessor.language]
        assert any(rating.note in sentences for sentences in own.values())


def test_two_conflicts_were_declared_and_one_of_the_sheets_waits_for_somebody() -> None:
    conflicts = RatingSheet.objects.filter(state=RatingSheet.State.CONFLICT)
    assert conflicts.values("candidate").distinct().count() == 2
    totals = sheet_totals(the_intake())
    assert totals.complete < totals.candidates


def test_letters_wait_in_the_language_of_who_gets_them() -> None:
    letters = OutboxMail.objects.filter(purpose="decision")
    assert set(letters.values_list("language", flat=True)) == {"ru", "kk"}
    assert set(letters.values_list("state", flat=True)) == {OutboxMail.State.WAITING}
    for decision in Decision.objects.select_related("candidate", "letter"):
        assert decision.letter.language == decision.candidate.language
        assert decision.letter.to_email == decision.candidate.email
    assert set(Decision.objects.values_list("outcome", flat=True)) == {"accept", "reserve", "not_now"}


def test_the_intake_tells_a_story() -> None:
    run = latest_run(the_intake())
    assert run is not None
    # A severe assessor and an erratic one.
    severities = {row.assessor.email.split("@")[0]: row for row in run.severities.select_related("assessor")}
    severe, erratic = severities["pavel.gromykhin"], severities["andrei.knaub"]
    assert severe.points == max(row.points for row in severities.values())
    assert severe.points_low > 0.4
    assert erratic.infit == max(row.infit or 0 for row in severities.values())
    # At least three too close to call.
    scores = list(run.scores.select_related("candidate").order_by("rank"))
    assert sum(score.is_too_close for score in scores) >= 3
    # Somebody is on the wrong side of the line by raw means.
    places = the_intake().places or 0
    means = dict(
        Rating.objects.filter(sheet__state="locked", sheet__candidate__in=[score.candidate_id for score in scores])
        .values_list("sheet__candidate")
        .annotate(Avg("level"))
    )
    by_mean = sorted(scores, key=lambda score: -means[score.candidate_id])
    assert {score.candidate_id for score in by_mean[:places]} != {score.candidate_id for score in scores[:places]}
    # One without trainer feedback who is accepted.
    assert Decision.objects.filter(outcome="accept", candidate__came_through_training=False, superseded_at=None).exists()


def test_no_address_is_a_real_one() -> None:
    with across_programmes():
        addresses = [
            *User.objects.values_list("email", flat=True),
            *Candidate.objects.values_list("email", flat=True),
            *Invitation.objects.values_list("email", flat=True),
            *OutboxMail.objects.values_list("to_email", flat=True),
            *Programme.objects.values_list("contact_email", flat=True),
        ]
    assert [address for address in addresses if not address.endswith(SAFE_DOMAINS)] == []


def test_the_import_tells_what_became_of_every_line() -> None:
    batch = CandidateImport.objects.get()
    verdicts = Counter(ImportLine.objects.values_list("verdict", flat=True))
    assert verdicts == {"new": 60, "duplicate": 2, "error": 3}
    assert not ImportLine.objects.exclude(verdict="new").filter(messages="").exists()
    assert batch.state == CandidateImport.State.WRITTEN
    assert batch.job is not None
    assert (batch.job.state, batch.job.done) == (Job.State.DONE, 65)


def test_one_invitation_is_open_and_people_belong_to_organisations() -> None:
    assert Invitation.objects.get().expires_at > NOW + dt.timedelta(days=7)
    assert Organisation.objects.count() == 8
    assert not RoleAssignment.objects.filter(RoleAssignment.current(TODAY), organisation=None).exists()


def test_the_framework_is_published() -> None:
    assert FrameworkVersion.objects.get().state == FrameworkVersion.State.PUBLISHED


def test_the_second_programme_stays_behind_its_wall(demo: Programme) -> None:
    second = Programme.objects.exclude(pk=demo.pk).get()
    here = set(Candidate.objects.values_list("email", flat=True))
    with programme_scope(second):
        there = set(Candidate.objects.values_list("email", flat=True))
        people = set(RoleAssignment.objects.values_list("person", flat=True))
        assert Rating.objects.exists()
    assert len(there) == 5
    assert not here & there
    assert not people & set(RoleAssignment.objects.values_list("person", flat=True))
    assert second.accent == Programme.Accent.PLUM


def test_the_tests_themselves_run_outside_the_demo() -> None:
    assert settings.DEMO is False
