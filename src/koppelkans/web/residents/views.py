"""Pages for residents and those who help them. What they tell is answered and forgotten: no session, no row, no log, no cache."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe

from koppelkans.errors import KoppelkansError
from koppelkans.web.accounts.rights import project_of, requires
from koppelkans.web.projects.models import Partner, Project
from koppelkans.web.residents import facts, streets, words
from koppelkans.web.residents.forms import HomeForm, HouseholdForm
from koppelkans.web.residents.situation import Answer, Way

NETWORK_HINTS = ("network", "mixed")


@never_cache
@sensitive_post_parameters()
@requires("page.read")
def own_home(request: HttpRequest) -> HttpResponse:
    """The calculator of one's own home."""
    form = HomeForm(request.POST) if request.method == "POST" else HomeForm(initial=_asked_street(request))
    context = _answered(form) if request.method == "POST" else {}
    return render(
        request, "residents/own_home.html", {"form": form, **_about_incomes(), **context}, status=_status(form)
    )


@never_cache
@sensitive_post_parameters()
@requires("page.read")
def kitchen_table(request: HttpRequest) -> HttpResponse:
    """The form of a caseworker, and the sheet of one household."""
    form = HouseholdForm(request.POST) if request.method == "POST" else HouseholdForm(initial=_asked_street(request))
    context = _answered(form) if request.method == "POST" else {}
    if "answer" in context:
        return render(request, "residents/sheet.html", {"form": form, **context, **_sheet(form, context["ways"])})
    return render(
        request, "residents/kitchen_table.html", {"form": form, **_about_incomes(), **context}, status=_status(form)
    )


@require_safe
@requires("page.read")
def tenants(request: HttpRequest) -> HttpResponse:
    """The path of a tenant: who decides, what may be charged, the social tariff, what to ask."""
    day = timezone.localdate()
    context = {
        "day": day, "prices": facts.social_prices(day=day), "duties": facts.rental_duties(day=day),
        "rise": facts.fact("rent.review_energy.least_rise_share", "", day=day), "works": facts.fact("rent.reduction.after_days", "", day=day),
        "collective": facts.fact("social_tariff_premium.collective", "", day=day, scope="shared_connection"), "standings": words.STANDINGS,
    }  # fmt: skip
    return render(request, "residents/tenants.html", context)


@require_safe
@requires("project.read")
def street_search(request: HttpRequest, slug: str) -> HttpResponse:
    """The streets of the published plans, by what somebody types."""
    project = project_of(request)
    runs = streets.published_runs(project)
    rows = streets.streets_of(runs)
    text = request.GET.get("q", "").strip()[:80]
    hits = [
        {**row, "word": words.DIRECTIONS[row["direction"]]} for row in (streets.found(rows, text) if text else rows)
    ]
    context = {
        "project": project,
        "published": bool(runs),
        "text": text,
        "hits": hits,
        "count": len(rows),
        "slug": slug,
        "trail": _trail(project, _("Straten")),
    }
    return render(request, "residents/street_search.html", context)


@require_safe
@requires("project.read")
def street_page(request: HttpRequest, slug: str, street: str) -> HttpResponse:
    """What the published plan says to who lives in a street; a page that says why where it says nothing."""
    project = project_of(request)
    runs = streets.published_runs(project)
    row = streets.street_of(streets.streets_of(runs), street)
    context: dict[str, Any] = {"project": project, "street": row["street"] if row else street}
    context["trail"] = _trail(project, context["street"], (_("Straten"), reverse("street_search", args=[slug])))
    if row is None:
        return render(request, "residents/street_missing.html", {**context, "published": bool(runs)}, status=404)
    run = row["run"]
    dates = [
        date for date in project.planned_dates.all() if streets.letters(date.street) == streets.letters(row["street"])
    ]
    houses = _priced(streets.rows_of(run, "houses.json"), row)
    context |= {
        "row": row, "run": run, "direction": words.DIRECTIONS[row["direction"]], "why": [words.REASONS[key] for key in row["why"] if key in words.REASONS],
        "part": words.NETWORK_PARTS[row["network"]], "dates": dates, "here": [item for item in houses if item["here"]],
        "elsewhere": [item for item in houses if not item["here"]], "houses": houses, "law": _law(run),
        "energy_houses": project.partners.filter(kind=Partner.Kind.ENERGY_HOUSE),
        "buyer": facts.fact("obligation.buyer.within_years", "", day=timezone.localdate()),
        "calculator": reverse("own_home") + "?" + urlencode({"wijk": slug, "straat": row["street"]}),
    }  # fmt: skip
    return render(request, "residents/street.html", context)


