"""The street book of the team: a list of street sections, and one sheet per section with now and then, works, who pays, and what lies there."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from koppelkans.web.accounts.rights import requires
from koppelkans.web.plans.models import PlanRun
from koppelkans.web.plans.published import bundle_json, finished_run_of
from koppelkans.web.plans.vocabulary import report_words

SECTIONS_A_PAGE = 50


@requires("plan.team")
@require_safe
def street_book(request: HttpRequest, slug: str, run: int) -> HttpResponse:
    """The street book: without ``sectie`` a list, with it the sheet of that section. Raises Http404 for a section that is not in it."""
    from koppelkans.web.plans.views import plan_context

    found = finished_run_of(request, slug, run)
    book, asked = bundle_json(found, "street_book.json"), request.GET.get("sectie", "")
    context = plan_context(request, found, "straten")
    address = reverse("plan_street_book", args=[slug, run])
    title = _("Straatboek")
    context["trail"] = [
        *context["trail"][:-1], (context["view_title"], reverse("plan_view", args=[slug, run, "straten"])), (title, address if asked else ""),
    ]  # fmt: skip
    if not asked:
        return render(request, "plans/street_book.html", {**context, **_list(request, book["sections"])})
    place = next((at for at, one in enumerate(book["sections"]) if one["section"] == asked), None)
    if place is None:
        raise Http404(asked)
    context["trail"].append((asked, ""))
    return render(request, "plans/street_sheet.html", {**context, **sheet(found, book, place)})


def _list(request: HttpRequest, sections: list[dict[str, Any]]) -> dict[str, Any]:
    """The sections of a page of the list, those of one street where it is asked."""
    street = request.GET.get("straat", "").strip()
    rows = [one for one in sections if street.casefold() in one["street"].casefold()] if street else sections
    words = report_words(_language())
    page = Paginator(rows, SECTIONS_A_PAGE).get_page(request.GET.get("page"))
    shown = [
        {
            **one,
            "state_words": words["street_states"][one["state"]],
            "first": next((work["planned_year"] for work in one["works"] if work["planned_year"]), None),
        }
        for one in page
    ]
    from urllib.parse import urlencode

    query = urlencode({"straat": street}) + "&" if street else ""
    streets = list(dict.fromkeys(one["street"] for one in sections if one["street"]))
    return {"page_obj": page, "rows": shown, "asked": street, "street_names": streets, "query": query}


def sheet(run: PlanRun, book: dict[str, Any], place: int) -> dict[str, Any]:
    """What a sheet shows: the section, its two cross-sections, works and assets with words, sums by owner, and the sections before and after."""
    one, words = book["sections"][place], report_words(_language())
    patterns = bundle_json(run, f"cross_sections.{_language()}.json")
    works = [_work(work, book, words) for work in one["works"]]
    payers = _payers(works)
    assets = [
        {
            **asset,
            "kind_words": words["asset_kinds"][asset["kind"]],
            "owner_words": _owners(book).get(asset["owner"], asset["owner"]),
        }
        for asset in one["assets"]
    ]
    return {
        "one": one, "state_words": words["street_states"][one["state"]], "drive_words": words["directions"].get(one["drive"], one["drive"]),
        "corridor_words": words["corridor_room"].get(one["heat_corridor"], ""), "drawings": _drawings(one, patterns), "works": works,
        "payers": payers, "inside_eur": sum(row[1] for row in payers), "after_eur": sum(row[2] for row in payers), "assets": assets,
        "closures": len({work["planned_year"] for work in works if work["planned_year"]}), "any_drawn": any(row["drawn"] for row in [*works, *assets]),
        "before": book["sections"][place - 1] if place else None, "after": book["sections"][place + 1] if place + 1 < len(book["sections"]) else None,
        "figures": _figures(one),
    }  # fmt: skip


def _payers(works: list[dict[str, Any]]) -> list[tuple[str, float, float]]:
    """What each owner pays within the calendar and after its horizon, who pays most first."""
    sums: dict[str, list[float]] = {}
    for work in works:
        sums.setdefault(work["owner_words"], [0.0, 0.0])[0 if work["planned_year"] else 1] += work["total_eur"]
    return sorted(
        ((owner, inside, after) for owner, (inside, after) in sums.items()), key=lambda row: (-row[1], -row[2])
    )


def _owners(book: dict[str, Any]) -> dict[str, str]:
    """Name of every owner in the language of the page; as in Dutch in a book made before owners had a name in English."""
    names: dict[str, str] = book.get("owners_en", book["owners"]) if _language() == "en" else book["owners"]
    return names


def _drawings(one: dict[str, Any], patterns: dict[str, Any]) -> list[dict[str, Any]]:
    """The cross-sections now and then, their ids made different."""
    titles = {"now": _("Nu (aangenomen)"), "then": _("Dan (voorstel)")}
    return [
        {**patterns[one[when]], "title": title, "svg": mark_safe(patterns[one[when]]["svg"].replace("-@-", f"-{when}-"))}  # noqa: S308 - our own drawing
        for when, title in titles.items()
        if one[when] in patterns
    ]  # fmt: skip


def _work(work: dict[str, Any], book: dict[str, Any], words: dict[str, dict[str, str]]) -> dict[str, Any]:
    together = [words["work_kinds"].get(key.rsplit("|", 1)[-1], key) for key in work["joined_with"].split("+") if key]
    return {
        **work, "kind_words": words["work_kinds"][work["kind"]], "owner_words": _owners(book).get(work["owner"], work["owner"]),
        "together": ", ".join(dict.fromkeys(together)), "total_eur": work["own_eur"] + work["opening_eur"] + work["closure_eur"],
        "planned_year": int(work["planned_year"]) if work["planned_year"] else None,
    }  # fmt: skip


def _figures(one: dict[str, Any]) -> list[tuple[str, str, Any, Any]]:
    """Figures of the section as rows: name, unit, now, then; nothing where it is not known."""
    rows = [
        (_("Parkeervakken"), "", one["bays_now"], one["bays"]), (_("Bomen erbij"), "", None, one["trees"]), (_("Kroon na 20 jaar"), "m²", None, one["canopy_m2"]),
        (_("Waterberging"), "m³", None, one["storage_m3"]), (_("Infiltratiebed"), "m²", None, one["bed_m2"]), (_("Onthard"), "m²", None, one["depaved_m2"]),
        (_("Laadplaatsen"), "", None, one["loading"]), (_("Fietsroute"), "m", None, one["cycle_m"]), (_("Geveltuin"), "m", None, one["garden_m"]),
        (_("Boringen mogelijk"), "", None, one["boreholes"]), (_("Meerkost bij een heraanleg"), "euro", None, one["cost_eur"]),
    ]  # fmt: skip
    return [row for row in rows if row[3] is not None]


def _language() -> str:
    return "en" if get_language() == "en" else "nl"
