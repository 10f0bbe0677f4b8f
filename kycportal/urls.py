"""The root URLs. `submissions.urls` lists the portal's own pages."""

from django.urls import include, path

from kycportal import health, metrics
from submissions.admin import site

urlpatterns = [
    path("", include("submissions.urls")),
    path("accounts/", include("submissions.urls_accounts")),
    path("admin/", site.urls),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
]
handler400 = "kycportal.errors.bad_request"
handler403 = "kycportal.errors.forbidden"
handler404 = "kycportal.errors.not_found"
handler500 = "kycportal.errors.broken"
