"""Addresses of the register."""

from django.urls import path

from koppelkans.web.intentions import views

urlpatterns = [
    path("", views.intentions, name="intentions"),
    path("gebouw/", views.intention_edit, name="intention_edit"),
    path("invoeren/", views.intentions_import, name="intentions_import"),
    path("intenties.csv", views.intentions_export, name="intentions_export"),
    path("gevolg/", views.intention_effect, name="intention_effect"),
]
