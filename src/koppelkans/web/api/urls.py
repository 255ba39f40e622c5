"""Addresses of the interface for machines."""

from django.urls import path

from koppelkans.web.api import public, team
from koppelkans.web.api.interface import api

api.add_router("", public.router)
api.add_router("", team.router)
urlpatterns = [path("v1/", api.urls)]
