"""Two plans beside each other: their indicators, the choices in which they differ, and their maps with a divider to swipe."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from koppelkans.web.accounts.rights import may, project_of, requires
from koppelkans.web.plans import map_rows
from koppelkans.web.plans.map_views import PUBLIC, TEAM, csv_answer, legends, settings
from koppelkans.web.plans.models import PlanRun, State
from koppelkans.web.plans.published import finished_run_of, tender_closed, visible_indicators
from koppelkans.web.plans.vocabulary import unit_words

WORDS = Path(__file__).parents[2] / "report" / "words"
PER_BUILDING = (
    "choices.must",
    "choices.never",
    "choices.measures",
    "heat_network.must_connect",
    "heat_network.never_connect",
)
"""Choices that name buildings: what they say of one building stays with the team."""
_NAMES = ("name", "title")
_PRICES = "heat_network."
_SAME = 1e-9  # relative: what rounding of the arithmetic leaves


@requires("plan.read")
def compare(request: HttpRequest, slug: str) -> HttpResponse:
    """Two plans of a project beside each other, or the form to choose them."""
    runs = _runs(request, slug)
    known = _choosable(request)
    context: dict[str, Any] = {
        "project": project_of(request),
        "choosable": known,
        "chosen": [run.pk for run in runs],
        "runs": runs,
    }
    if len(runs) == 2:
        audience = TEAM if may(request.user, "plan.team", runs[0].project) else PUBLIC
        rows = indicator_rows(*(visible_indicators(run, request.user) for run in runs))
        differ, closed = scenario_rows(
            runs, team=audience == TEAM, prices=not tender_closed(runs[0].project, request.user)
        )
        context |= {"rows": rows, "differ": differ, "closed": closed, "audience": audience, **_maps(runs, audience)}
    return render(request, "plans/compare.html", context)


@requires("plan.read")
def compare_csv(request: HttpRequest, slug: str) -> HttpResponse:
    """The indicators of two plans with their differences."""
    runs = _runs(request, slug)
    if len(runs) != 2:
        return render(
            request,
            "plans/compare.html",
            {"project": project_of(request), "choosable": _choosable(request), "chosen": [], "runs": []},
            status=400,
        )
    rows = indicator_rows(*(visible_indicators(run, request.user) for run in runs))
    header = ("key", "title", "unit", f"plan_{runs[0].pk}", f"plan_{runs[1].pk}", "difference", "difference_share")
    table = [
        [row[name] for name in ("key", "title", "unit", "first", "second", "difference", "difference_share")]
        for row in rows
    ]
    sources = [f"plan {run.pk}: {run.title}, koppelkans {run.engine_version}, {run.plan_hash}" for run in runs]
    return csv_answer(header, table, f"vergelijking-{runs[0].pk}-{runs[1].pk}.csv", sources)


def _runs(request: HttpRequest, slug: str) -> list[PlanRun]:
    """The plans asked for: ``plannen=12,15`` or ``plannen=12&plannen=15``; the first two different numbers count."""
    asked = [part for value in request.GET.getlist("plannen") for part in value.split(",") if part.strip().isdecimal()]
    numbers = list(dict.fromkeys(int(part) for part in asked if len(part) < 19))[:2]
    return [finished_run_of(request, slug, number) for number in numbers]


def _choosable(request: HttpRequest) -> list[PlanRun]:
    project = project_of(request)
    done = project.runs.filter(state=State.DONE)
    return list((done if may(request.user, "plan.team", project) else done.filter(published_at__isnull=False))[:100])


# ------------------------------------------------------------------------------------------------------------------------ tables


def indicator_rows(first: list[dict[str, Any]], second: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Indicators that both plans have, the largest relative difference first; those without a value in one of both last."""
    others = {row["key"]: row for row in second}
    title = "title_en" if get_language() == "en" else "title"
    rows = []
    for row in first:
        other = others.get(row["key"])
        if other is None:
            continue
        percent = row["unit"] == "aandeel"  # as on the other pages of a plan
        before, first_low, first_high = _values(row, percent=percent)
        after, second_low, second_high = _values(other, percent=percent)
        difference = after - before if before is not None and after is not None else None
        if before and after and difference and abs(difference) <= _SAME * max(abs(before), abs(after)):
            difference = 0.0
        share = difference / abs(before) if difference is not None and before else None
        rows.append({
            "key": row["key"], "title": row[title], "unit": "%" if percent else unit_words(row["unit"]), "method": row["method"], "first": before, "second": after,
            "first_band": (first_low, first_high), "second_band": (second_low, second_high), "difference": difference,
            "difference_share": share, "percent": None if share is None else 100 * share,
        })  # fmt: skip
    return sorted(rows, key=lambda row: (row["difference"] is None, -abs(row["difference_share"] or 0.0)))


