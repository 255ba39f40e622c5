"""What the municipality decides per building: on the heat network or never, a solution that must or may never be used; then compute anew.

Choices are first a draft in the session of who makes them, so that pages of a long table, and a browser without scripts, lose nothing.
A draft has the four parts of the scenario that name buildings.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from koppelkans.errors import KoppelkansError
from koppelkans.web.accounts.rights import requires
from koppelkans.web.plans import map_rows
from koppelkans.web.plans.map_views import TEAM, Buildings, legends, settings
from koppelkans.web.plans.published import finished_run_of
from koppelkans.web.plans.vocabulary import named

if TYPE_CHECKING:
    from koppelkans.scenario import Scenario
    from koppelkans.web.plans.models import PlanRun

ROWS_A_PAGE = 25
BRUSHES = ("must", "never", "free")
NETWORK = "network_"
_SHOWN_FAULTS = 10

Draft = dict[str, Any]


@requires("plan.decide")
@require_http_methods(["GET", "HEAD", "POST"])
def decisions(request: HttpRequest, slug: str, run: int) -> HttpResponse:
    """The table and the map of choices per building; what is posted goes into the draft, and from there into a new run."""
    found = finished_run_of(request, slug, run)
    if request.method != "POST":
        return _page(request, found, draft_of(request, found))
    draft = draft_of(request, found)
    action = request.POST.get("action", "save")
    if action == "reset":
        request.session.pop(_place(found), None)
        return _back(request, found)
    faults = [*read_rows(request.POST, draft), *read_painted(request.POST.get("painted", ""), draft)]
    if action == "street":
        faults += paint_street(found, request.POST.get("straat_keuze", ""), request.POST.get("brush", ""), draft)
    faults += draft_faults(found, draft)
    if faults:
        return _page(request, found, draft, faults=faults, status=422)
    request.session[_place(found)] = draft
    if action == "rerun":
        return _rerun(request, found, draft)
    messages.success(
        request, _("Uw keuzes zijn bewaard als concept: {n} gebouwen met een keuze.").format(n=len(decided(draft)))
    )
    return _back(request, found)


def _back(request: HttpRequest, run: PlanRun) -> HttpResponse:
    query = request.POST.get("terug", "")
    address = reverse("plan_decisions", args=[run.project.slug, run.pk])
    return redirect(f"{address}?{query}" if query else address)


def _rerun(request: HttpRequest, run: PlanRun, draft: Draft) -> HttpResponse:
    """A new run with the draft; the draft has then done its work."""
    from koppelkans.web.plans.runs import rerun, run_scenario

    before = run_scenario(run)
    scenario = scenario_with(before, draft)
    if scenario == before:
        return _page(
            request,
            run,
            draft,
            faults=[_("Uw keuzes zijn dezelfde als die van dit plan; er is niets om opnieuw te rekenen.")],
            status=422,
        )
    try:
        made = rerun(run, scenario, request.user, title=_("{title}, keuzes per gebouw").format(title=run.title)[:160])
    except KoppelkansError as error:
        return _page(request, run, draft, faults=[error.message, *error.faults], status=422)
    request.session.pop(_place(run), None)
    return redirect("run_progress", slug=run.project.slug, run=made.pk)


def scenario_with(scenario: Scenario, draft: Draft) -> Scenario:
    """A scenario whose choices per building are those of the draft."""
    from koppelkans.scenario import Scenario

    tree = scenario.model_dump(mode="json")
    tree["heat_network"] |= {
        "must_connect": sorted(draft["must_connect"]),
        "never_connect": sorted(draft["never_connect"]),
    }
    tree["choices"] |= {
        "must": dict(sorted(draft["must"].items())),
        "never": {key: sorted(draft["never"][key]) for key in sorted(draft["never"])},
    }
    return Scenario.model_validate(tree)


# ------------------------------------------------------------------------------------------------------------------------- draft


def draft_of(request: HttpRequest, run: PlanRun) -> Draft:
    """The draft of this user for this run; at first the choices with which the run was made."""
    kept = request.session.get(_place(run))
    return json.loads(json.dumps(kept)) if kept else first_draft(run.scenario)


def first_draft(scenario: Mapping[str, Any]) -> Draft:
    """The choices per building of a scenario as it is stored."""
    network, choices = scenario.get("heat_network", {}), scenario.get("choices", {})
    return {
        "must_connect": list(network.get("must_connect", [])), "never_connect": list(network.get("never_connect", [])),
        "must": dict(choices.get("must", {})), "never": {key: list(names) for key, names in choices.get("never", {}).items()},
    }  # fmt: skip


def _place(run: PlanRun) -> str:
    return f"decisions-{run.pk}"


def decided(draft: Draft) -> set[str]:
    """Buildings about which the draft says something."""
    return {*draft["must_connect"], *draft["never_connect"], *draft["must"], *draft["never"]}


def brush_of(draft: Draft, building: str) -> str:
    """What the draft says of a building and the network."""
    return "must" if building in draft["must_connect"] else "never" if building in draft["never_connect"] else "free"


def paint(draft: Draft, buildings: Iterable[str], brush: str) -> None:
    """Set buildings to must, never or free, in the draft itself."""
    painted = set(buildings)
    for name in ("must", "never"):
        kept = [key for key in draft[f"{name}_connect"] if key not in painted]
        draft[f"{name}_connect"] = kept + (sorted(painted) if brush == name else [])


def read_rows(posted: Any, draft: Draft) -> list[str]:
    """Take the rows of a page of the table into the draft; what cannot be read is a fault."""
    faults: list[str] = []
    by_brush: dict[str, list[str]] = {brush: [] for brush in BRUSHES}
    for number in range(ROWS_A_PAGE):
        key = posted.get(f"key-{number}")
        if key is None:
            break
        brush = posted.get(f"net-{number}", "free")
        if brush not in BRUSHES:
            faults.append(
                _("Gebouw {key}, net: gevonden {found}; verwacht moet, vrij of nooit.").format(key=key, found=brush)
            )
            continue
        by_brush[brush].append(key)
        for name, value in (("must", posted.get(f"must-{number}", "")), ("never", posted.getlist(f"never-{number}"))):
            draft[name].pop(key, None)
            if value:
                draft[name][key] = value
    for brush, keys in by_brush.items():
        paint(draft, keys, brush)
    return faults


def read_painted(text: str, draft: Draft) -> list[str]:
    """Take what was painted on the map into the draft: a JSON object of brush by building."""
    if not text:
        return []
    unreadable = [_("De keuzes van de kaart zijn onleesbaar aangekomen. Schilder ze opnieuw, of kies in de tabel.")]
    try:
        painted = json.loads(text)
    except ValueError:
        return unreadable
    if not isinstance(painted, dict) or not set(map(str, painted.values())) <= set(BRUSHES):
        return unreadable
    for brush in BRUSHES:
        paint(draft, [key for key, value in painted.items() if value == brush], brush)
    return []


def paint_street(run: PlanRun, street: str, brush: str, draft: Draft) -> list[str]:
    """Set all buildings of a street."""
    keys = map_rows.keys_of_street(run.bundle, street)
    if not keys:
        return [
            _("Straat: gevonden “{street}”; verwacht een straat van dit plan. Kies ze in de lijst.").format(
                street=street
            )
        ]
    if brush not in BRUSHES:
        return [_("Hele straat: kies eerst moet, vrij of nooit.")]
    paint(draft, keys, brush)
    return []


def draft_faults(run: PlanRun, draft: Draft) -> list[str]:
    """Everything in a draft that the plan cannot follow, each with the building, what was found and what to do."""
    rows = map_rows.buildings_named(run.bundle, decided(draft))
    faults = [
        _("Gebouw {key} staat niet in dit plan, of wordt niet verwarmd. Laat het weg.").format(key=key)
        for key in sorted(decided(draft) - set(rows))
    ]
    for key, solution in draft["must"].items():
        if key not in rows:
            continue
        options, name = rows[key]["options"].split("|"), _address(rows[key])
        said = named("solution", solution)
        if solution not in options:
            faults.append(
                _("{name}: {said} is daar niet mogelijk; mogelijk zijn: {options}.").format(
                    name=name, said=said, options=_listed(options)
                )
            )
        if solution in draft["never"].get(key, []):
            faults.append(
                _("{name}: {said} moet en mag nooit tegelijk; kies een van beide.").format(name=name, said=said)
            )
        brush = brush_of(draft, key)
        if (brush == "never") == solution.startswith(NETWORK) and brush != "free":
            faults.append(
                _("{name}: de keuze voor het net spreekt “moet: {said}” tegen; pas een van beide aan.").format(
                    name=name, said=said
                )
            )
    for key, solutions in draft["never"].items():
        if key in rows and set(rows[key]["options"].split("|")) <= set(solutions):
            faults.append(
                _("{name}: elke mogelijke oplossing is uitgesloten; laat er minstens een toe.").format(
                    name=_address(rows[key])
                )
            )
    return faults


def _address(row: Mapping[str, Any]) -> str:
    return " ".join(part for part in (row["street"], row["number"]) if part) + f" ({row['building']})"


def _listed(options: Iterable[str]) -> str:
    return ", ".join(named("solution", option) for option in options)


# -------------------------------------------------------------------------------------------------------------------------- page


def _page(
    request: HttpRequest, run: PlanRun, draft: Draft, *, faults: Iterable[str] = (), status: int = 200
) -> HttpResponse:
    """The page with a draft; faults are all listed, and nothing that was typed is lost."""
    from koppelkans.web.plans.views import plan_context

    facts = map_rows.map_facts(run.bundle, TEAM)
    street = request.GET.get("straat", "").strip()
    streets = map_rows.streets_of(run.bundle)
    chosen = street if street in streets else None
    page = Paginator(Buildings(run.bundle, chosen, facts), ROWS_A_PAGE).get_page(request.GET.get("page"))
    rows = [
        {
            **row, "number_on_page": number, "net": brush_of(draft, row["building"]), "must": draft["must"].get(row["building"], ""),
            "never_count": len(draft["never"].get(row["building"], [])),
            "choices": [
                {"key": option, "title": named("solution", option), "never": option in draft["never"].get(row["building"], [])}
                for option in row["options"].split("|") if option
            ],
        }
        for number, row in enumerate(page)
    ]  # fmt: skip
    boxes = {row["street"]: row["box"] for row in facts["streets"]}
    faults = list(faults)
    frame = plan_context(request, run, "kaart")
    frame["trail"] = [
        *frame["trail"][:-1],
        (frame["trail"][-1][0], reverse("plan_map", args=[run.project.slug, run.pk])),
        (_("Keuzes per gebouw"), ""),
    ]
    context = {
        **frame, "view_title": _("Keuzes per gebouw"), "faults": faults[:_SHOWN_FAULTS], "more_faults": max(0, len(faults) - _SHOWN_FAULTS),
        "rows": rows, "page_obj": page, "streets": [name for name in streets if name], "street": chosen or "", "asked": street,
        "query": request.GET.urlencode(), "page_query": _page_query(request),
        "draft": draft, "decided": len(decided(draft)), "layers": [layer for layer in legends(facts) if layer["key"] == "solution"],
        "attribution": facts["attribution"], "changed": draft != first_draft(run.scenario),
        "settings": settings(run, {**facts, "layers": [layer for layer in facts["layers"] if layer["key"] in ("solution", "network")]}, focus=boxes.get(chosen)),
        "painted": {key: brush_of(draft, key) for key in [*draft["must_connect"], *draft["never_connect"]]},
    }  # fmt: skip
    return render(request, "plans/decisions.html", context, status=status)


def _page_query(request: HttpRequest) -> str:
    """The query of this page without its page number, ready for more."""
    kept = request.GET.copy()
    kept.pop("page", None)
    return f"{kept.urlencode()}&" if kept else ""
