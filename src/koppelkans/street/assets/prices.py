"""What works cost: opening and closing each zone of a street once, a closure, and each work by itself; EUR without VAT."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from koppelkans.parameters import Parameters
from koppelkans.street.assets.draws import Floats
from koppelkans.street.assets.terms import StreetNetwork


def section_prices(
    about: pd.DataFrame, network: StreetNetwork | None, *, parameters: Parameters, day: date
) -> pd.DataFrame:
    """Per section the price of each zone opened once, of one closure and of its nuisance [EUR].

    Columns carriageway_eur, parking_eur, footway_eur, house_eur, closure_eur, nuisance_eur.

        zone = length x opened width (by group of road, at most what the street has) x price per m2 x surface factor
        house = buildings x visit;  closure = start + length x site;  nuisance = length x passers-by + residents x theirs

    A surface that needs no paving again counts by the factor of heat trenches; a verge without houses too. With a heat pipe the buildings are those connected.
    Method: docs/method.md#street-prices.
    """

    def at(name: str) -> float:
        return parameters.at(f"street_works.{name}", day)

    length, area = about["length_m"].to_numpy(float), zone_areas(about, parameters=parameters, day=day)
    soft = parameters.at("heat_network.pipe.surface_factor", day, "soft")
    paved = np.where(about["soft"], soft, 1.0)
    verge = np.where(about["soft"] | (about["buildings"] == 0), soft, 1.0)
    return pd.DataFrame({
        "carriageway_eur": area["carriageway_m2"] * at("zone.carriageway_eur_per_m2") * paved,
        "parking_eur": area["parking_m2"] * at("zone.parking_eur_per_m2") * paved,
        "footway_eur": area["footway_m2"] * at("zone.footway_eur_per_m2") * verge,
        "house_eur": visited(about, network) * at("visit_eur"),
        "closure_eur": at("closure.start_eur") + length * at("closure.eur_per_m"),
        "nuisance_eur": length * at("nuisance.eur_per_m") + about["residents"].to_numpy(float) * at("nuisance.eur_per_resident"),
    }, index=about.index)  # fmt: skip


def zone_areas(about: pd.DataFrame, *, parameters: Parameters, day: date) -> pd.DataFrame:
    """Per section the area that opening each zone breaks up [m2]: carriageway_m2, parking_m2, footway_m2.

    By group of road, at most what the street has. Method: docs/method.md#street-prices.
    """
    length, width = about["length_m"].to_numpy(float), about["width_m"].to_numpy(float)
    opened = {kind: _widths(about["group"], kind, parameters, day) for kind in ("carriageway", "parking", "footway")}
    drive = np.minimum(opened["carriageway"], width)
    walk = np.minimum(opened["footway"], width - drive)
    # without houses there is a verge, and nobody parks
    park = np.where(about["buildings"] > 0, np.clip(width - drive - walk, 0.0, opened["parking"]), 0.0)
    areas = {"carriageway_m2": length * drive, "parking_m2": length * park, "footway_m2": length * walk}
    return pd.DataFrame(areas, index=about.index)


def _widths(group: pd.Series, kind: str, parameters: Parameters, day: date) -> Floats:
    by_group = parameters.numbers(f"street_works.zone.{kind}_m", day)
    return np.asarray(group.map(by_group), dtype=np.float64)


def visited(about: pd.DataFrame, network: StreetNetwork | None) -> Floats:
    """Buildings per section that one visit reaches: those connected where heat comes, else all."""
    every = about["buildings"].to_numpy(float)
    if network is None:
        return every
    connected = network.sections["buildings"].reindex(about.index).to_numpy(float)
    return np.where(about.index.isin(network.sections.index), connected, every)


def own_eur(
    works: pd.DataFrame, about: pd.DataFrame, network: StreetNetwork | None, *, parameters: Parameters, day: date
) -> Floats:
    """Own cost of each work, without opening or closing the street [EUR]. works: columns section, kind, dn_mm.

    heat: pipes without trench, less the visits that the house zone counts. sewer: key figure by diameter less its share of opening and paving.
    reconstruction: price per m2 beyond breaking up the zones x width, of the carriageway alone where no houses stand. drains: per building, and a visit to those that heat does not visit.
    water, cable, gas, greening: price per metre. Method: docs/method.md#street-prices.
    """
    here = about.loc[works["section"]]
    length = here["length_m"].to_numpy(float)
    per_m = works["kind"].map(parameters.numbers("street_works.own_eur_per_m", day)).to_numpy(float)
    found: Floats = length * per_m
    seen, visit = visited(here, network), parameters.at("street_works.visit_eur", day)
    every = here["buildings"].to_numpy(float)
    private = every * parameters.at("street_works.drains.own_eur", day) + (every - seen).clip(min=0.0) * visit
    by_kind = {
        "sewer": length * _sewer_eur_per_m(works["dn_mm"].to_numpy(float), parameters, day),
        "reconstruction": length * _rebuilt_eur_per_m(here, parameters, day),
        "drains": private,
    }  # fmt: skip
    if network is not None:
        pipes = network.sections["heat_own_eur"].reindex(works["section"]).to_numpy(float)
        by_kind["heat"] = (pipes - seen * visit).clip(min=0.0)
    for kind, amount in by_kind.items():
        found = np.where(works["kind"] == kind, amount, found)
    return np.nan_to_num(found)


def _rebuilt_eur_per_m(about: pd.DataFrame, parameters: Parameters, day: date) -> Floats:
    """From facade to facade along houses, else the carriageway alone."""
    street, road = (
        parameters.at("street_works.reconstruction.own_eur_per_m2", day, scope) for scope in ("street", "road")
    )
    width = about["width_m"].to_numpy(float)
    drive = np.minimum(_widths(about["group"], "carriageway", parameters, day), width)
    return np.where(about["buildings"] > 0, width * street, drive * road)


def _sewer_eur_per_m(dn_mm: Floats, parameters: Parameters, day: date) -> Floats:
    """Sewer by diameter without what opening and paving cost; straight lines between the key figures, their ends beyond."""
    figures = parameters.table("street_works.sewer.whole_eur_per_m", day)
    known = figures.index.astype(float).to_numpy()
    usual = parameters.at("street_works.sewer.usual_dn_mm", day)
    whole = np.interp(np.where(np.isnan(dn_mm), usual, dn_mm), known, figures.to_numpy(float))
    return np.asarray(whole * (1.0 - parameters.at("street_works.sewer.opening_share", day)), dtype=np.float64)


def heat_worth_eur_per_mwh(
    carbon_eur_per_tonne: float | None, factor: float, *, parameters: Parameters, day: date
) -> float:
    """Worth of a MWh of heat that flows a year earlier [EUR/MWh]: margin + saved emission x price of carbon, times the slider."""
    carbon = (
        parameters.at("carbon.society_eur_per_tonne", day, "central")
        if carbon_eur_per_tonne is None
        else carbon_eur_per_tonne
    )
    # kg per kWh are tonnes per MWh
    saved = parameters.at("street_works.heat.saved_kg_per_kwh", day)
    return factor * (parameters.at("street_works.heat.margin_eur_per_mwh", day) + saved * carbon)