def scenario_rows(runs: list[PlanRun], *, team: bool, prices: bool) -> tuple[list[dict[str, Any]], bool]:
    """The choices in which two runs differ, in words; and whether some are kept back because a tender is open."""
    from koppelkans.web.plans.runs import run_scenario

    first, second = (flat(run_scenario(run).model_dump(mode="json")) for run in runs)
    keys = [key for key in first | second if first.get(key) != second.get(key) and key not in _NAMES]
    closed = [key for key in keys if key.startswith(_PRICES) and key not in PER_BUILDING and not prices]
    rows = [
        {
            "key": key,
            "title": key_title(key),
            "first": said(key, first.get(key), team=team),
            "second": said(key, second.get(key), team=team),
        }
        for key in keys
        if key not in closed
    ]
    return rows, bool(closed)


def _values(row: dict[str, Any], *, percent: bool) -> list[float | None]:
    """Value, low and high of an indicator."""
    found = [row[name] for name in ("value", "low", "high")]
    return [value if value is None or not percent else 100 * value for value in found]


def flat(tree: dict[str, Any], above: str = "") -> dict[str, Any]:
    """A scenario as one level of keys such as ``heat_network.regime``; choices per building stay whole."""
    found: dict[str, Any] = {}
    for key, value in tree.items():
        path = f"{above}{key}"
        if isinstance(value, dict) and path not in PER_BUILDING and not above.startswith("renovation"):
            found |= flat(value, f"{path}.") if value else {path: value}
        else:
            found[path] = value
    return found


def key_title(key: str) -> str:
    """A choice in words."""
    name = key.rsplit(".", maxsplit=1)[-1]
    return str(_report_words(_language())["scenario_keys"].get(name, name.replace("_", " ")))


def said(key: str, value: Any, *, team: bool) -> str:
    """The value of a choice in words. What names buildings is counted for the team and kept back from others."""
    if key in PER_BUILDING:
        if not team:
            return _("per gebouw, niet gepubliceerd")
        return _("geen gebouwen") if not value else _("{n} gebouwen").format(n=len(value))
    if key == "sources":
        return "; ".join(
            f"{item['name']} ({item['capacity_kw']:g} kW, {item['supply_c']:g} °C)" for item in value
        ) or _("geen warmtebron")
    if isinstance(value, (list, tuple)):
        return ", ".join(str(item) for item in value) or "–"
    if isinstance(value, dict):
        return ", ".join(f"{name}: {item}" for name, item in value.items()) or "–"
    return str(_report_words(_language())["scenario_values"].get(str(value), value))


@lru_cache(maxsize=2)
def _report_words(language: str) -> dict[str, Any]:
    return tomllib.loads((WORDS / f"{language}.toml").read_text(encoding="utf-8"))


def _language() -> str:
    return "en" if get_language() == "en" else "nl"


# -------------------------------------------------------------------------------------------------------------------------- maps


def _maps(runs: list[PlanRun], audience: str) -> dict[str, Any]:
    """Settings of both maps, on the window of the first, with the layers that both have."""
    facts = [map_rows.map_facts(run.bundle, audience) for run in runs]
    shared = [
        layer["key"] for layer in facts[0]["layers"] if layer["key"] in {other["key"] for other in facts[1]["layers"]}
    ]
    both = []
    for run, one in zip(runs, facts, strict=True):
        kept = {
            **one,
            "bounds": facts[0]["bounds"],
            "layers": [layer for layer in one["layers"] if layer["key"] in shared],
        }
        both.append(settings(run, kept))
    return {
        "map_settings": both, "layers": _joined(facts, shared), "near": _overlap(facts[0]["bounds"], facts[1]["bounds"]),
        "attribution": list(dict.fromkeys([*facts[0]["attribution"], *facts[1]["attribution"]])), "still_layers": [key for key in shared if key in ("density", "network")],
    }  # fmt: skip


def _joined(facts: list[dict[str, Any]], shared: list[str]) -> list[dict[str, Any]]:
    """The legend of both maps together: every class that occurs in one of them, with how often in each."""
    first, second = ({layer["key"]: layer for layer in legends(one)} for one in facts)
    joined = []
    for key in shared:
        counts = [{item["key"]: item["count"] for item in side[key]["classes"]} for side in (first, second)]
        classes = {item["key"]: item for item in [*first[key]["classes"], *second[key]["classes"]]}
        joined.append({**first[key], "classes": [
            {**item, "count": None, "counts": None if item["count"] is None else (counts[0].get(name, 0), counts[1].get(name, 0))} for name, item in classes.items()
        ]})  # fmt: skip
    return joined


def _overlap(first: list[float], second: list[float]) -> bool:
    """Whether two windows have anything in common."""
    return first[0] < second[2] and second[0] < first[2] and first[1] < second[3] and second[1] < first[3]
