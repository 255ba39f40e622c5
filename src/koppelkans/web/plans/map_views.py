"""The map of a plan, with its twin as a table, its drawing for who has no moving map, and its downloads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from koppelkans.web.accounts.rights import may, requires
from koppelkans.web.plans import map_rows
from koppelkans.web.plans.published import finished_run_of
from koppelkans.web.ui.csv_files import csv_download, csv_text

if TYPE_CHECKING:
    from koppelkans.web.plans.models import PlanRun

STREETS_A_PAGE, BUILDINGS_A_PAGE = 50, 50
TEAM, PUBLIC = "team", "public"
_AROUND = 0.0004  # degrees: about 30 m around a building


@requires("plan.read")
def plan_map(request: HttpRequest, slug: str, run: int) -> HttpResponse:
    """The map of a plan and the table that says the same: streets, and for the team the buildings of a street."""
    from koppelkans.web.plans.views import plan_context

    found = finished_run_of(request, slug, run)
    audience = audience_of(request, found)
    facts = map_rows.map_facts(found.bundle, audience)
    street = request.GET.get("straat", "").strip()
    rows = streets_named(facts["streets"], street)
    exact = next((row for row in rows if row["street"] == street), None) if street else None
    rows = [exact] if exact else rows
    kept = {"beeld": request.GET.get("beeld", ""), "straat": street}
    context = {
        **plan_context(request, found, "kaart"), "audience": audience, "team_may_see": may(request.user, "plan.team", found.project),
        "layers": legends(facts), "hidden_streets": facts["hidden_streets"], "attribution": facts["attribution"], "asked": street,
        "page_obj": Paginator(street_rows(facts, rows), STREETS_A_PAGE).get_page(request.GET.get("page")),
        "query": "".join(f"{name}={quote_plus(value)}&" for name, value in kept.items() if value),
        "street_names": [row["street"] for row in facts["streets"]], "still": [layer["key"] for layer in facts["layers"] if _still(found, layer["key"])],
        "settings": settings(found, facts, focus=exact["box"] if exact else None),
    }  # fmt: skip
    if audience == TEAM and exact:
        context["buildings"] = Paginator(Buildings(found.bundle, street, facts), BUILDINGS_A_PAGE).get_page(
            request.GET.get("page")
        )
    return render(request, "plans/map.html", context)


def audience_of(request: HttpRequest, run: PlanRun) -> str:
    """Whose map is shown: the team's own, unless a member asks to see what the public sees."""
    return TEAM if may(request.user, "plan.team", run.project) and request.GET.get("beeld") != "publiek" else PUBLIC


class Buildings(Sequence[dict[str, Any]]):
    """The buildings of a street (all of them for None) as a list of which only the page asked for is read, with the words of their values."""

    def __init__(self, bundle: Path, street: str | None, facts: dict[str, Any]) -> None:
        self.bundle, self.street = bundle, street
        self.length = map_rows.building_count(bundle, street)
        self.words = {name: words_of(facts, name) for name in ("solution", "package")}

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, part: Any) -> Any:
        rows = map_rows.building_rows(self.bundle, self.street, part.start, part.stop - part.start)
        return [
            {
                **row, "box": ",".join(f"{row[axis] + side * _AROUND:.6f}" for side, axis in ((-1, "lon"), (-1, "lat"), (1, "lon"), (1, "lat"))),
                **{f"{name}_words": words.get(row[name], row[name]) for name, words in self.words.items()},
            }
            for row in rows
        ]  # fmt: skip


# ----------------------------------------------------------------------------------------------------------- what scripts are given


