"""Changing the draft: its words, its indicators, its matrix; publishing and discarding it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from talimger.framework import commands, queries
from talimger.framework.commands import NameTexts, VersionTexts
from talimger.framework.forms import IndicatorForm, ItemsForm, MatrixForm, NameForm, NewIndicatorForm, VersionForm
from talimger.framework.models import Competency, FrameworkVersion, Indicator, MatrixCell, Method, Term
from talimger.framework.views._answers import draft_of, posted, save_or_show
from talimger.kernel.errors import DomainError
from talimger.kernel.policies import fetch, require
from talimger.people.http import ProgrammeRequest, see_other

form_page = require_http_methods(["GET", "HEAD", "POST"])


@require_POST
def start_draft(request: ProgrammeRequest, programme: str) -> HttpResponse:
    """Begin a draft, or go on with the one that is there."""
    require(request.actor, "framework.edit")
    try:
        draft = commands.start_draft(actor=request.actor)
    except DomainError as error:
        messages.info(request, error.message)
        existing = queries.draft_version()
        return see_other(_draft_url(programme, existing) if existing else reverse("framework:overview", args=[programme]))
    messages.success(request, _("The draft is ready. Nothing changes for anybody until you publish it."))
    return see_other(_draft_url(programme, draft))


@require_POST
def publish(request: ProgrammeRequest, programme: str, version: int) -> HttpResponse:
    """Make the draft the framework from now on."""
    draft: FrameworkVersion = fetch(request.actor, "framework.publish", pk=version)
    try:
        commands.publish_draft(actor=request.actor, version=draft)
    except DomainError as error:
        if error.code != "published":  # sent twice: the first time did it
            messages.error(request, error.message)
            return see_other(_draft_url(programme, draft))
    messages.success(request, _("Version %(number)s is in force.") % {"number": draft.number})
    return see_other(reverse("framework:overview", args=[programme]))


@require_POST
def discard(request: ProgrammeRequest, programme: str, version: int) -> HttpResponse:
    """Throw the draft away."""
    commands.discard_draft(actor=request.actor, version=draft_of(request, pk=version))
    messages.success(request, _("The draft is discarded. What is published has not changed."))
    return see_other(reverse("framework:overview", args=[programme]))


@form_page
def edit_version(request: ProgrammeRequest, programme: str, version: int) -> HttpResponse:
    """The framework's own name, and which languages are still drafts."""
    draft = draft_of(request, pk=version)
    form = VersionForm(posted(request), shown=VersionTexts.of(draft), languages=queries.languages_of(request.programme))
    return save_or_show(
        request,
        "framework/names.html",
        form,
        save=lambda form: commands.edit_version(actor=request.actor, version=draft, texts=form.texts(), seen=form.token),
        done=_draft_url(programme, draft),
        told=_("The name is saved."),
        title=_("Name of the framework"),
        version=draft,
    )


@form_page
def rename_competency(request: ProgrammeRequest, programme: str, competency: int) -> HttpResponse:
    """The name of a competency."""
    draft = draft_of(request, competencies=competency)
    row = Competency.objects.get(pk=competency)
    form = _name_form(request, row)
    return save_or_show(
        request,
        "framework/names.html",
        form,
        save=lambda form: commands.rename_competency(actor=request.actor, competency=row, texts=form.texts(), seen=form.token),
        done=reverse("framework:competency", args=[programme, row.pk]),
        told=_("The name is saved."),
        title=_("Name of competency %(code)s") % {"code": row.code},
        version=draft,
    )


@form_page
def rename_method(request: ProgrammeRequest, programme: str, method: int) -> HttpResponse:
    """The names of a method."""
    draft = draft_of(request, methods=method)
    row = Method.objects.get(pk=method)
    return save_or_show(
        request,
        "framework/names.html",
        _name_form(request, row),
        save=lambda form: commands.rename_method(actor=request.actor, method=row, texts=form.texts(), seen=form.token),
        done=reverse("framework:method", args=[programme, row.pk]),
        told=_("The name is saved."),
        title=_("Names of the method “%(name)s”") % {"name": row.name},
        version=draft,
    )


@form_page
def rename_term(request: ProgrammeRequest, programme: str, term: int) -> HttpResponse:
    """A word of one of the lists."""
    draft = draft_of(request, terms=term)
    row = Term.objects.get(pk=term)
    return save_or_show(
        request,
        "framework/names.html",
        _name_form(request, row),
        save=lambda form: commands.rename_term(actor=request.actor, term=row, texts=form.texts(), seen=form.token),
        done=f"{_draft_url(programme, draft)}#lists",
        told=_("The name is saved."),
        title=f"{row.get_kind_display()}: {row.name}",
        version=draft,
    )


