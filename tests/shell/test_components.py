"""The frame, the components and the forms: what every page is promised by the shell."""

from __future__ import annotations

import datetime as dt
import re
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import translation
from django.views.csrf import csrf_failure
from django.views.defaults import server_error
from django_cotton.compiler_regex import CottonCompiler  # type: ignore[import-untyped]  # it ships no types

from talimger.kernel.errors import DomainError
from talimger.kernel.languages import LocalisedText
from talimger.kernel.policies import Actor, Rule, anyone, held
from talimger.shell import navigation
from talimger.shell.context import initials_of
from talimger.shell.forms import LocalisedTextFormField, Segments, ShellForm
from talimger.shell.gallery import icon_names
from talimger.shell.middleware import DomainErrorMiddleware
from talimger.shell.navigation import BAR, PERSON, NavItem, navigation_for

NOW = dt.datetime(2026, 11, 24, 9, 0, tzinfo=dt.UTC)
OFFICER = Actor(user_id=1, programme_id=1, roles=frozenset({"officer"}), now=NOW)
ASSESSOR = Actor(user_id=2, programme_id=1, roles=frozenset({"assessor"}), now=NOW)


def render(source: str, request: HttpRequest | None = None, **context: Any) -> str:
    # Components are compiled by their template loader, which a template in a string does not pass.
    return str(
        engines["django"].from_string(CottonCompiler().process(source)).render(context, request or RequestFactory().get("/?q=a&page=2"))
    )


