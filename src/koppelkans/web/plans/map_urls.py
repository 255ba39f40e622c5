"""Addresses of maps, of the comparison of plans and of decisions per building."""

from django.urls import path

from koppelkans.web.plans import compare, decisions, map_views

urlpatterns = [
    path("plan/<int:run>/kaart/", map_views.plan_map, name="plan_map"),
    path("plan/<int:run>/kaart/straten.csv", map_views.streets_csv, name="plan_map_csv"),
    path("plan/<int:run>/kaart/<slug:layer>.svg", map_views.still_map, name="plan_map_still"),
    path("vergelijk/", compare.compare, name="plan_compare"),
    path("vergelijk/verschillen.csv", compare.compare_csv, name="plan_compare_csv"),
    path("plan/<int:run>/keuzes/", decisions.decisions, name="plan_decisions"),
]
