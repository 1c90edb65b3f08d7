"""The addresses of disclosure."""

from __future__ import annotations

from django.urls import URLPattern, path

from shouzhi.web.disclosure import views

app_name = "disclosure"
urlpatterns: list[URLPattern] = [
    path("", views.releases, name="releases"),
    path("years/<int:pk>/preview/", views.preview, name="preview"),
    path("years/<int:pk>/preview/page/", views.preview_page, name="preview-page"),
    path("years/<int:pk>/prepare/", views.prepare_release, name="prepare"),
    path("<int:pk>/", views.release, name="release"),
    path("<int:pk>/move/", views.move, name="move"),
    path("<int:pk>/files/<path:name>", views.file, name="file"),
]
