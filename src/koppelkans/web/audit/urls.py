"""Addresses of audit."""

from django.urls import path

from koppelkans.web.audit import views

urlpatterns = [
    path("logboek/", views.audit_log, name="audit_log"),
]
