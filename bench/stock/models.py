"""The tables of the comparisons: a plaintext copy of the portal's submissions, and raw webhook bodies.

The copy has the same rows, readable personal values, and the indexes that Django creates by default (keys and unique
columns). `bench.queue` also reports its speed with an index on status and deadline.
"""

import uuid

from django.db import models

from submissions.models import Project, Status, Team, User


class PlainSubmission(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    reference = models.CharField(max_length=16, unique=True)
    project = models.ForeignKey(Project, models.PROTECT)
    team = models.ForeignKey(Team, models.PROTECT)
    status = models.CharField(max_length=20, choices=Status)
    issuing_country = models.CharField(max_length=3)
    id_type = models.CharField(max_length=40)
    email = models.EmailField()
    customer_id = models.CharField(max_length=40)
    name = models.CharField(max_length=120)
    document_number = models.CharField(max_length=40)
    date_of_birth = models.DateField()
    values = models.JSONField(default=dict)
    ocr = models.JSONField(default=dict)
    vendor_id = models.CharField(max_length=80, blank=True)
    vendor_status = models.CharField(max_length=40, blank=True)
    vendor_codes = models.JSONField(default=list)
    face_similarity = models.FloatField(null=True)
    liveness = models.FloatField(null=True)
    verification_result = models.CharField(max_length=20, blank=True)
    retry_code = models.CharField(max_length=80, blank=True)
    selfies_sent = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    deadline_at = models.DateTimeField(null=True)
    pending_at = models.DateTimeField(null=True)
    target_at = models.DateTimeField(null=True)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    source = models.CharField(max_length=10, blank=True)
    reason_code = models.CharField(max_length=60, blank=True)

    def __str__(self) -> str:
        return self.reference


class PlainDelivery(models.Model):
    body = models.BinaryField()
    received_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return str(self.pk)