def _trail(project: Project, last: str, *before: tuple[str, str]) -> list[tuple[str, str]]:
    return [
        (_("Wijken"), reverse("projects")),
        (project.title, reverse("project", args=[project.slug])),
        *before,
        (last, ""),
    ]


def _priced(rows: list[dict[str, Any]], street: dict[str, Any]) -> list[dict[str, Any]]:
    """Kinds of house with their solutions and costs, those that stand in the street first."""
    kinds = list(dict.fromkeys(row["kind"] for row in rows))
    fossil = ("gas_boiler", "hybrid_heat_pump", "collective_gas_boiler")
    rows = sorted(rows, key=lambda row: (row["solution"] in fossil, row["solution"] not in words.NETWORKS))
    found = [
        {
            "kind": words.KINDS[kind], "here": kind in street["kinds"],
            "rows": [
                {**row, "own": _own(row), "name": words.SOLUTIONS[row["solution"]], "needs": words.PACKAGES[row["package"]]}
                for row in rows
                if row["kind"] == kind and not (row["solution"] in words.NETWORKS and street["direction"] not in NETWORK_HINTS)
            ],
        }
        for kind in kinds
    ]  # fmt: skip
    return sorted(found, key=lambda item: not item["here"])


def _own(row: dict[str, Any]) -> dict[str, float]:
    """Own money from low to high; where all houses pay the same, over the range of the price of the plant."""
    ends = row["owner_investment_eur"]
    if ends["low"] != ends["high"] or row.get("price_low") is None:
        return {"low": ends["low"], "high": ends["high"]}
    return {"low": ends["low"] * row["price_low"], "high": ends["high"] * row["price_high"]}


def _law(run: Any) -> dict[str, Any]:
    """The day of the law and prices that the plan counted with."""
    from datetime import date

    rows = streets.rows_of(run, "houses.json")
    return (
        {"day": date.fromisoformat(rows[0]["day"]), "category": rows[0]["income_category"].removeprefix("cat")}
        if rows
        else {}
    )


# --------------------------------------------------------------------------------------------------------- home and household


def _asked_street(request: HttpRequest) -> dict[str, str]:
    return {name: request.GET.get(name, "")[:120] for name in ("wijk", "straat")}


def _status(form: HomeForm) -> int:
    return 422 if form.is_bound and form.errors else 200


def _about_incomes() -> dict[str, Any]:
    day = timezone.localdate()
    limits = {item.name: item for item in facts.income_limits(day=day)}
    rows = [
        (category, limits.get(f"single_{category}"), limits.get(f"couple_{category}"))
        for category in ("cat4", "cat3", "cat2")
    ]
    return {
        "limits": [(category.removeprefix("cat"), single, couple) for category, single, couple in rows],
        "per_dependant": facts.fact("mvp.income_limit_per_dependant", "", day=day), "standings": words.STANDINGS,
    }  # fmt: skip


def _answered(form: HomeForm) -> dict[str, Any]:
    """What the engine says about what was told; nothing when something is to be mended first."""
    if not form.is_valid():
        return {}
    from koppelkans.web.residents.home import home_answer

    told = form.cleaned_data
    situation = form.situation(network=streets.network_in(told["wijk"], told["straat"]))
    try:
        answer = home_answer(situation, day=timezone.localdate())
    except KoppelkansError:
        form.add_error(
            "gas_kwh" if told["gas_kwh"] else "floor_area_m2",
            _(
                "Met deze cijfers kunnen we niet rekenen: ze passen niet bij zo’n woning. Kijk ze na, of laat het gas leeg, en verstuur opnieuw."
            ),
        )
        return {}
    return {
        "answer": answer, "situation": situation, "told": _told(form), "ways": [_way(answer, way) for way in answer.ways],
        "standings": words.STANDINGS, "uncertain": _uncertain(answer), "street": told["straat"],
        "figures": _used(answer), "loan_url": facts.figure_url("mvl.rate"), "network_here": bool(situation.network),
        "apartment": situation.dwellings > 1, "owner": situation.owner, "assumed_homes": situation.dwellings if situation.dwellings > 1 and not told["dwellings"] else 0,
    }  # fmt: skip


