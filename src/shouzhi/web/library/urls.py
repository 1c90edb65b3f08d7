"""The addresses of the project library."""

from __future__ import annotations

from django.urls import URLPattern, path

from shouzhi.web.library import views

app_name = "library"
urlpatterns: list[URLPattern] = [
    path("", views.projects, name="projects"),
    path("declare/", views.begin, name="begin"),
    path("units/<int:pk>/declare/", views.declare, name="declare"),
    path("<int:pk>/", views.project, name="project"),
    path("<int:pk>/edit/", views.edit, name="edit"),
    path("<int:pk>/move/", views.move, name="move"),
]
