"""The addresses of entry, below those of the living budget."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from shouzhi.web.budget.entry import importing, views

urlpatterns: list[URLPattern | URLResolver] = [
    path("submissions/<int:pk>/entry/", views.first, name="entry"),
    path("submissions/<int:pk>/entry/workbook/", importing.workbook, name="workbook"),
    path("submissions/<int:pk>/entry/import/", importing.preview, name="import"),
    path("submissions/<int:pk>/entry/import/confirm/", importing.confirm, name="import-confirm"),
    path("submissions/<int:pk>/entry/codes/", views.codes, name="codes"),
    path("submissions/<int:pk>/sheet/<slug:sheet>/", views.sheet, name="sheet"),
    path("submissions/<int:pk>/sheet/<slug:sheet>/data/", views.data, name="sheet-data"),
    path("submissions/<int:pk>/sheet/<slug:sheet>/save/", views.save, name="sheet-save"),
]
