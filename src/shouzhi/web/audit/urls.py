"""The addresses of the audit log."""

from __future__ import annotations

from django.urls import path

from shouzhi.web.audit import views

app_name = "audit"
urlpatterns = [
    path("", views.entries, name="entries"),
    path("export.csv", views.export, name="export"),
    path("<int:number>/", views.entry, name="entry"),
]
