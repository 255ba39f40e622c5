"""Words of tables: how a value of a vocabulary and a column are called in the language of the page.

The words of solutions, actors and the like are those of the report; nothing heavy is loaded to read them.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

import koppelkans

_GROUPS = {
    "solution": "solution_names", "second_best": "solution_names", "owner_best": "solution_names", "alternative": "solution_names",
    "variant": "solution_names", "package": "packages", "type": "types", "reason": "reasons", "density_class": "classes", "payer": "actors",
    "payee": "actors", "what": "subjects", "heating": "heatings", "carrier": "carriers", "component": "parts", "uptake": "uptakes",
    "standing": "standings", "scope": "scopes", "about": "about", "limit": "trades",
    "plant": "plants", "kind": "plants", "repair": "repairs", "work_kind": "work_kinds", "asset_kind": "asset_kinds", "strip_kind": "strip_kinds", "level_of_strip": "strip_kinds",
    "status": "work_statuses", "role": "owner_roles", "direction": "directions", "drive": "directions", "cycle": "cycle_kinds", "left_side": "sides",
    "right_side": "sides", "state": "street_states", "heat_corridor": "corridor_room", "demand": "space_demands", "zones": "zones", "assets_from": "asset_origins",
    "works_joined": "work_kinds", "works_here": "work_kinds", "group": "space_groups",
    "response_option": "responses", "response_scope": "response_scopes", "stuck_reason": "stuck_reasons", "moment": "moments", "step": "pipeline_steps",
    "household_group": "response_groups", "start": "response_starts", "coordination": "coordinations",
}  # fmt: skip
_OWN = {
    "use": {
        "residential": _("wonen"), "office": _("kantoor"), "retail": _("winkel"), "hospitality": _("horeca"), "school": _("school"),
        "health_care": _("zorg"), "sport": _("sport"), "culture": _("cultuur"), "worship": _("eredienst"), "industry": _("industrie"),
        "other": _("andere"), "annex": _("bijgebouw"),
    },
    "part": {"assets": _("onderdelen"), "customers": _("klanten"), "supply": _("warmte en stroom"), "terms": _("voorwaarden")},
    "kind": {"main": _("leiding in de straat"), "service": _("aansluitleiding"), "source": _("warmtebron"), "customer": _("grote afnemer")},
    "limit": {"pool": _("budget van allen samen"), "crew": _("ploegen"), "budget": _("budget"), "emissions": _("uitstoot"), "feeder": _("laagspanning van de straat"), "installation": _("installatie")},
    "connected_because": {
        "own_value": _("het kan de hele weg alleen dragen"), "shared_way": _("het deelt leidingen met anderen"), "compulsory": _("het moet van het scenario"),
    },
    "level": {"info": _("ter informatie"), "assumption": _("aanname"), "warning": _("let op")},
    "tenure": {"owner": _("eigenaar"), "private_tenant": _("huurder bij een particulier"), "social_tenant": _("sociale huurder")},
}  # fmt: skip
_COLUMNS = {
    "street": _("Straat"), "building": _("Gebouw"), "section": _("Straatsectie"), "pipe": _("Leiding"), "variant": _("Ontwerp"),
    "carrier": _("Energiedrager"), "uptake": _("Aansluiting"), "indicator": _("Indicator"), "least_share": _("Laagste drempel van een sectie"),
    "least_branch_share": _("Laagste drempel met de tak erachter"), "sections": _("Secties"), "pipe_m": _("Leiding in het ontwerp"),
    "first_payment_year": _("Eerste betaling"), "last_payment_year": _("Laatste betaling"), "name": _("Naam"), "capacity_kw": _("Vermogen"),
    "price_eur_per_mwh": _("Prijs van de warmte"), "emission_kg_per_kwh": _("Uitstoot"), "available_from_year": _("Beschikbaar vanaf"),
    "assumption": _("Aanname van het scenario"), "note": _("Opmerking"), "household": _("Gezin"), "first_year": _("Eerste jaar van de periode"),
    "owner": _("Eigenaar"), "work_kind": _("Soort werk"), "asset_kind": _("Soort"), "strip_kind": _("Strook"), "level_of_strip": _("Niveau"), "owner_role": _("Rol"),
    "works_joined": _("Samen met"), "works_here": _("Werken"), "number_of_works": _("Aantal werken"), "own_eur": _("Eigen kost"), "opening_eur": _("Aandeel in openen en herstellen"),
    "closure_eur": _("Aandeel in afsluiten"), "release_year": _("Vroegst"), "due_year": _("Nodig in"), "last_year": _("Laatst"), "fixed_year": _("Vastgelegd in"),
    "assets_from": _("Herkomst"), "built_year": _("Jaar van aanleg"), "life_years": _("Levensduur"), "planned_year": _("Jaar"), "target_share": _("Aandeel van het doel"),
    "dividend_share": _("Aandeel"), "marginal_eur": _("Kost van één stap meer"), "pattern_now": _("Profiel nu"), "pattern_then": _("Profiel dan"), "class_m": _("Breedteklasse"), "plan": _("Plan"), "pattern": _("Profiel"), "goal": _("Doel"), "title_of_row": _("Naam"),
    "work": _("Werk"), "asset": _("Wat er ligt"), "absent": _("Zonder"), "bearer": _("Voor wie"), "case": _("Geval"), "figure": _("Cijfer"), "text": _("In woorden"),
    "response_option": _("Verwarming"), "response_scope": _("Waarvan"), "stuck_reason": _("Waarom"), "household_group": _("Groep"),
    "supply_c": _("Aanvoer"), "buildings": _("Gebouwen"), "unit": _("Eenheid"), "plant": _("Opwekker"),
}  # fmt: skip
_ENGLISH_ENDS = (
    "_eur_per_kwh", "_eur_per_kw", "_eur_per_year", "_eur_per_mwh", "_eur_per_m", "_kwh_per_m2", "_mwh_per_m", "_kg_per_kwh", "_pa_per_m",
    "_m_per_s", "_incl_vat", "_eur", "_kwh", "_mwh", "_kw", "_m2", "_mm", "_m", "_c", "_kg", "_share", "_bar",
)  # fmt: skip


@cache
def report_words(language: str) -> dict[str, dict[str, str]]:
    """All words of the report in a language, by group and key."""
    path = Path(koppelkans.__file__).parent / "report" / "words" / f"{language}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _language() -> str:
    return "en" if get_language() == "en" else "nl"


def named(column: str, value: Any) -> str:
    """The word for a value of a column; a value that is free text stands for itself."""
    text = str(value)
    if text in _OWN.get(column, {}):
        return str(_OWN[column][text])
    words = report_words(_language())
    if column == "unit":
        return words["space_units"].get(text, unit_words(text))
    if column in ("zones", "works_joined", "works_here"):
        known = words[_GROUPS[column]]
        return (
            ", ".join(dict.fromkeys(known.get(part.rsplit("|", 1)[-1], part) for part in text.split("+") if part))
            or "–"
        )
    if column in ("fixed_clash", "free_clash"):
        sets = [[words["space_demands"].get(part, part) for part in one.split("+")] for one in text.split(";") if one]
        return "; ".join(" + ".join(one) for one in sets) or "–"
    if column == "measures":
        return ", ".join(words["measures"].get(part, part) for part in text.split("+") if part) or "–"
    if column == "variant":
        text = text.rsplit("|", maxsplit=1)[-1]
    return words.get(_GROUPS.get(column, ""), {}).get(text, text)


def column_title(name: str, title: str = "") -> str:
    """The title of a column: of its contract in Dutch, else ours, else its name in words."""
    if title and _language() == "nl":
        return title
    if name in _COLUMNS:
        return str(_COLUMNS[name])
    bare = next((name.removesuffix(end) for end in _ENGLISH_ENDS if name.endswith(end) and name != end[1:]), name)
    return bare.replace("_", " ").capitalize()


_UNITS_EN = {
    "jaar": "year", "uur": "hours", "duizend": "thousand", "miljoen": "million", "gebouwen": "buildings", "woningen": "dwellings",
    "aandeel": "share", "jaartal": "year", "per": "per",
}  # fmt: skip
_UNITS_NL = {
    "EUR": "euro",
    "t": "ton",
    "year": "jaar",
    "month": "maand",
    "dwelling": "woning",
    "h": "u",
    "share": "aandeel",
    "day": "dag",
}


def unit_words(unit: str) -> str:
    """A unit as it stands in a text of the language of the page."""
    import re

    words = _UNITS_NL if _language() == "nl" else _UNITS_EN
    return (
        "".join(words.get(part, part) for part in re.split(r"([/ ()]+)", unit)).replace("m2", "m²").replace("m3", "m³")
    )
