"""Addresses of projects."""

from django.urls import path

from koppelkans.web.projects import document_views, edit_views, team_views, views

urlpatterns = [
    path("", views.projects, name="projects"),
    path("nieuw/", edit_views.project_new, name="project_new"),
    path("<slug:slug>/", views.project, name="project"),
    path("<slug:slug>/bewerken/", edit_views.project_edit, name="project_edit"),
    path("<slug:slug>/partners/", edit_views.project_partners, name="project_partners"),
    path(
        "<slug:slug>/partners/<int:partner>/verwijderen/",
        edit_views.project_partner_remove,
        name="project_partner_remove",
    ),
    path("<slug:slug>/afspraken/", edit_views.project_dates, name="project_dates"),
    path(
        "<slug:slug>/afspraken/<int:planned>/verwijderen/", edit_views.project_date_remove, name="project_date_remove"
    ),
    path("<slug:slug>/documenten/", document_views.project_documents, name="project_documents"),
    path("<slug:slug>/documenten/<int:document>/", document_views.document, name="document"),
    path("<slug:slug>/documenten/<int:document>/verwijderen/", document_views.document_remove, name="document_remove"),
    path("<slug:slug>/team/", team_views.project_team, name="project_team"),
    path("<slug:slug>/team/<int:grant>/verwijderen/", team_views.project_team_remove, name="project_team_remove"),
]
