"""The addresses of signing in, of the organisation and of people."""

from __future__ import annotations

from django.urls import path

from shouzhi.web.people import organisation, persons, views

app_name = "people"
urlpatterns = [
    path("login/", views.login, name="login"),
    path("logout/", views.logout, name="logout"),
    path("password/", views.password, name="password"),
    path("organisation/", organisation.bodies, name="bodies"),
    path("organisation/<int:pk>/", organisation.body, name="body"),
    path("organisation/<int:pk>/new/", organisation.new_body, name="new-body"),
    path("organisation/<int:pk>/edit/", organisation.edit_body, name="edit-body"),
    path("organisation/<int:pk>/order/", organisation.order, name="order"),
    path("organisation/<int:pk>/staff/", organisation.staff, name="staff"),
    path("organisation/<int:pk>/rename/", organisation.rename, name="rename"),
    path("organisation/<int:pk>/merge/", organisation.merge, name="merge"),
    path("organisation/<int:pk>/split/", organisation.split, name="split"),
    path("people/", persons.users, name="users"),
    path("people/new/", persons.new_user, name="new-user"),
    path("people/<int:pk>/", persons.user, name="user"),
    path("people/<int:pk>/edit/", persons.edit_user, name="edit-user"),
    path("people/<int:pk>/active/", persons.switch, name="switch"),
    path("people/<int:pk>/password/", persons.new_password, name="new-password"),
    path("people/<int:pk>/roles/", persons.give, name="give"),
    path("roles/<int:pk>/end/", persons.end, name="end-role"),
]
