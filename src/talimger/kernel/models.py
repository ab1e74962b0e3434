"""The kernel's own tables."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from talimger.kernel.languages import LANGUAGE_CODES
from talimger.kernel.tenancy import ProgrammeOwned

LANGUAGE_CHOICES = [(code, code) for code in LANGUAGE_CODES]


class AuditEntry(models.Model):
    """One command that was carried out. Kept across programmes, and never changed."""

    at = models.DateTimeField()
    programme = models.ForeignKey(settings.TENANT_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    action = models.CharField(max_length=80)
    target_kind = models.CharField(max_length=80, blank=True)
    target_id = models.CharField(max_length=40, blank=True)
    count = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [models.Index(fields=["target_kind", "target_id"], name="audit_by_target")]


class AuditSeal(models.Model):
    """A batch of audit rows hashed together with the seal before: a row changed afterwards breaks the chain."""

    at = models.DateTimeField()
    first_entry = models.BigIntegerField()
    last_entry = models.BigIntegerField(unique=True)
    entries = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)


class Event(models.Model):
    """News of a lower floor for higher ones, written in the transaction of what happened, delivered at least once."""

    kind = models.CharField(max_length=80)
    programme = models.ForeignKey(settings.TENANT_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    keys = models.JSONField(default=dict)
    at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    last_error = models.CharField(max_length=400, blank=True)

    class Meta:
        indexes = [models.Index(fields=["next_attempt_at"], name="events_waiting", condition=Q(delivered_at=None))]


class FileRecord(ProgrammeOwned):
    """A file that somebody sent: kept outside the web root, given back only as an attachment, until it expires."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=200)
    purpose = models.CharField(max_length=40)
    content = models.FileField(upload_to="kernel/%Y/%m")
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()


class Job(ProgrammeOwned):
    """Long work that a person started: its progress can be watched, left and come back to."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=80)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    arguments = models.JSONField(default=dict)
    title = models.CharField(max_length=200)
    language = models.CharField(max_length=2, choices=LANGUAGE_CHOICES)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    message = models.CharField(max_length=500, blank=True)
    result_url = models.CharField(max_length=300, blank=True)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(done__lte=models.F("total")), name="job_done_within_total"),
            models.CheckConstraint(
                condition=Q(state__in=["queued", "running"], finished_at=None)
                | Q(state__in=["done", "failed"], finished_at__isnull=False),
                name="job_finished_when_ended",
            ),
        ]

    @property
    def is_over(self) -> bool:
        return self.state in (self.State.DONE, self.State.FAILED)


class OutboxMail(models.Model):
    """A letter as it was written, queued in the transaction that caused it, sent at least once under one Message-ID.

    Letters outside any programme (a password reset, say) have no programme; a page reads only those of its own.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting to be sent")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Not delivered")

    programme = models.ForeignKey(settings.TENANT_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=40)
    to_name = models.CharField(max_length=200, blank=True)
    to_email = models.EmailField()
    language = models.CharField(max_length=2, choices=LANGUAGE_CHOICES)
    subject = models.CharField(max_length=250)
    body = models.TextField()
    message_id = models.CharField(max_length=200, unique=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    last_error = models.CharField(max_length=400, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["next_attempt_at"], name="outbox_waiting", condition=Q(state="waiting")),
            models.Index(fields=["programme", "-created_at"], name="outbox_by_programme"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False) | (~Q(state="sent") & Q(sent_at=None)),
                name="outbox_sent_has_time",
            )
        ]


class WorkerBeat(models.Model):
    """When the worker was last seen, so that ``talimger check`` and the pages can say whether one is running."""

    name = models.CharField(max_length=40, unique=True)
    seen_at = models.DateTimeField()
