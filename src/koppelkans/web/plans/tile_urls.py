"""Addresses of map tiles."""

from django.urls import re_path

from koppelkans.web.plans import tile_views as views

urlpatterns = [
    re_path(r"^(?P<run>[0-9]{1,18})/(?P<audience>team|public)\.pmtiles$", views.tiles, name="tiles"),
]
