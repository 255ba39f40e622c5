"""Addresses of jobs."""

from django.urls import path

from koppelkans.web.jobs import health as views

urlpatterns = [
    path("", views.health, name="health"),
]
