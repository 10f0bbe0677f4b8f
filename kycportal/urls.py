"""What is mounted where. The portal's own pages are listed in `submissions.urls`."""

from django.contrib.auth import views as auth
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path

from kycportal import health
from submissions.admin import site

urlpatterns = [
    path("", include("submissions.urls")),
    path("accounts/login/", login_not_required(auth.LoginView.as_view(redirect_authenticated_user=True)), name="login"),
    path("accounts/logout/", auth.LogoutView.as_view(), name="logout"),
    path("admin/", site.urls),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
handler403 = "kycportal.errors.forbidden"
handler404 = "kycportal.errors.not_found"
handler500 = "kycportal.errors.broken"
