"""The addresses of signing in, of the organisation and of people."""

from __future__ import annotations

from django.urls import path

from shouzhi.web.people import views

app_name = "people"
urlpatterns = [
    path("login/", views.login, name="login"),
    path("logout/", views.logout, name="logout"),
    path("password/", views.password, name="password"),
]
