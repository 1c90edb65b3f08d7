"""The addresses of the public site, of its API, and of the queue of readers' reports."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from shouzhi.web.public import reports, views
from shouzhi.web.public.api import api, documented

app_name = "public"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("departments/<slug:key>/", views.department, name="department"),
    path("departments/<slug:key>/<int:year>/", views.department, name="year"),
    path("documents/<slug:key>/", views.document, name="document"),
    path("documents/<slug:key>/facts.<slug:suffix>", views.facts, name="facts"),
    path("documents/<slug:key>/tables/<int:number>/", views.table, name="table"),
    path("compare/", views.compare, name="compare"),
    path("compare/<slug:measure>/", views.compare, name="measure"),
    path("search/", views.search, name="search"),
    path("corrections/", views.corrections, name="corrections"),
    path("dictionary/", views.dictionary, name="dictionary"),
    path("dictionary/<slug:dimension>/", views.dictionary, name="dimension"),
    path("about/", views.about, name="about"),
    path("files/<slug:key>/<path:name>", views.file, name="file"),
    path("report/", reports.report, name="report"),
    path("reports/", reports.reports, name="reports"),
    path("reports/<int:pk>/", reports.report_answer, name="answer"),
    path("api/v1/docs", documented, name="api_docs"),
    path("api/v1/", api.urls),
]
