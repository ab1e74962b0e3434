"""The framework as rows. Everything hangs on one version; a published version never changes."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from talimger.kernel.errors import DomainError
from talimger.kernel.languages import LocalisedText, LocalisedTextField
from talimger.kernel.tenancy import ProgrammeOwned
from talimger.people.models import User


class FrameworkVersion(ProgrammeOwned):
    """One state of the framework: a draft that people edit, or a published one that records refer to for ever."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published")

    number = models.PositiveIntegerField()
    code = models.SlugField(max_length=40)
    name = LocalisedTextField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    # Languages whose words a native speaker has still to read; shown to staff only.
    draft_languages = models.JSONField(default=list)
    based_on = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    # SHA-256 of the exported text at publishing: `talimger check` sees whether a row was changed afterwards.
    digest = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "number"], name="framework_version_numbered_once"),
            models.UniqueConstraint(
                fields=["programme"],
                condition=Q(state="draft"),
                name="framework_one_draft_at_a_time",
                violation_error_message=_("There is a draft already. Publish or discard it first."),
            ),
            models.CheckConstraint(
                condition=Q(state="draft", published_at=None) | (Q(state="published", published_at__isnull=False) & ~Q(digest="")),
                name="framework_published_has_time_and_digest",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.number}"

    @property
    def is_draft(self) -> bool:
        return self.state == self.State.DRAFT

    def must_be_draft(self) -> None:
        """Raise ``DomainError`` for a published version: it is for ever what it is."""
        if not self.is_draft:
            words = _("Version %(number)s is published and never changes. Start a draft to change the framework.")
            raise DomainError(words % {"number": self.number}, code="published")


class Competency(ProgrammeOwned):
    version = models.ForeignKey(FrameworkVersion, on_delete=models.CASCADE, related_name="competencies")
    code = models.CharField(max_length=10)
    order = models.PositiveSmallIntegerField()
    name = LocalisedTextField()

    class Meta:
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["version", "code"], name="competency_code_once")]

    def __str__(self) -> str:
        return f"{self.code}. {self.name}"


class Indicator(ProgrammeOwned):
    """Something that can be seen in what a mentor does; five levels, of which 1, 3 and 5 are described by anchors."""

    class Target(models.TextChoices):
        """Our reading of the programme's adjectives: a target of development, never a cut at selection."""

        BASIC = "basic", _("Basic")
        ABLE = "able", _("Able")
        STRONG = "strong", _("Strong")
        DEEP = "deep", _("Deep")

    competency = models.ForeignKey(Competency, on_delete=models.CASCADE, related_name="indicators")
    code = models.CharField(max_length=10)
    order = models.PositiveSmallIntegerField()
    name = LocalisedTextField()
    target = models.CharField(max_length=10, choices=Target.choices, blank=True)

    class Meta:
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["competency", "code"], name="indicator_code_once")]

    def __str__(self) -> str:
        return str(self.name)


class IndicatorPart(ProgrammeOwned):
    """A part of an indicator that one method shows and another does not: oral and written communication."""

    indicator = models.ForeignKey(Indicator, on_delete=models.CASCADE, related_name="parts")
    code = models.CharField(max_length=20)
    order = models.PositiveSmallIntegerField()
    name = LocalisedTextField()

    class Meta:
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["indicator", "code"], name="indicator_part_code_once")]

    def __str__(self) -> str:
        return str(self.name)


class Anchor(ProgrammeOwned):
    """What one would see at this level: the words that make two assessors mean the same by a number."""

    LEVELS = (1, 3, 5)

    indicator = models.ForeignKey(Indicator, on_delete=models.CASCADE, related_name="anchors")
    level = models.PositiveSmallIntegerField()
    text = LocalisedTextField()

    class Meta:
        ordering = ["level"]
        constraints = [
            models.UniqueConstraint(fields=["indicator", "level"], name="anchor_level_once"),
            models.CheckConstraint(condition=Q(level__in=(1, 3, 5)), name="anchor_level_1_3_or_5"),
        ]


