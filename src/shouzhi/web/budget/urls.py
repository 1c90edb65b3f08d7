"""The addresses of the living budget."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from shouzhi.web.budget.entry import urls as entry
from shouzhi.web.budget.views import (
    ceilings,
    comments,
    listing,
    review,
    rollup,
    submissions,
    versions,
    years,
)

app_name = "budget"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", listing.years, name="years"),
    path("begin/", listing.begin, name="begin"),
    path("years/<int:pk>/", years.year, name="year"),
    path("years/<int:pk>/timetable/", years.timetable, name="timetable"),
    path("years/<int:pk>/move/", years.move, name="year-move"),
    path("years/<int:pk>/ceilings/", ceilings.ceilings, name="ceilings"),
    path("years/<int:pk>/ceilings/issue/", ceilings.issue_all, name="ceilings-issue"),
    path("years/<int:pk>/findings/", review.findings, name="findings"),
    path("years/<int:pk>/rollup/", rollup.rolled, name="rollup"),
    path("years/<int:pk>/rounds/", versions.compare_rounds, name="rounds"),
    path("submissions/<int:pk>/", submissions.submission, name="submission"),
    path("submissions/<int:pk>/move/", submissions.move, name="move"),
    path("submissions/<int:pk>/reopen/", years.reopen, name="reopen"),
    path("submissions/<int:pk>/review/", submissions.review, name="review"),
    path("submissions/<int:pk>/answer/", submissions.answer, name="answer"),
    path("submissions/<int:pk>/comment/", comments.write, name="comment"),
    path("submissions/<int:pk>/compare/", versions.compare, name="compare"),
    path("comments/<int:pk>/resolve/", comments.resolve, name="resolve"),
    path("versions/<int:pk>/restore/", versions.bring_back, name="restore"),
    *entry.urlpatterns,
]