def settings(run: PlanRun, facts: dict[str, Any], *, focus: list[float] | None = None) -> dict[str, Any]:
    """What the script of a map needs: address of the tiles, window, layers with their classes, words."""
    language = _language()
    layers = [
        {**layer, "title": layer[language], "classes": [{**item, "title": item[language]} for item in layer["classes"]]}
        for layer in facts["layers"]
    ]
    return {
        "tiles": f"{reverse('tiles', args=[run.pk, facts['audience']])}?v={run.plan_hash[:12]}", "bounds": facts["bounds"], "focus": focus,
        "colours": facts["colours"], "drawn": facts["streets_drawn"], "layers": layers, "team": facts["audience"] == TEAM,
        "words": {
            "map": _("Kaart. Pijltjestoetsen verplaatsen, plus en min zoomen."), "nearer": _("Dichterbij"), "farther": _("Verder weg"),
            "connected": _("aangesloten op het net"), "unnamed": _("zonder straatnaam"), "unheated": _("niet verwarmd"),
            "building": _("gebouw"), "source": _("warmtebron"), "hidden": _("niet gepubliceerd"), "density": _("MWh per meter straat"),
            "none": _("Geen gegevens op deze plek."), "failed": _("De kaart kan hier niet getekend worden; de tabel zegt hetzelfde."),
            "must": _("moet op het net"), "never": _("nooit op het net"), "free": _("vrij"), "chosen": _("{n} gebouwen gekozen"),
        },
    }  # fmt: skip


def legends(facts: dict[str, Any]) -> list[dict[str, Any]]:
    """Layers with title and classes in the language of the page."""
    language = _language()
    return [
        {
            **layer, "title": layer[language],
            "classes": [{**item, "title": item[language], "dashed": " ".join(f"{dash:g}" for dash in item.get("dashes", []))} for item in layer["classes"]],
        }
        for layer in facts["layers"]
    ]  # fmt: skip


def words_of(facts: dict[str, Any], layer: str) -> dict[str, str]:
    """Words of the classes of a layer, in the language of the page."""
    language = _language()
    return {
        item["key"]: item[language] for found in facts["layers"] if found["key"] == layer for item in found["classes"]
    }


def streets_named(rows: Iterable[dict[str, Any]], text: str) -> list[dict[str, Any]]:
    """Streets whose name holds this text, whatever the capitals."""
    return [row for row in rows if text.casefold() in row["street"].casefold()]


def street_rows(facts: dict[str, Any], rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Streets with the words of their classes beside the figures."""
    density, threshold = words_of(facts, "density"), words_of(facts, "threshold")
    return [
        {
            **row,
            "density_words": density.get(row["density"], ""),
            "threshold_words": threshold.get(row["threshold"], "") if row["threshold"] else "",
        }
        for row in rows
    ]


def _language() -> str:
    return "en" if get_language() == "en" else "nl"


# ------------------------------------------------------------------------------------------------------------------------ files


@requires("plan.read")
def still_map(request: HttpRequest, slug: str, run: int, layer: str) -> HttpResponseBase:
    """A public map as a drawing."""
    found = finished_run_of(request, slug, run)
    if not _still(found, layer):
        raise Http404("map")
    answer = FileResponse((found.bundle / f"map_{layer}.{_language()}.svg").open("rb"), content_type="image/svg+xml")
    answer["Cache-Control"] = "private, max-age=3600"
    return answer


def _still(run: PlanRun, layer: str) -> bool:
    return layer in ("density", "threshold", "network") and (run.bundle / f"map_{layer}.{_language()}.svg").is_file()


@requires("plan.read")
def streets_csv(request: HttpRequest, slug: str, run: int) -> HttpResponse:
    """The rows of the table below the map: published streets for everybody, all streets for the team."""
    found = finished_run_of(request, slug, run)
    audience = audience_of(request, found)
    facts = map_rows.map_facts(found.bundle, audience)
    names = (
        "street",
        "buildings",
        "heat_mwh",
        "length_m",
        "density_mwh_per_m",
        "density",
        "threshold",
        "share",
        "low_share",
        "high_share",
    )
    rows = [[row[name] for name in names] for row in facts["streets"]]
    return csv_answer(names, rows, f"straten-{found.pk}-{audience}.csv", facts["attribution"])


def csv_answer(header: Sequence[str], rows: Iterable[Sequence[Any]], name: str, sources: Iterable[str]) -> HttpResponse:
    """A table as CSV (UTF-8, comma, decimal point) with its sources below."""
    return csv_download(csv_text(header, [*rows, *([f"# {line}"] for line in sources)]), name)
