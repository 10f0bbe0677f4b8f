"""Submissions, read-only and without personal data: status, scores, attempts, deadline."""

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from argos import matrix
from submissions.admin.site import LightAdmin, site
from submissions.capture.fields import form_fields as fields
from submissions.core import clock, vendor_terms
from submissions.models import Submission, User
from submissions.models.submission import IN_REVIEW
from submissions.templatetags.kyc import in_words, score
from submissions.workflow import review_area
from submissions.workflow.role_permissions import user_can_read_records, user_can_see_queue

COUNT_BOUND = 5000


class BoundedPaginator(Paginator):  # type: ignore[type-arg]
    """Count up to a bound, because counting a million rows costs more than the page number is worth."""

    @cached_property
    def count(self) -> int:
        rows: QuerySet[Submission] = self.object_list  # type: ignore[assignment]
        return len(rows.order_by().values_list("pk", flat=True)[:COUNT_BOUND])


class PendingFilter(admin.SimpleListFilter):
    title = _("review")
    parameter_name = "pending"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("1", pgettext_lazy("filter", "Pending review")), ("late", _("Pending review, due in under 2 h"))]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Submission]") -> "QuerySet[Submission]":
        if self.value() == "1":
            return queryset.filter(status__in=IN_REVIEW)
        if self.value() == "late":
            return queryset.filter(status__in=IN_REVIEW, target_at__lt=clock.now() + timedelta(hours=2))
        return queryset


class TypeFilter(admin.SimpleListFilter):
    title = _("ID type")
    parameter_name = "id_type"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(value, fields.choice_label(value)) for value in matrix.ID_TYPES]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Submission]") -> "QuerySet[Submission]":
        return queryset.filter(id_type=self.value()) if self.value() else queryset


def _may_review(request: HttpRequest) -> bool:
    """Return whether the link to the review page is shown: administrators do not decide."""
    return isinstance(request.user, User) and user_can_see_queue(request.user)


@admin.register(Submission, site=site)
class SubmissionAdmin(LightAdmin):
    list_display = (
        "reference",
        "status",
        "project",
        "document",
        "scores",
        "tries",
        "left",
        "to_review",
    )
    list_filter = (PendingFilter, "status", "project", TypeFilter, "source")
    search_fields = ("=reference", "=vendor_id")
    ordering = ("-created_at",)
    list_select_related = ("project",)
    list_per_page = 50
    show_full_result_count = False
    paginator = BoundedPaginator
    fields = (
        ("reference", "status", "project", "team"),
        ("document", "recognized"),
        ("face_similarity", "liveness", "verification_result"),
        ("tries", "vendor_count", "retry_code"),
        ("deadline_at", "pending_at", "target_at", "left"),
        ("vendor_id", "vendor_state", "vendor_codes", "mismatch"),
        ("decided_at", "source", "reason_code"),
        "to_review",
    )

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        return (
            self.list_display
            if _may_review(request)
            else tuple(name for name in self.list_display if name != "to_review")
        )

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[Any, ...]:
        return self.fields if _may_review(request) else tuple(row for row in self.fields if row != "to_review")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {"title": _("All records"), **(extra_context or {})})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return super().change_view(request, object_id, form_url, {"title": _("Record"), **(extra_context or {})})

    def has_module_permission(self, request: HttpRequest) -> bool:
        return isinstance(request.user, User) and user_can_read_records(request.user)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return isinstance(request.user, User) and user_can_read_records(request.user)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Submission]":
        rows: QuerySet[Submission] = Submission.objects.defer("values_sealed", "ocr_sealed", "reasons_sealed")
        return rows.filter(review_area.condition(request.user)) if isinstance(request.user, User) else rows.none()

    @admin.display(description=_("ID"))
    def document(self, submission: Submission) -> str:
        return f"{submission.issuing_country} {fields.choice_label(submission.id_type)}"

    @admin.display(description=_("Face similarity, liveness"))
    def scores(self, submission: Submission) -> str:
        return f"{score(submission.face_similarity)}, {score(submission.liveness)}"

    @admin.display(description=_("ID type read"))
    def recognized(self, submission: Submission) -> str:
        return fields.choice_label(submission.recognized_id_type) or "–"

    @admin.display(description=_("ARGOS status"))
    def vendor_state(self, submission: Submission) -> str:
        word = submission.vendor_status
        return vendor_terms.state_label(word, submission.status, submission.project.vendor_name) or "–"

    @admin.display(description=_("Record mismatch"))
    def mismatch(self, submission: Submission) -> str:
        return str(_("Yes") if submission.has_difference else _("No"))

    @admin.display(description=_("attempts used"))
    def tries(self, submission: Submission) -> str:
        return f"{submission.tries_used} / 3"

    @admin.display(description=_("time left"))
    def left(self, submission: Submission) -> str:
        return in_words(submission.time_left)

    @admin.display(description=_("review"))
    def to_review(self, submission: Submission) -> SafeString | str:
        if not submission.is_in_review:
            return ""
        return format_html('<a href="{}">{}</a>', reverse("review", args=[submission.pk]), _("Review"))
