"""Addresses of choices and runs."""

from django.urls import path

from koppelkans.web.plans import run_views as views

urlpatterns = [
    path("rekenen/", views.run_new, name="run_new"),
    path("rekenen/<int:run>/scenario.toml", views.run_toml, name="run_toml"),
    path("plan/<int:run>/voortgang/", views.run_progress, name="run_progress"),
    path("plan/<int:run>/voortgang/annuleren/", views.run_cancel, name="run_cancel"),
    path("plan/<int:run>/voortgang/opnieuw/", views.run_retry, name="run_retry"),
    path("plan/<int:run>/voortgang/titel/", views.run_rename, name="run_rename"),
    path("plan/<int:run>/voortgang/verwijderen/", views.run_remove, name="run_remove"),
]
