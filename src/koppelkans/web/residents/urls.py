"""Addresses of residents."""

from django.urls import path

from koppelkans.web.residents import views

urlpatterns = [
    path("mijn-woning/", views.own_home, name="own_home"),
    path("keukentafel/", views.kitchen_table, name="kitchen_table"),
    path("huurders/", views.tenants, name="tenants"),
    path("wijken/<slug:slug>/straten-zoeken/", views.street_search, name="street_search"),
    path("wijken/<slug:slug>/straat/<path:street>/", views.street_page, name="street_page"),
]
