"""Addresses of plans. Those of runs and of maps come first: the views of a plan take every other word."""

from django.urls import include, path

from koppelkans.web.plans import book_views, views

urlpatterns = [
    path("", include("koppelkans.web.plans.run_urls")),
    path("", include("koppelkans.web.plans.map_urls")),
    path("plan/<int:run>/", views.plan, name="plan"),
    path("plan/<int:run>/publiceren/", views.publish, name="plan_publish"),
    path("plan/<int:run>/intrekken/", views.withdraw, name="plan_unpublish"),
    path("plan/<int:run>/bestand/<str:name>", views.plan_file, name="plan_file"),
    path("plan/<int:run>/straten/boek/", book_views.street_book, name="plan_street_book"),
    path("plan/<int:run>/<slug:view>/", views.plan_view, name="plan_view"),
    path("plan/<int:run>/<slug:view>/tabel/<slug:key>/", views.team_table, name="plan_team_table"),
    path("plan/<int:run>/<slug:view>/tabel/<slug:name>.csv", views.table_csv, name="plan_table"),
]
