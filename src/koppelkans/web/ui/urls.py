"""Addresses of the pages of the site itself."""

from django.urls import path

from koppelkans.web.ui import figure_views, views

urlpatterns = [
    path("", views.home, name="home"),
    path("methode/", views.method, name="method"),
    path("cijfers/", figure_views.figures, name="figures"),
    path("cijfers/<str:key>/", figure_views.figure, name="figure"),
    path("over/", views.about, name="about"),
    path("over/privacy/", views.privacy, name="privacy"),
    path("over/toegankelijkheid/", views.accessibility, name="accessibility"),
    path("over/herkomst/", views.origin, name="origin"),
]
