"""The portal's URLs, and those of the comparisons."""

from django.urls import path

from bench.stock.admin import site
from bench.stock.intake import keep
from kycportal.urls import urlpatterns as portal

urlpatterns = [*portal, path("bench/stock/", site.urls), path("bench/keep/", keep)]