@form_page
def edit_indicator(request: ProgrammeRequest, programme: str, indicator: int) -> HttpResponse:
    """Name, target and anchors of an indicator, in every language side by side."""
    draft = draft_of(request, competencies__indicators=indicator)
    row = Indicator.objects.select_related("competency").prefetch_related("anchors", "parts").get(pk=indicator)
    languages = queries.languages_of(request.programme)
    form = IndicatorForm(posted(request), shown=queries.indicator_content(row), languages=languages)
    return save_or_show(
        request,
        "framework/indicator.html",
        form,
        save=lambda form: commands.edit_indicator(actor=request.actor, indicator=row, texts=form.texts(), seen=form.token),
        done=f"{reverse('framework:competency', args=[programme, row.competency_id])}#{row.code}",
        told=_("Indicator %(code)s is saved.") % {"code": row.code},
        indicator=row,
        version=draft,
    )


@form_page
def add_indicator(request: ProgrammeRequest, programme: str, competency: int) -> HttpResponse:
    """One more indicator of a competency."""
    draft = draft_of(request, competencies=competency)
    row = Competency.objects.prefetch_related("indicators").get(pk=competency)
    languages = queries.languages_of(request.programme)
    form = NewIndicatorForm(posted(request), next_code=_next_code(row), languages=languages)
    added: list[Indicator] = []
    answer = save_or_show(
        request,
        "framework/names.html",
        form,
        save=lambda form: added.append(commands.add_indicator(actor=request.actor, competency=row, **form.values())),
        done=reverse("framework:competency", args=[programme, row.pk]),
        told=_("The indicator is added. Now write its anchors."),
        title=_("A new indicator of %(code)s. %(name)s") % {"code": row.code, "name": row.name},
        version=draft,
    )
    return see_other(reverse("framework:edit_indicator", args=[programme, added[0].pk])) if added else answer


@require_POST
def remove_indicator(request: ProgrammeRequest, programme: str, indicator: int) -> HttpResponse:
    """Take an indicator out."""
    draft_of(request, competencies__indicators=indicator)
    row = Indicator.objects.select_related("competency").get(pk=indicator)
    try:
        commands.remove_indicator(actor=request.actor, indicator=row)
    except DomainError as error:
        messages.error(request, error.message)
        return see_other(reverse("framework:edit_indicator", args=[programme, row.pk]))
    messages.success(request, _("Indicator %(code)s is taken out of the draft.") % {"code": row.code})
    return see_other(reverse("framework:competency", args=[programme, row.competency_id]))


@form_page
def edit_matrix(request: ProgrammeRequest, programme: str, version: int) -> HttpResponse:
    """Which method gives evidence on which competency."""
    draft = queries.load_tree(draft_of(request, pk=version))
    methods, competencies = list(draft.methods.all()), list(draft.competencies.all())
    keys = {"methods": [row.pk for row in methods], "competencies": [row.pk for row in competencies]}
    form = MatrixForm(posted(request), saved=queries.places_of(draft), **keys)
    return save_or_show(
        request,
        "framework/matrix.html",
        form,
        save=lambda form: commands.change_matrix(
            actor=request.actor,
            version=draft,
            places=form.chosen(),
            reason=form.cleaned_data["reason"],
            seen=form.token,
        ),
        done=_draft_url(programme, draft),
        told=_("The matrix is saved."),
        rows=[(method, [(each, f"{method.pk}-{each.pk}") for each in competencies]) for method in methods],
        competencies=competencies,
        version=draft,
    )


@form_page
def choose_items(request: ProgrammeRequest, programme: str, cell: int) -> HttpResponse:
    """What an assessor scores in one cell of the matrix."""
    draft = draft_of(request, cells=cell)
    row = MatrixCell.objects.select_related("method", "competency").get(pk=cell)
    form = ItemsForm(posted(request), offered=queries.offered_items(row.competency), saved=queries.items_of_cell(row))
    return save_or_show(
        request,
        "framework/items.html",
        form,
        save=lambda form: commands.choose_rating_items(actor=request.actor, cell=row, items=form.chosen(), seen=form.token),
        done=reverse("framework:method", args=[programme, row.method_id]),
        told=_("What is scored is saved."),
        cell=row,
        version=draft,
    )


def _draft_url(programme: str, draft: FrameworkVersion) -> str:
    return reverse("framework:version", args=[programme, draft.pk])


def _name_form(request: ProgrammeRequest, row: Competency | Method | Term) -> NameForm:
    languages = queries.languages_of(request.programme)
    return NameForm(posted(request), shown=NameTexts.of(row), has_short_name=isinstance(row, Method), languages=languages)


def _next_code(competency: Competency) -> str:
    """The next free number after the competency's code."""
    taken = {indicator.code for indicator in competency.indicators.all()}
    number = len(taken) + 1
    while f"{competency.code}.{number}" in taken:
        number += 1
    return f"{competency.code}.{number}"
