"""The addresses of the project library."""

from __future__ import annotations

from django.urls import URLPattern, path

from shouzhi.web.library import codes, editing, views

app_name = "library"
urlpatterns: list[URLPattern] = [
    path("", views.projects, name="projects"),
    path("codes/", codes.codes, name="codes"),
    path("declare/", views.begin, name="begin"),
    path("units/<int:pk>/declare/", editing.declare, name="declare"),
    path("<int:pk>/", views.project, name="project"),
    path("<int:pk>/edit/", editing.edit, name="edit"),
    path("<int:pk>/move/", views.move, name="move"),
]