class Method(ProgrammeOwned):
    """A way of getting evidence about a candidate: an exercise, a record, trainers' feedback, an interview."""

    class Kind(models.TextChoices):
        EXERCISE = "exercise", _("Exercise")
        RECORD = "record", _("Record")
        FEEDBACK = "feedback", _("Feedback")
        INTERVIEW = "interview", _("Interview")

    class Applies(models.TextChoices):
        EVERYONE = "everyone", _("To everyone")
        CAME_THROUGH_TRAINING = "came_through_training", _("To those who came through UPSHIFT training")

    version = models.ForeignKey(FrameworkVersion, on_delete=models.CASCADE, related_name="methods")
    code = models.CharField(max_length=30)
    order = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    name = LocalisedTextField()
    short_name = LocalisedTextField(blank=True)
    applies = models.CharField(max_length=30, choices=Applies.choices, default=Applies.EVERYONE)
    rater_role = models.CharField(max_length=30, blank=True)

    class Meta:
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["version", "code"], name="method_code_once")]

    def __str__(self) -> str:
        return str(self.name)


class MatrixCell(ProgrammeOwned):
    """A method gives evidence for a competency. A score outside a cell does not exist."""

    version = models.ForeignKey(FrameworkVersion, on_delete=models.CASCADE, related_name="cells")
    method = models.ForeignKey(Method, on_delete=models.CASCADE, related_name="cells")
    competency = models.ForeignKey(Competency, on_delete=models.CASCADE, related_name="cells")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["method", "competency"], name="matrix_cell_once")]


class RatingItem(ProgrammeOwned):
    """One thing an assessor scores from 1 to 5 on a sheet: an indicator, a part of one, or a competency as a whole."""

    cell = models.ForeignKey(MatrixCell, on_delete=models.CASCADE, related_name="rating_items")
    indicator = models.ForeignKey(Indicator, null=True, on_delete=models.CASCADE, related_name="+")
    part = models.ForeignKey(IndicatorPart, null=True, on_delete=models.CASCADE, related_name="+")
    order = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["order"]
        constraints = [
            # Three, because SQLite holds that one empty indicator differs from another.
            models.UniqueConstraint(fields=["cell"], condition=Q(indicator=None), name="rating_item_competency_once"),
            models.UniqueConstraint(
                fields=["cell", "indicator"], condition=Q(indicator__isnull=False, part=None), name="rating_item_indicator_once"
            ),
            models.UniqueConstraint(fields=["cell", "indicator", "part"], condition=Q(part__isnull=False), name="rating_item_part_once"),
            models.CheckConstraint(condition=Q(part=None) | Q(indicator__isnull=False), name="rating_item_part_of_an_indicator"),
        ]

    @property
    def code(self) -> str:
        """A stable name for exports: ``I.2 written``, ``I.1``, or the competency's code."""
        if self.indicator is None:
            return self.cell.competency.code
        return f"{self.indicator.code} {self.part.code}" if self.part else self.indicator.code

    @property
    def label(self) -> LocalisedText:
        """What the assessor reads: the name of the part, of the indicator, or of the competency."""
        name: LocalisedText = (self.part or self.indicator or self.cell.competency).name
        return name


class Term(ProgrammeOwned):
    """A word of one of the framework's lists that later stages use: sources, KPIs, help areas, stages of Make it Real."""

    class Kind(models.TextChoices):
        PERFORMANCE_SOURCE = "performance_source", _("Source of evaluation")
        KPI = "kpi", _("KPI")
        HELP_AREA = "help_area", _("Area of help")
        MAKE_IT_REAL_STAGE = "make_it_real_stage", _("Stage of Make it Real")

    version = models.ForeignKey(FrameworkVersion, on_delete=models.CASCADE, related_name="terms")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    code = models.CharField(max_length=30)
    order = models.PositiveSmallIntegerField()
    name = LocalisedTextField()
    subtypes = models.JSONField(default=list)

    class Meta:
        ordering = ["kind", "order"]
        constraints = [models.UniqueConstraint(fields=["version", "kind", "code"], name="term_code_once")]

    def __str__(self) -> str:
        return str(self.name)
