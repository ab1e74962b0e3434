"""A programme of a known size for measuring: written in bulk, the same each time."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass

from django.contrib.auth.hashers import make_password

from talimger.framework.commands import DEFAULT_FRAMEWORK, load_framework
from talimger.framework.models import Method
from talimger.framework.queries import items_of_version
from talimger.kernel.languages import LocalisedText
from talimger.kernel.policies import system_actor
from talimger.kernel.tenancy import programme_scope
from talimger.people.models import Programme, RoleAssignment, User
from talimger.people.roles import Role
from talimger.selection.models import (
    Candidate,
    FairScore,
    FairScoreRun,
    Gate,
    Intake,
    MethodSetting,
    Rating,
    RatingSheet,
    candidate_key,
)

# Five, five, five, three and two items: four on average.
METHODS = ("professional_experience", "senior_interview", "trainer_feedback", "facilitation", "youth_experience")
RATERS = 2
GIVEN = ("Әсел", "Нұрлан", "Айгерим", "Ерғали", "Гүлнәр", "Тимур", "Ольга", "Сергей", "Камила", "Бауыржан", "Елена", "Қайрат")
FAMILY = ("Тұрсын", "Сәрсенбай", "Ким", "Оспан", "Өмірзақ", "Гончар", "Пак", "Жүсіп", "Коваль", "Әбілқайыр", "Шнайдер")
CITIES = ("Қызылорда", "Алматы", "Семей", "Астана", "Ақтау", "Рудный", "Шымкент")
SENTENCE = "Алты жылдан бері колледжде сабақ беремін, былтыр екі команда жобасын соңына дейін жеткізді. "


@dataclass(frozen=True)
class Size:
    """How much to write. Of ``candidates``, the last ``being_rated`` have all their sheets open, begun and fully rated."""

    candidates: int = 500
    being_rated: int = 100
    assessors: int = 20


SMALL = Size(candidates=60, being_rated=20, assessors=4)


@dataclass(frozen=True)
class Seeded:
    """What was written, as far as the measurements need it."""

    programme: Programme
    intake: Intake
    officer: User
    assessors: list[User]
    candidates: int
    sheets: int
    ratings: int


def write_programme(size: Size, *, now: dt.datetime) -> Seeded:
    """Write one programme with an open intake of this size."""
    rng = random.Random(size.candidates)
    programme = Programme.objects.create(
        slug="bench",
        name=LocalisedText.of("Bench"),
        languages=["ru", "kk", "en"],
        contact_email="office@bench.example.org",
        created_at=now,
    )
    with programme_scope(programme):
        officer = _person("officer", "ru", now)
        assessors = [_person(f"assessor{number}", ("ru", "kk")[number % 2], now) for number in range(size.assessors)]
        roles = [(officer, Role.OFFICER)]
        roles += [(person, role) for person in assessors for role in (Role.ASSESSOR, Role.TRAINER, Role.SENIOR_INTERVIEWER)]
        RoleAssignment.objects.bulk_create(
            RoleAssignment(programme=programme, person=person, role=role, starts_on=now.date() - dt.timedelta(days=90))
            for person, role in roles
        )
        actor = system_actor(programme_id=programme.pk, now=now)
        framework = load_framework(actor=actor, source=DEFAULT_FRAMEWORK.read_bytes(), publish=True)
        intake = Intake.objects.create(
            programme=programme,
            name=LocalisedText.of("Bench 1"),
            framework=framework,
            opens_on=now.date() - dt.timedelta(days=30),
            rate_by=now.date() + dt.timedelta(days=10),
            decide_by=now.date() + dt.timedelta(days=20),
            phase=Intake.Phase.DECISION,
            gate=Gate.FINAL,
            places=50,
            created_at=now,
        )
        MethodSetting.objects.bulk_create(
            MethodSetting(programme=programme, intake=intake, method=method, raters=RATERS, gate=Gate.FINAL)
            for method in Method.objects.filter(version=framework, code__in=METHODS)
        )
        candidates = Candidate.objects.bulk_create(_candidate(intake, number, now) for number in range(1, size.candidates + 1))
        sheets = RatingSheet.objects.bulk_create(_sheets(intake, candidates, assessors, size, now, rng), batch_size=500)
        ratings = Rating.objects.bulk_create(_ratings(sheets, framework.pk, rng), batch_size=1000)
        _write_scores(intake, candidates[: size.candidates - size.being_rated], len(ratings), now, rng)
    return Seeded(programme, intake, officer, assessors, len(candidates), len(sheets), len(ratings))


def _person(name: str, language: str, now: dt.datetime) -> User:
    return User.objects.create(
        email=f"{name}@bench.example.org", full_name=name.title(), language=language, password=make_password(None), joined_at=now
    )


def _candidate(intake: Intake, number: int, now: dt.datetime) -> Candidate:
    candidate = Candidate(
        programme_id=intake.programme_id,
        intake=intake,
        number=number,
        full_name=f"{GIVEN[number % len(GIVEN)]} {FAMILY[number % len(FAMILY)]}",
        email=f"candidate{number}@bench.example.org",
        city=CITIES[number % len(CITIES)],
        region="Қызылорда облысы",
        occupation="Мұғалім",
        language=("ru", "kk")[number % 2],
        came_through_training=True,
        professional_experience=SENTENCE * 6,
        youth_experience=SENTENCE * 4,
        education=SENTENCE,
        created_at=now,
    )
    candidate.name_key = candidate_key(candidate)
    return candidate


def _sheets(
    intake: Intake, candidates: list[Candidate], assessors: list[User], size: Size, now: dt.datetime, rng: random.Random
) -> list[RatingSheet]:
    """Every candidate by every method twice, spread evenly over the assessors in changing pairs."""
    methods = {method.code: method for method in Method.objects.filter(version=intake.framework_id)}
    sheets = []
    for candidate in candidates:
        is_open = candidate.number > size.candidates - size.being_rated
        for place, code in enumerate(METHODS):
            for rater in range(RATERS):
                assessor = assessors[
                    (candidate.number + 4 * place + (rater and 1 + candidate.number // len(assessors) % 3)) % len(assessors)
                ]
                sheets.append(
                    RatingSheet(
                        programme_id=intake.programme_id,
                        intake=intake,
                        candidate=candidate,
                        method=methods[code],
                        assessor=assessor,
                        state=RatingSheet.State.DRAFT if is_open else RatingSheet.State.LOCKED,
                        due_on=intake.rate_by,
                        queue_place=rng.randrange(1_000_000),
                        revision=1,
                        assigned_at=now,
                        saved_at=now,
                        locked_at=None if is_open else now,
                    )
                )
    return sheets


def _ratings(sheets: list[RatingSheet], version: int, rng: random.Random) -> list[Rating]:
    items = items_of_version(version)
    return [
        Rating(
            programme_id=sheet.programme_id,
            sheet=sheet,
            item_id=item.pk,
            level=rng.randint(1, 5),
            note=SENTENCE if rng.random() < 0.5 else "",
        )
        for sheet in sheets
        for item in items[sheet.method_id]
    ]


def _write_scores(intake: Intake, complete: list[Candidate], ratings: int, now: dt.datetime, rng: random.Random) -> None:
    """A run with a score for everybody who is complete. It is drawn, not fitted: the pages only read it."""
    run = FairScoreRun.objects.create(
        programme_id=intake.programme_id,
        intake=intake,
        created_at=now,
        method="drawn",
        software="bench",
        input_hash="0" * 64,
        ratings=ratings,
        candidates=len(complete),
        converged=True,
        deviance=0.0,
    )
    scores = [(candidate, rng.uniform(1.5, 4.5)) for candidate in complete]
    FairScore.objects.bulk_create(
        FairScore(
            programme_id=intake.programme_id,
            run=run,
            candidate=candidate,
            measure=score - 3,
            se=0.3,
            score=score,
            low=score - 0.4,
            high=score + 0.4,
            ratings=len(METHODS) * RATERS * 4,
        )
        for candidate, score in scores
    )
