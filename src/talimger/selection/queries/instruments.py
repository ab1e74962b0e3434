"""Exercises and guides: which versions there are, and with which an intake works."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from talimger.framework.models import Method
from talimger.framework.queries import current_version
from talimger.people.models import Programme
from talimger.selection.models import Instrument, Intake, MethodSetting

WITH_INSTRUMENT = (Method.Kind.EXERCISE, Method.Kind.INTERVIEW)


@dataclass(frozen=True)
class MethodVersions:
    """A method and all versions of its exercise or guide, newest first."""

    method: Method
    versions: tuple[Instrument, ...]

    @property
    def has_draft(self) -> bool:
        return any(version.state == Instrument.State.DRAFT for version in self.versions)


def instruments_by_method() -> list[MethodVersions]:
    """The methods of the framework in force that work with an instrument, with their versions: three queries."""
    versions: dict[str, list[Instrument]] = defaultdict(list)
    for instrument in Instrument.objects.order_by("method_code", "-number"):
        versions[instrument.method_code].append(instrument)
    methods = Method.objects.filter(version=current_version(), kind__in=WITH_INSTRUMENT).order_by("order")
    return [MethodVersions(method, tuple(versions[method.code])) for method in methods]


def newest_instruments(programme: Programme) -> dict[str, Instrument]:
    """The newest published version for each method's code: what an intake works with when it is opened."""
    published = Instrument.objects.filter(programme=programme, state=Instrument.State.PUBLISHED).order_by("number")
    return {instrument.method_code: instrument for instrument in published}


def settings_of(intake: Intake) -> list[tuple[MethodSetting, list[Instrument]]]:
    """What an intake asks of each method, and the versions it could work with: two queries."""
    published: dict[str, list[Instrument]] = defaultdict(list)
    for instrument in Instrument.objects.filter(state=Instrument.State.PUBLISHED).order_by("-number"):
        published[instrument.method_code].append(instrument)
    settings = MethodSetting.objects.filter(intake=intake).select_related("method", "instrument").order_by("method__order")
    return [(setting, published[setting.method.code]) for setting in settings]
