"""The addresses of this app."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from shouzhi.web.desk.views import (
    bulk,
    comparisons,
    departments,
    intake,
    register,
    review,
    tables,
    words,
)

app_name = "desk"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", intake.home, name="home"),
    path("upload", intake.upload, name="upload"),
    path("bulk", bulk.bulk, name="bulk"),
    path("batches/", intake.batches, name="batches"),
    path("batches/<int:pk>/", intake.batch, name="batch"),
    path("batches/<int:pk>/discard", intake.discard, name="discard_batch"),
    path("register/", register.register, name="register"),
    path("register/approvals", register.approve, name="approve"),
    path("documents/<int:pk>/", review.document, name="document"),
    path("documents/<int:pk>/judge", review.judge, name="judge"),
    path("documents/<int:pk>/remark", review.remark, name="remark"),
    path("documents/<int:pk>/recognise", review.recognise, name="recognise"),
    path("documents/<int:pk>/again", review.again, name="again"),
    path("documents/<int:pk>/discard", review.discard, name="discard"),
    path("documents/<int:pk>/versions", departments.versions, name="versions"),
    path("documents/<int:pk>/original", review.original, name="original"),
    path("documents/<int:pk>/review.<slug:name>", review.export, name="export"),
    path("documents/<int:pk>/pages/<int:number>.png", review.picture, name="picture"),
    path("documents/<int:pk>/tables/<int:number>/", tables.table, name="table"),
    path("documents/<int:pk>/tables/<int:number>/correct", tables.correct, name="correct"),
    path("departments/<int:pk>/", departments.department, name="department"),
    path("departments/<int:pk>/together", departments.together, name="together"),
    path("comparisons/", comparisons.comparisons, name="comparisons"),
    path("comparisons/<int:pk>/", comparisons.comparison, name="comparison"),
    path("comparisons/<int:pk>/judge", comparisons.judge, name="judge_between"),
    path("comparisons/<int:pk>/remark", comparisons.remark, name="remark_between"),
    path("comparisons/<int:pk>/again", comparisons.again, name="again_between"),
    path("comparisons/<int:pk>/review.<slug:name>", comparisons.export, name="export_between"),
    path("words/", words.words, name="words"),
    path("words/learn", words.learn, name="learn"),
    path("words/<int:pk>/forget", words.forget, name="forget"),
    path("names/<int:pk>/forget", words.forget_name, name="forget_name"),
]
