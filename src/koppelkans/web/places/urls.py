"""Addresses of places."""

from django.urls import path

from koppelkans.web.places import views

urlpatterns = [
    path("nieuw/", views.place_upload, name="place_upload"),
    path("<int:place>/", views.place, name="place"),
    path("<int:place>/kanttekeningen.csv", views.place_remarks, name="place_remarks"),
    path("<int:place>/verwijderen/", views.place_remove, name="place_remove"),
]
