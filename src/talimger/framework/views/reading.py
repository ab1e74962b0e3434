"""Looking at the framework: the version in force, a draft, a competency, a method, older versions."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from talimger.framework import commands, queries
from talimger.framework.content import LEVELS
from talimger.framework.differences import differences
from talimger.framework.gaps import Gap, find_gaps
from talimger.framework.models import FrameworkVersion, Indicator, Term
from talimger.framework.pictures import matrix_chart
from talimger.framework.weak_spots import find_weak_spots, finding
from talimger.framework.yaml_format import write_framework
from talimger.kernel.languages import LocalisedText
from talimger.kernel.policies import allowed, fetch, may, possible, require
from talimger.people.http import ProgrammeRequest, see_other
from talimger.shell.languages import LANGUAGE_NAMES

ROWS_A_PAGE = 50


@require_safe
def overview(request: ProgrammeRequest, programme: str) -> HttpResponse:
    """The framework in force; before there is one, how to get one."""
    # Asked of the roles, not of rows: before there is a version, everybody is told that there is none.
    if not possible(request.actor, "framework.view"):
        raise Http404
    current = queries.current_version()
    if current is None:
        return render(request, "framework/empty.html", {"draft": _draft_seen_by(request)})
    return _version_page(request, current, is_current=True)


@require_safe
def version(request: ProgrammeRequest, programme: str, version: int) -> HttpResponse:
    """One version: the draft with what it lacks and what it changes, or a published one as it was."""
    found: FrameworkVersion = fetch(request.actor, "framework.view", pk=version)
    if found.is_draft:
        return _draft_page(request, found)
    current = queries.current_version()
    return _version_page(request, found, is_current=current is not None and current.pk == found.pk)


def _version_page(request: ProgrammeRequest, found: FrameworkVersion, *, is_current: bool) -> HttpResponse:
    content = queries.content_of(found)
    reviews = may(request.actor, "framework.review", found)
    context = _common(request, found) | {
        "is_current": is_current,
        "reviews": reviews,
        "finding": finding(content),
        "spots": find_weak_spots(content) if reviews else [],
        "matrix": matrix_chart(content, _method_urls(request, found)),
        "indicator_count": sum(1 for _each in content.indicators()),
        "draft": _draft_seen_by(request),
    }
    return render(request, "framework/version.html", context)


def _draft_page(request: ProgrammeRequest, draft: FrameworkVersion) -> HttpResponse:
    content = queries.content_of(draft)
    gaps = find_gaps(content, queries.languages_of(request.programme))
    base = draft.based_on
    context = _common(request, draft) | {
        "gaps": [(gap, _gap_url(request, draft, gap)) for gap in gaps],
        "changes": differences(queries.content_of(base), content) if base else [],
        "base": base,
        "spots": find_weak_spots(content),
        "matrix": matrix_chart(content, _method_urls(request, draft)),
    }
    return render(request, "framework/draft.html", context)


@require_safe
def competency(request: ProgrammeRequest, programme: str, competency: int) -> HttpResponse:
    """One competency: its indicators with what one would see at levels 1, 3 and 5."""
    found = queries.load_tree(fetch(request.actor, "framework.view", competencies=competency))
    rows = list(found.competencies.all())
    row = next(each for each in rows if each.pk == competency)
    methods = [method for method in found.methods.all() if any(cell.competency_id == row.pk for cell in method.cells.all())]
    context = _common(request, found) | {
        "competency": row,
        "competencies": rows,
        "methods": methods,
        "indicators": [(indicator, _by_level(indicator)) for indicator in row.indicators.all()],
    }
    return render(request, "framework/competency.html", context)


@require_safe
def method(request: ProgrammeRequest, programme: str, method: int) -> HttpResponse:
    """One method: what an assessor scores on its sheet, with the anchors that the sheet shows."""
    found: FrameworkVersion = fetch(request.actor, "framework.view", methods=method)
    row = found.methods.prefetch_related("cells__competency").get(pk=method)
    items = queries.items_of_method(row.pk)
    cells = sorted(row.cells.all(), key=lambda cell: cell.competency.order)
    groups = [(cell, [item for item in items if item.competency_code == cell.competency.code]) for cell in cells]
    return render(request, "framework/method.html", _common(request, found) | {"method": row, "groups": groups, "item_count": len(items)})


@require_safe
def versions(request: ProgrammeRequest, programme: str) -> HttpResponse:
    """Every version, the newest first."""
    rows = allowed(request.actor, "framework.view").select_related("published_by", "created_by", "based_on").order_by("-number")
    page = Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "current": queries.current_version(), "draft": _draft_seen_by(request)}
    return render(request, "framework/versions.html", context)


@require_safe
def changes(request: ProgrammeRequest, programme: str, version: int) -> HttpResponse:
    """What a version changed, compared with the one before it or with another one."""
    new: FrameworkVersion = fetch(request.actor, "framework.view", pk=version)
    others = allowed(request.actor, "framework.view").exclude(pk=new.pk).order_by("-number")
    wanted = request.GET.get("with", "")
    if wanted:
        old: FrameworkVersion | None = fetch(request.actor, "framework.view", others, pk=wanted)
    else:
        old = others.filter(number__lt=new.number, state=FrameworkVersion.State.PUBLISHED).first()
    found = differences(queries.content_of(old), queries.content_of(new)) if old else []
    context = {"version": new, "old": old, "changes": found, "others": others[:ROWS_A_PAGE]}
    return render(request, "framework/changes.html", context)


@require_safe
def export(request: ProgrammeRequest, programme: str, version: int) -> HttpResponse:
    """The version as a YAML file, which the import of any installation reads."""
    found: FrameworkVersion = fetch(request.actor, "framework.export", pk=version)
    name = f"{found.code}-{found.number}.yaml"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(write_framework(queries.content_of(found)), content_type="application/yaml; charset=utf-8", headers=headers)


@require_POST
def load_default(request: ProgrammeRequest, programme: str) -> HttpResponse:
    """Publish the framework that comes with this software, in a programme that has none yet."""
    require(request.actor, "framework.import", request.programme)
    done = reverse("framework:overview", args=[programme])
    if queries.current_version() is None:
        commands.load_framework(actor=request.actor, source=commands.DEFAULT_FRAMEWORK.read_bytes(), publish=True)
        messages.success(request, _("The UPSHIFT framework is published. You can change it by a draft at any time."))
    return see_other(done)


# ── what several of these pages show ──


def _common(request: ProgrammeRequest, found: FrameworkVersion) -> dict[str, Any]:
    reviews = may(request.actor, "framework.review", found)
    return {
        "version": queries.load_tree(found),
        "can_edit": found.is_draft and may(request.actor, "framework.edit", found),
        # A native speaker has still to read these: staff see it, everybody else reads in peace.
        "unread": [LANGUAGE_NAMES[code].full for code in found.draft_languages] if reviews else [],
        "terms": [(kind.label, [term for term in found.terms.all() if term.kind == kind]) for kind in Term.Kind],
    }


def _draft_seen_by(request: ProgrammeRequest) -> FrameworkVersion | None:
    draft: FrameworkVersion | None = allowed(request.actor, "framework.view").filter(state=FrameworkVersion.State.DRAFT).first()
    return draft


def _method_urls(request: ProgrammeRequest, found: FrameworkVersion) -> dict[str, str]:
    return {row.code: reverse("framework:method", args=[request.programme.slug, row.pk]) for row in found.methods.all()}


def _by_level(indicator: Indicator) -> list[tuple[int, LocalisedText | None]]:
    texts = {anchor.level: anchor.text for anchor in indicator.anchors.all()}
    return [(level, texts.get(level)) for level in LEVELS]


def _gap_url(request: ProgrammeRequest, draft: FrameworkVersion, gap: Gap) -> str:
    """The page where the gap is closed."""
    rows: dict[tuple[str, str], tuple[str, int]] = {("framework", draft.code): ("framework:edit_version", draft.pk)}
    for row in draft.competencies.all():
        rows["competency", row.code] = ("framework:rename_competency", row.pk)
        rows |= {("indicator", each.code): ("framework:edit_indicator", each.pk) for each in row.indicators.all()}
    rows |= {("method", each.code): ("framework:rename_method", each.pk) for each in draft.methods.all()}
    rows |= {("term", f"{each.kind}.{each.code}"): ("framework:rename_term", each.pk) for each in draft.terms.all()}
    name, key = rows[gap.kind, gap.code]
    return reverse(name, args=[request.programme.slug, key])
