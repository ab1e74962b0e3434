"""The frame around every page: whose programme, which language and theme, what the navigation shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import get_language

from talimger.kernel.languages import LANGUAGE_CODES
from talimger.kernel.policies import Actor
from talimger.shell.languages import LANGUAGE_NAMES
from talimger.shell.navigation import Link, Navigation, navigation_for

THEMES = ("system", "light", "dark")
THEME_COOKIE = "theme"
_ACCENTS = frozenset({"plum", "clay"})


def initials_of(name: str) -> str:
    """Up to two letters for a person without a picture.

    >>> initials_of("Жанна Смагулова"), initials_of("Әсел"), initials_of("")
    ('ЖС', 'Ә', '')
    """
    words = [word for word in name.replace("«", " ").replace("»", " ").split() if word[0].isalpha()]
    return "".join(word[0] for word in words[:2]).upper()


@dataclass(frozen=True)
class LanguageChoice:
    """One button of the language switch."""

    code: str
    short: str
    name: str


@dataclass
class Frame:
    """What the base templates show; everything that costs time is worked out when a template first asks for it."""

    request: HttpRequest
    language: str
    theme: str
    programme: Any = None
    actor: Actor | None = None
    is_demo: bool = False
    languages: tuple[LanguageChoice, ...] = field(default=())

    @property
    def accent(self) -> str:
        """The accent's name for ``data-accent``; empty for the default one."""
        accent = getattr(self.programme, "accent", "")
        return accent if accent in _ACCENTS else ""

    @property
    def home_url(self) -> str:
        return f"/p/{self.programme.slug}/" if self.programme else "/"

    @property
    def note(self) -> str:
        """Small words beside the programme's name, the cycle for example: whatever set ``request.frame_note``."""
        return str(getattr(self.request, "frame_note", "") or "")

    @cached_property
    def person(self) -> str:
        """The name of who is signed in; empty when nobody is."""
        user = getattr(self.request, "user", None)
        if user is None or not user.is_authenticated:
            return ""
        return str(getattr(user, "full_name", "") or user.get_full_name() or user.get_username())

    @cached_property
    def initials(self) -> str:
        return initials_of(self.person)

    @cached_property
    def navigation(self) -> Navigation:
        if not self.person:
            return Navigation()
        slug = getattr(self.programme, "slug", None)
        return navigation_for(actor=self.actor, programme=slug, path=self.request.path)

    @property
    def nav(self) -> tuple[Link, ...]:
        return self.navigation.bar

    @property
    def subnav(self) -> tuple[Link, ...]:
        return self.navigation.sub


def frame(request: HttpRequest) -> dict[str, Frame]:
    """Context processor: ``frame`` for the base templates."""
    language = (get_language() or settings.LANGUAGE_CODE)[:2]
    theme = request.COOKIES.get(THEME_COOKIE, "system")
    return {
        "frame": Frame(
            request=request,
            language=language if language in LANGUAGE_CODES else "ru",
            theme=theme if theme in THEMES else "system",
            programme=getattr(request, "programme", None),
            actor=getattr(request, "actor", None),
            is_demo=bool(getattr(settings, "DEMO", False)),
            languages=_language_choices(),
        )
    }


def _language_choices() -> tuple[LanguageChoice, ...]:
    return tuple(LanguageChoice(code, *LANGUAGE_NAMES[code]) for code, _name in settings.LANGUAGES if code in LANGUAGE_NAMES)
