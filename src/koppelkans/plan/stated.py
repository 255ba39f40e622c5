"""What a plan must say about itself: stand-ins, missing sources, held figures, what was not assessed."""

from __future__ import annotations

from koppelkans.parameters import Parameters
from koppelkans.parameters.store import ALL
from koppelkans.place.model import Place
from koppelkans.scenario import Scenario
from koppelkans.tables import RemarkRow, remark


def place_remarks(place: Place, scenario: Scenario, area: str) -> list[RemarkRow]:
    """Stand-ins of a place abroad or without known grid area; a network that the level of detail does not allow."""
    rows = []
    if place.country != "BE":
        rows.append(remark(
            "place", f"Dit gebied ligt buiten Vlaanderen ({place.country}): wetgeving, tarieven en klimaat zijn Vlaamse stand-ins, "
            "geen lokale cijfers.", f"This area lies outside Flanders ({place.country}): law, tariffs and climate are Flemish "
            "stand-ins, not local figures.", level="warning", method="stand-ins",
        ))  # fmt: skip
    if scenario.grid_area is None and place.grid_area is None:
        rows.append(remark(
            "prices", f"Het netgebied is niet bekend: de tarieven van {area} gelden als stand-in. Kies er een in het scenario "
            "(grid_area).", f"The grid area is not known: the tariffs of {area} stand in. Choose one in the scenario (grid_area).",
            level="warning", method="stand-ins",
        ))  # fmt: skip
    if place.streets is None:
        rows.append(remark(
            "network", "Warmtenet niet beoordeeld: dit gebied heeft geen stratenlijnen (niveau C of D). De warmtedichtheid per straat is een "
            "indicatieve klasse, geen sleuflengte.", "Network not assessed: this area has no street axes (level C or D). The heat density per "
            "street is an indicative class, no trench length.", level="warning", method="levels",
        ))  # fmt: skip
    return rows


def source_remarks(place: Place, scenario: Scenario) -> list[RemarkRow]:
    """No heat source; or the sources that were stated, and whether they could be used."""
    if not scenario.sources:
        return [remark(
            "network", "Geen warmtebron opgegeven: er is geen warmtenet beoordeeld, alleen oplossingen per gebouw.",
            "No heat source given: no heat network was assessed, only solutions per building.", level="warning", method="not-modelled",
        )]  # fmt: skip
    names = ", ".join(
        f"{source.name} ({source.capacity_kw:.0f} kW, {source.supply_c:.0f} °C, {source.price_eur_per_mwh:.0f} EUR/MWh)"
        for source in scenario.sources
    )
    assumed = any(source.assumption for source in scenario.sources)
    used = place.sections is not None
    return [remark(
        "network", f"Warmtebron{' (aanname van het scenario)' if assumed else ''}: {names}.{'' if used else ' Zonder stratenlijnen telt de bron nergens mee.'}",
        f"Heat source{' (assumption of the scenario)' if assumed else ''}: {names}.{'' if used else ' Without street axes the source counts nowhere.'}",
        level="assumption" if used else "warning", method="network-design",
    )]  # fmt: skip


def account_remarks(parameters: Parameters) -> list[RemarkRow]:
    """One remark per figure that was answered by another scope or after its end, as the scenario chose."""
    rows = []
    for use in (parameters.used or {}).values():
        entry = parameters.entries[use.key]
        if use.answered not in (use.asked, ALL):
            rows.append(remark(
                use.key, f"{entry.label}: geen waarde voor {use.asked}; {use.answered} is de stand-in van het scenario.",
                f"{use.key}: no value for {use.asked}; {use.answered} is the stand-in of the scenario.", method="stand-ins",
            ))  # fmt: skip
        if use.held:
            rows.append(remark(
                use.key, f"{entry.label}: de laatste bekende waarde (van {use.value.first.isoformat()}) is aangehouden; een nieuwere is niet "
                "opgenomen.", f"{use.key}: the last known value (of {use.value.first.isoformat()}) is held; a newer one is not included.",
                method="stand-ins",
            ))  # fmt: skip
    return rows
