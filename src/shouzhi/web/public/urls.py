"""The addresses of the public site, of its API, and of the queue of readers' reports."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from shouzhi.web.public import manners, reports, views
from shouzhi.web.public.api import api, documented

app_name = "public"
_operations, _kind, _space = api.urls
urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("departments/<slug:key>/", views.department, name="department"),
    path("departments/<slug:key>/<int:year>/", views.department, name="year"),
    path("documents/<slug:key>/", views.document, name="document"),
    path("documents/<slug:key>/facts.<slug:suffix>", views.facts, name="facts"),
    path("documents/<slug:key>/tables/<int:number>/", views.table, name="table"),
    path("compare/", views.compare, name="compare"),
    path("compare/<slug:measure>/", views.compare, name="measure"),
    path("compare/<slug:measure>/scope/<int:scope>/", views.compare, name="scope"),
    path("compare/<slug:measure>/compare.csv", views.compared_file, name="compared"),
    path("compare/<slug:measure>/scope/<int:scope>/compare.csv", views.compared_file, name="compared_scope"),
    path("search/", views.search, name="search"),
    path("corrections/", views.corrections, name="corrections"),
    path("dictionary/", views.dictionary, name="dictionary"),
    path("dictionary/<slug:dimension>/", views.dictionary, name="dimension"),
    path("about/", views.about, name="about"),
    path("files/<slug:key>/<path:name>", views.file, name="file"),
    path("report/", reports.report, name="report"),
    path("reports/", reports.reports, name="reports"),
    path("reports/<int:pk>/", reports.report_answer, name="answer"),
    path("reports/releases/<int:pk>/", reports.explanations, name="explanations"),
    path("api/v1/docs", documented, name="api_docs"),
    path("api/v1/", (manners.mannered(_operations), _kind, _space)),
    path("api/", manners.unknown, name="api_root"),
    path("api/<path:rest>", manners.unknown, name="api_unknown"),
]
