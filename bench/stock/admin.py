"""Django's stock admin over the plaintext rows, with the portal's columns, page size, filters and searches."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from bench.stock.models import PlainSubmission
from submissions.search.columns import DEFAULT_SIZE


class StockSite(admin.AdminSite):
    """Open to the benchmark's client only; permissions are not measured."""

    def has_permission(self, request: HttpRequest) -> bool:
        return True


site = StockSite(name="stock")


@admin.register(PlainSubmission, site=site)
class PlainSubmissionAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = (
        "reference",
        "name",
        "status",
        "deadline_at",
        "target_at",
        "pending_at",
        "face_similarity",
        "liveness",
        "selfies_sent",
        "issuing_country",
        "id_type",
        "project",
    )
    list_filter = ("status", "project", "id_type")
    search_fields = ("email", "document_number", "name", "customer_id", "reference")
    ordering = ("deadline_at",)
    list_select_related = ("project",)
    list_per_page = DEFAULT_SIZE

    def has_module_permission(self, request: HttpRequest) -> bool:
        return True

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