def _told(form: HomeForm) -> dict[str, Any]:
    """What was told, in words, for the head of the answer."""
    told = form.cleaned_data
    return {
        "kind": words.KINDS[told["kind"]], "period": words.PERIODS[told["period"]], "heating": words.HEATINGS[told["heating"]],
        "tenure": words.TENURES[told["tenure"]], "area": told["floor_area_m2"], "gas": told["gas_kwh"], "occupants": told["occupants"],
        "category": told["income_category"].removeprefix("cat"), "protected": told["protected"] == "yes", "label": told["label"],
    }  # fmt: skip


def _way(answer: Answer, way: Way) -> dict[str, Any]:
    """One way to heat, with its name and what changes against today."""
    saved = None if answer.bill_now is None else answer.bill_now.mid - way.bill.mid
    return {
        "way": way, "name": words.SOLUTIONS[way.solution], "measures": [words.MEASURES.get(name, name) for name in way.measures],
        "saved": saved, "more": -(saved or 0.0), "network": way.solution in words.NETWORKS, "fossil": way.solution in ("gas_boiler", "hybrid_heat_pump", "collective_gas_boiler"),
        "figure": facts.figure_url(f"heat.{way.solution}.investment_eur" if way.solution not in words.NETWORKS else "heat_network.tariff_eur_per_kwh"),
    }  # fmt: skip


def _used(answer: Answer) -> list[dict[str, Any]]:
    """Every figure that was used, with its name, its page and how well it is known."""
    from koppelkans.parameters import read_parameters

    entries = read_parameters().entries
    keys = dict.fromkeys((item.key, item.standing, item.held) for item in answer.figures)
    return [
        {"name": entries[key].label, "url": facts.figure_url(key), "standing": standing, "known": words.STANDINGS[standing], "held": held}
        for key, standing, held in keys
    ]  # fmt: skip


def _uncertain(answer: Answer) -> dict[str, int]:
    """How many of the figures that were used are official, second-hand or not verified."""
    return {standing: sum(item.standing == standing for item in answer.figures) for standing in words.STANDINGS}


def _sheet(form: HomeForm, ways: list[dict[str, Any]]) -> dict[str, Any]:
    """What stands on the sheet beside the answer: rights of the day, and money that is lacking on the day of the invoice."""
    told, day = form.cleaned_data, timezone.localdate()
    savings, owner = float(told.get("savings_eur") or 0), told["tenure"] == "owner"
    category = told["income_category"]
    money = [
        {
            **item,
            "without": item["way"].cash_eur(savings, loan=False),
            "with_loan": item["way"].cash_eur(savings, loan=True),
        }
        for item in ways
    ]
    found = {
        "prices": facts.social_prices(day=day), "premiums": facts.premiums(category, day=day) if owner else [],
        "loans": facts.loans(category, day=day) if owner else [],
    }  # fmt: skip
    keys = [("rise", "rent.review_energy.least_rise_share", "all")]
    if owner:
        keys = [
            ("emergency", "noodkoop.max", "all"),
            ("apply", "mvp.apply_within_years", "all"),
            ("boiler_vat", "vat", "works_fossil_boiler"),
        ]
    single = {name: facts.fact(key, "", day=day, scope=scope) for name, key, scope in keys}
    shown = [
        *found["prices"],
        *found["premiums"],
        *found["loans"],
        *(item for item in single.values() if item is not None),
    ]
    return {
        "day": day, "savings": savings, "money": money, **found, **single, "sources": list(dict.fromkeys(item.source for item in shown)),
        "loan_open": {"cat1": "no", "cat2": "maybe"}.get(category, "yes") if owner else "no",
    }  # fmt: skip
