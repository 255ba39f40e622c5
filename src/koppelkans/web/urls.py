"""All addresses. Pages stand under a language; tiles, the interface for machines and the health check do not."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path
from django.views.i18n import set_language

from koppelkans.web.ui.views import root

urlpatterns = [
    path("", root, name="root"),
    path("i18n/taal/", set_language, name="set_language"),
    path("tiles/", include("koppelkans.web.plans.tile_urls")),
    path("api/", include("koppelkans.web.api.urls")),
    path("health", include("koppelkans.web.jobs.health_urls")),
    *i18n_patterns(
        path("", include("koppelkans.web.ui.urls")),
        path("", include("koppelkans.web.audit.urls")),
        path("account/", include("koppelkans.web.accounts.urls")),
        path("wijken/", include("koppelkans.web.projects.urls")),
        path("wijken/<slug:slug>/gebieden/", include("koppelkans.web.places.urls")),
        path("wijken/<slug:slug>/", include("koppelkans.web.plans.urls")),
        path("wijken/<slug:slug>/intenties/", include("koppelkans.web.intentions.urls")),
        path("", include("koppelkans.web.residents.urls")),
    ),
]
handler400 = "koppelkans.web.ui.faults.bad_request"
handler403 = "koppelkans.web.ui.faults.forbidden"
handler404 = "koppelkans.web.ui.faults.not_found"
handler500 = "koppelkans.web.ui.faults.broken"
