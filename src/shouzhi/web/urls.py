"""The addresses of the application, app by app."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from shouzhi.web import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("work/", views.home, name="home"),
    path("language/", views.language, name="language"),
    path("", include("shouzhi.web.people.urls")),
    path("audit/", include("shouzhi.web.audit.urls")),
    path("budget/", include("shouzhi.web.budget.urls")),
    path("projects/", include("shouzhi.web.library.urls")),
    path("releases/", include("shouzhi.web.disclosure.urls")),
    path("desk/", include("shouzhi.web.desk.urls")),
    path("", include("shouzhi.web.public.urls")),
]
handler400 = "shouzhi.web.faults.bad_request"
handler403 = "shouzhi.web.faults.refused"
handler404 = "shouzhi.web.faults.not_found"
handler500 = "shouzhi.web.faults.failed"