class Page(HTMLParser):
    """A page as elements, for what must hold of every one of them."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self._inside: list[str] = []
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        self._inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._inside:
            while self._inside.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if self._inside and self._inside[-1] in {"script", "style"} and data.strip():
            self.words.append(data)

    def ids(self) -> list[str]:
        return [attrs["id"] for _tag, attrs in self.elements if "id" in attrs]


def check_page(source: str) -> Page:
    """What the content security policy and screen readers ask of every page."""
    page = Page(source)
    assert not page.words, "a script or style is written into the page"
    for tag, attrs in page.elements:
        assert "style" not in attrs, tag
        assert not [name for name in attrs if name.startswith("on")], tag
        assert not attrs.get("href", "").startswith("javascript:")
    ids = page.ids()
    assert len(ids) == len(set(ids)), sorted(name for name in ids if ids.count(name) > 1)
    for tag, attrs in page.elements:
        for name in ("aria-labelledby", "aria-describedby", "for", "popovertarget", "data-copy"):
            for target in attrs.get(name, "").split():
                assert target in ids, f"{tag} {name}={target}"
    icons = {attrs["href"].partition("#")[2] for tag, attrs in page.elements if tag == "use"}
    assert icons <= set(icon_names())
    return page


# ── the switches ──


@pytest.mark.parametrize(
    ("path", "field", "value", "cookie"), [("/language/", "language", "kk", "language"), ("/theme/", "theme", "dark", "theme")]
)
def test_a_choice_is_kept_in_a_cookie_and_leads_back(path: str, field: str, value: str, cookie: str) -> None:
    response = Client().post(path, {field: value, "next": "/gallery/?x=1"})
    assert response.status_code == 303
    assert response["Location"] == "/gallery/?x=1"
    assert response.cookies[cookie].value == value
    assert response.cookies[cookie]["httponly"]
    assert response.cookies[cookie]["samesite"] == "Lax"


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "", "\\\\evil.example"])
def test_a_choice_never_leads_to_another_host(target: str) -> None:
    response = Client().post("/language/", {"language": "ru", "next": target})
    assert response["Location"] == "/"


@pytest.mark.parametrize(("path", "field"), [("/language/", "language"), ("/theme/", "theme")])
def test_an_unknown_choice_is_refused_in_the_readers_language_and_changes_nothing(path: str, field: str) -> None:
    client = Client(headers={"accept-language": "en"})
    response = client.post(path, {field: "de"})
    assert response.status_code == 400
    assert "Nothing was changed" in response.content.decode()
    assert field not in response.cookies


@pytest.mark.parametrize("path", ["/language/", "/theme/"])
def test_no_get_changes_anything(path: str) -> None:
    response = Client().get(path, {"language": "kk", "theme": "dark"})
    assert response.status_code == 405
    assert not response.cookies


@pytest.mark.parametrize(
    ("theme", "sheet"),
    [("dark", 'dark.css" media="screen">'), ("system", 'dark.css" media="screen and (prefers-color-scheme: dark)">'), ("light", None)],
)
def test_the_theme_chooses_the_sheet_and_print_stays_light(theme: str, sheet: str | None, settings: Any) -> None:
    settings.DEMO = True
    client = Client()
    client.cookies["theme"] = theme
    page = client.get("/gallery/").content.decode()
    assert ("dark.css" in page) == (sheet is not None)
    assert sheet is None or sheet in page


# ── the gallery ──


def test_the_gallery_is_not_there_on_an_installation_with_real_people(settings: Any) -> None:
    settings.DEMO = settings.DEBUG = False
    assert Client().get("/gallery/").status_code == 404


@pytest.mark.parametrize("language", ["ru", "kk", "en"])
def test_the_gallery_shows_every_component_without_anything_inline(language: str, settings: Any) -> None:
    settings.DEMO = True
    client = Client()
    client.cookies["language"] = language
    response = client.get("/gallery/")
    assert response.status_code == 200
    page = check_page(response.content.decode())
    assert ("html", {"lang": language}) in page.elements
    assert "'unsafe-inline'" not in response["Content-Security-Policy"]
    headings = [tag for tag, _attrs in page.elements if tag in {"h1", "h2", "h3", "h4"}]
    assert headings.count("h1") == 1


# ── the frame ──


@pytest.fixture
def doors(monkeypatch: pytest.MonkeyPatch) -> list[NavItem]:
    rules = {
        "candidates.read": Rule("candidates.read", "auth.Permission", held("officer")),
        "sheets.rate": Rule("sheets.rate", "auth.Permission", anyone),
    }
    monkeypatch.setattr(navigation, "rule_for", rules.__getitem__)
    monkeypatch.setattr(navigation, "reverse", lambda name, kwargs=None: f"/p/{kwargs['programme']}/{name}/" if kwargs else f"/{name}/")
    return [
        NavItem("Selection", "selection", "candidates.read", order=20, section="selection"),
        NavItem("My sheets", "sheets", "sheets.rate", order=30),
        NavItem("Candidates", "selection", "candidates.read", order=10, group="selection"),
        NavItem("Coverage", "selection/coverage", "candidates.read", order=20, group="selection"),
        NavItem("My settings", "me", group=PERSON, outside_programme=True),
    ]


def test_a_person_sees_only_doors_that_a_rule_could_open(doors: list[NavItem]) -> None:
    shown = navigation_for(actor=ASSESSOR, programme="samgau", path="/p/samgau/sheets/7/", items=doors)
    assert [(link.label, link.is_current) for link in shown.bar] == [("My sheets", True)]
    assert not shown.sub
    assert [link.url for link in shown.person] == ["/me/"]


def test_the_longest_address_is_the_current_one_and_opens_its_section(doors: list[NavItem]) -> None:
    shown = navigation_for(actor=OFFICER, programme="samgau", path="/p/samgau/selection/coverage/?open=1", items=doors)
    assert [link.label for link in shown.bar if link.is_current] == ["Selection"]
    assert [(link.label, link.is_current) for link in shown.sub] == [("Candidates", False), ("Coverage", True)]


def test_outside_a_programme_only_what_needs_none_is_shown(doors: list[NavItem]) -> None:
    shown = navigation_for(actor=None, programme=None, path="/me/", items=doors)
    assert shown.bar == ()
    assert [link.is_current for link in shown.person] == [True]


def test_an_item_is_registered_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(navigation, "_items", [])
    item = NavItem("Selection", "selection", order=2)
    for each in (item, NavItem("Home", "home", order=1), item):
        navigation.register(each)
    assert [each.label for each in navigation._items] == ["Home", "Selection"]
    assert item.group == BAR


def test_the_frame_shows_the_programme_and_the_person_with_a_menu_of_posts() -> None:
    request = RequestFactory().get("/p/samgau/")
    request.user = SimpleNamespace(is_authenticated=True, full_name="Жанна <Смагулова>")  # type: ignore[assignment]
    request.programme = SimpleNamespace(slug="samgau", name=LocalisedText(ru="Самғау"), accent="plum")  # type: ignore[attr-defined]
    request.frame_note = "Поток 3"  # type: ignore[attr-defined]
    with translation.override("en"):
        source = render('{% extends "shell/base.html" %}{% block title %}Home{% endblock %}', request)
    page = check_page(source)
    assert ("html", {"lang": "en", "data-accent": "plum"}) in page.elements
    assert '<span lang="ru">Самғау</span><span class="fallback">no translation</span>' in source
    assert "Жанна &lt;Смагулова&gt;" in source
    assert "Поток 3" in source
    posts = [attrs["action"] for tag, attrs in page.elements if tag == "form"]
    assert {"/language/", "/theme/", reverse("account_logout")} <= set(posts)
    assert all(attrs["method"] == "post" for tag, attrs in page.elements if tag == "form")


@pytest.mark.parametrize(
    ("name", "letters"), [("Жанна Смагулова", "ЖС"), ("әсел", "Ә"), ("", ""), ("«Ақ жол» тобы", "АЖ"), ("7 Иван", "И")]
)
def test_initials_are_at_most_two_letters(name: str, letters: str) -> None:
    assert initials_of(name) == letters
    assert render("{{ name|initials }}", name=name) == letters


# ── refusals and mishaps ──


def refuse(request: HttpRequest) -> HttpResponse | None:
    request.user = SimpleNamespace(is_authenticated=False)  # type: ignore[assignment]
    middleware = DomainErrorMiddleware(lambda _request: HttpResponse())
    with translation.override("ru"):
        return middleware.process_exception(request, DomainError("Лист уже закрыт <b>."))


def test_a_refused_command_is_a_calm_page_with_a_way_back() -> None:
    response = refuse(RequestFactory().post("/p/samgau/sheets/7/", headers={"referer": "http://testserver/p/samgau/sheets/?open=1"}))
    assert response is not None
    assert response.status_code == 422
    page = response.content.decode()
    check_page(page)
    assert "Лист уже закрыт &lt;b&gt;." in page
    assert 'href="/p/samgau/sheets/?open=1"' in page


def test_a_refusal_does_not_lead_back_to_another_host() -> None:
    response = refuse(RequestFactory().post("/x/", headers={"referer": "https://evil.example/trap"}))
    assert response is not None
    assert "evil.example" not in response.content.decode()


def test_a_refused_fragment_becomes_a_toast() -> None:
    request = RequestFactory().post("/x/")
    request.htmx = True  # type: ignore[attr-defined]
    response = refuse(request)
    assert response is not None
    assert (response.status_code, response["HX-Retarget"], response["HX-Reswap"]) == (422, "#toasts", "beforeend")
    assert "<html" not in response.content.decode()


def test_other_exceptions_are_not_ours() -> None:
    middleware = DomainErrorMiddleware(lambda _request: HttpResponse("x"))
    assert middleware.process_exception(RequestFactory().get("/"), RuntimeError()) is None
    assert middleware(RequestFactory().get("/")).content == b"x"


def test_a_missing_page_is_told_in_the_frame() -> None:
    response = Client(headers={"accept-language": "en"}).get("/there-is-nothing/")
    assert response.status_code == 404
    check_page(response.content.decode())
    assert "There is no such page here" in response.content.decode()


def test_the_page_for_a_crash_needs_nothing_and_speaks_three_languages(settings: Any) -> None:
    # The manifest of static files may be what is broken.
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
    }
    response = server_error(RequestFactory().get("/"))
    page = response.content.decode()
    check_page(page)
    assert response.status_code == 500
    assert {"ru", "kk", "en"} <= set(re.findall(r'lang="(\w\w)"', page))


def test_a_stale_form_is_told_what_to_do() -> None:
    request = RequestFactory().post("/x/")
    with translation.override("en"):
        page = csrf_failure(request).content.decode()
    check_page(page)
    assert "Please send this again" in page


# ── tags ──


@pytest.mark.parametrize(
    ("value", "language", "words"),
    [(3.25, "ru", "3,3"), (3.25, "kk", "3,3"), (3.25, "en", "3.3"), (2, "ru", "2,0"), (None, "ru", "—")],
)
def test_a_score_has_one_decimal_in_the_readers_language(value: float | None, language: str, words: str) -> None:
    with translation.override(language):
        assert render("{{ value|score }}", value=value) == words


def test_a_state_is_a_shape_and_a_word() -> None:
    with translation.override("ru"):
        assert render('{% status "half" 1 2 %}').endswith("1 из 2</span>")
    page = render('{% status "conf" word %}', word="<конфликт>")
    assert 'class="status conf"' in page
    assert 'aria-hidden="true"' in page
    assert "&lt;конфликт&gt;" in page


def test_a_text_in_another_language_says_which_and_why() -> None:
    with translation.override("kk"):
        assert render("{% localised text %}", text=LocalisedText(ru="Отбор", kk="Іріктеу")) == "Іріктеу"
        page = render("{% localised text %}", text=LocalisedText(ru="<Отбор>"))
        assert page == '<span lang="ru">&lt;Отбор&gt;</span><span class="fallback">аударма жоқ</span>'
    assert render("{% localised text %}", text="<просто>") == "&lt;просто&gt;"
    assert render("{% localised text %}", text=None) == ""


def test_what_nobody_may_do_is_not_offered_to_who_is_not_inside() -> None:
    assert render('{% if actor|may:"x.y" %}yes{% endif %}', actor=None) == ""
    assert render('{% may "x.y" as ok %}{{ ok }}') == "False"


def test_a_sorted_column_turns_round_and_forgets_the_page() -> None:
    page = render('<c-sort key="name" current="name">Name</c-sort>')
    assert 'aria-sort="ascending"' in page
    assert 'href="?q=a&amp;sort=-name"' in page
    assert 'aria-sort="descending"' in render('<c-sort key="name" current="-name">Name</c-sort>')
    assert 'aria-sort="none"' in render('<c-sort key="name" current="town">Name</c-sort>')


def test_pages_say_where_one_is_and_keep_the_filters() -> None:
    with translation.override("en"):
        page = render('<c-pagination :page="page" />', page=Paginator(range(430), 50).page(2))
    assert "51–100 of 430" in page
    assert 'href="?q=a&amp;page=1"' in page
    assert 'href="?q=a&amp;page=3"' in page
    assert render('<c-pagination :page="page" />', page=Paginator([], 50).page(1)).strip() == ""


@pytest.mark.parametrize(
    ("state", "asks_again", "words"), [("running", True, "17 of 26"), ("done", False, "done"), ("failed", False, "not done")]
)
def test_progress_asks_again_only_while_the_work_goes_on(state: str, asks_again: bool, words: str) -> None:
    job = SimpleNamespace(
        public_id="j1", title="Letters", state=state, done=17, total=26, message="", result_url="", is_over=state != "running"
    )
    with translation.override("en"):
        page = render('<c-job :job="job" url="/jobs/j1/" />', job=job)
    assert ("hx-get" in page) == asks_again
    assert words in page
    check_page(page)


def test_a_dialog_opens_without_javascript() -> None:
    page = render('<button popovertarget="sure">x</button><c-dialog id="sure" title="Sure?"><p>Text</p></c-dialog>')
    elements = check_page(page).elements
    dialog = next(attrs for tag, attrs in elements if tag == "dialog")
    assert "popover" in dialog
    assert dialog["aria-labelledby"] == "sure-title"


def test_the_words_of_people_are_escaped_in_components() -> None:
    page = render('<c-page-head title="{{ name }}" /><c-badge>{{ name }}</c-badge><c-avatar name="{{ name }}" />', name="<script>")
    assert "<script>" not in page


def test_the_text_to_share_comes_with_a_code_for_cameras() -> None:
    page = render(
        '<c-share id="s" text="{{ text }}" link="{{ link }}"><c-slot name="code">{% qr link %}</c-slot></c-share>',
        text="A & B",
        link="https://a.example/?x=1&y=2",
    )
    check_page(page)
    assert "A &amp; B" in page
    assert 'role="img"' in page


# ── forms ──


class Specimen(ShellForm):
    name = forms.CharField(label="Name", help_text="As in the card")
    email = forms.EmailField(label="Email", required=False)
    born_on = forms.DateField(label="Born")
    choice = forms.ChoiceField(label="Choice", choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)
    verdict = forms.ChoiceField(label="Verdict", choices=[("a", "A")], widget=Segments)
    agreed = forms.BooleanField(label="Agreed")
    title = LocalisedTextFormField(label="Title", max_length=20)

    def clean_name(self) -> str:
        if "<" in self.cleaned_data["name"]:
            raise ValidationError("No <brackets>")
        return str(self.cleaned_data["name"])


ALL_FIELDS = '<c-form-errors :form="form" />{% for field in form %}<c-field :field="field" />{% endfor %}'


def test_every_field_is_tied_to_its_label_hint_and_error() -> None:
    form = Specimen({"name": "<b>", "email": "x", "born_on": "31.02.2003"})
    with translation.override("en"):
        page = render(ALL_FIELDS, form=form)
    elements = check_page(page).elements
    name = next(attrs for tag, attrs in elements if attrs.get("name") == "name" and tag == "input")
    assert name["aria-describedby"] == "id_name_helptext id_name_error"
    assert name["aria-invalid"] == "true"
    assert name["value"] == "<b>", "what was typed is kept"
    assert "No &lt;brackets&gt;" in page
    assert page.count("<fieldset") == 3
    links = [attrs["href"] for tag, attrs in elements if tag == "a"]
    ids = Page(page).ids()
    assert len(links) == 7
    assert all(link[1:] in ids for link in links), "every link of the summary leads to an input"
    assert "optional" in page


def test_a_form_looks_the_same_however_it_is_written() -> None:
    form = Specimen()
    with translation.override("en"):
        assert re.sub(r"\s", "", render(ALL_FIELDS, form=form)) == re.sub(r"\s", "", render("{{ form }}", form=form))
        assert '<label for="id_name">Name</label>' in str(form["name"].as_field_group())


def test_dates_are_picked_natively_and_a_wrong_one_is_given_back_as_typed() -> None:
    fresh = render("{{ form.born_on }}", form=Specimen(initial={"born_on": dt.date(2003, 2, 1)}))
    assert 'type="date"' in fresh
    assert 'value="2003-02-01"' in fresh
    wrong = render("{{ form.born_on }}", form=Specimen({"born_on": "31.02.2003"}))
    assert 'type="text"' in wrong
    assert 'value="31.02.2003"' in wrong


def test_a_text_in_three_languages_marks_each_input_with_its_language() -> None:
    form = Specimen(initial={"title": LocalisedText(ru="Отбор", kk="Іріктеу")})
    inputs = [attrs for tag, attrs in check_page(render("{{ form.title }}", form=form)).elements if tag == "input"]
    assert [(attrs["lang"], attrs.get("value", "")) for attrs in inputs] == [("ru", "Отбор"), ("kk", "Іріктеу"), ("en", "")]


def test_a_text_needs_words_in_at_least_one_language() -> None:
    field = LocalisedTextFormField()
    assert field.clean(["", "Іріктеу", ""]) == LocalisedText(kk="Іріктеу")
    assert LocalisedTextFormField(required=False).clean(["", "", ""]) == LocalisedText()
    assert LocalisedTextFormField(languages=("kk", "ru")).clean(["Іріктеу", "Отбор"]) == LocalisedText(ru="Отбор", kk="Іріктеу")
    with pytest.raises(ValidationError):
        field.clean(["", "", ""])
    with pytest.raises(ValidationError):
        LocalisedTextFormField(max_length=3).clean(["Отбор", "", ""])


def test_the_browser_is_told_what_a_field_is_for() -> None:
    assert 'autocomplete="email"' in render("{{ form.email }}", form=Specimen())
