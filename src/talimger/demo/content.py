"""The invented people and words of the demo, read from ``data/``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from talimger.kernel.languages import LocalisedText

DATA = Path(__file__).resolve().parent / "data"
SAMPLES = ("import-sample.csv", "import-sample.xlsx")


@dataclass(frozen=True)
class OrganisationData:
    code: str
    kind: str
    name: LocalisedText


@dataclass(frozen=True)
class PersonData:
    """Somebody of the staff. The first role is the main one."""

    code: str
    name: str
    email: str
    language: str
    roles: tuple[str, ...]
    organisation: str


@dataclass(frozen=True)
class CandidateData:
    """A candidate as the application form had it; ``region`` is named in the candidate's language."""

    name: str
    email: str
    phone: str
    born_on: dt.date
    city: str
    region: str
    language: str
    came_through_training: bool
    occupation: str
    professional_experience: str
    youth_experience: str
    education: str


@dataclass(frozen=True)
class Words:
    """What assessors and officers write.

    ``notes``: method -> language -> ``low``, ``middle`` or ``high`` -> sentences; ``comments``: outcome -> language -> sentences.
    """

    notes: Mapping[str, Mapping[str, Mapping[str, list[str]]]]
    comments: Mapping[str, Mapping[str, list[str]]]


@dataclass(frozen=True)
class FirstProgrammeData:
    organisations: tuple[OrganisationData, ...]
    staff: tuple[PersonData, ...]
    invited: tuple[PersonData, ...]
    candidates: tuple[CandidateData, ...]


@dataclass(frozen=True)
class SecondProgrammeData:
    slug: str
    name: LocalisedText
    accent: str
    languages: tuple[str, ...]
    contact_email: str
    intake: LocalisedText
    staff: tuple[PersonData, ...]
    candidates: tuple[CandidateData, ...]


def first_programme() -> FirstProgrammeData:
    """The programme that the demo is about."""
    people, applicants = _read("people.yaml"), _read("candidates.yaml")
    return FirstProgrammeData(
        organisations=tuple(
            OrganisationData(each["code"], each["kind"], LocalisedText.of(each["name"])) for each in people["organisations"]
        ),
        staff=_people(people["staff"]),
        invited=_people(people["invited"]),
        candidates=_candidates(applicants["candidates"], applicants["regions"]),
    )


def second_programme() -> SecondProgrammeData:
    """The small programme behind the wall."""
    second, regions = _read("second.yaml"), _read("candidates.yaml")["regions"]
    programme = second["programme"]
    return SecondProgrammeData(
        slug=programme["slug"],
        name=LocalisedText.of(programme["name"]),
        accent=programme["accent"],
        languages=tuple(programme["languages"]),
        contact_email=programme["contact_email"],
        intake=LocalisedText.of(second["intake"]),
        staff=_people(second["staff"]),
        candidates=_candidates(second["candidates"], regions),
    )


def words() -> Words:
    """Notes and comments."""
    texts = _read("notes.yaml")
    return Words(notes=texts["notes"], comments=texts["decision_comments"])


def write_samples(folder: Path) -> list[Path]:
    """Copy the spreadsheets that are there to be imported into a folder, and return where they lie."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name in SAMPLES:
        path = folder / name
        path.write_bytes((DATA / name).read_bytes())
        written.append(path)
    return written


def _read(name: str) -> Any:
    # The parser in C, where PyYAML was built with it, reads these texts ten times as fast.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load((DATA / name).read_text(encoding="utf-8"), Loader=loader)  # noqa: S506  # a safe loader, whichever it is


def _people(rows: Iterable[Mapping[str, Any]]) -> tuple[PersonData, ...]:
    return tuple(
        PersonData(
            code=row["code"],
            name=row["name"],
            email=row["email"],
            language=row["language"],
            roles=tuple(row.get("roles", [row["role"]])),
            organisation=row.get("organisation", ""),
        )
        for row in rows
    )


def _candidates(rows: Iterable[Mapping[str, Any]], regions: Mapping[str, Mapping[str, str]]) -> tuple[CandidateData, ...]:
    return tuple(CandidateData(**{**row, "region": regions[row["region"]][row["language"]]}) for row in rows)
