"""Robustness as tables: draws of the inputs, uptake, later joiners, and what the loss of a source or a large customer costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from koppelkans import tables
from koppelkans.heat.costs import annuity_share
from koppelkans.heat.network.certified import Certified
from koppelkans.heat.network.design_answer import NetworkResult
from koppelkans.heat.network.design_remarks import dutch
from koppelkans.heat.network.instance import Floats, Ints
from koppelkans.heat.network.lying import (
    Boiler,
    Joiners,
    Lying,
    Repair,
    joiners,
    joins_later_eur,
    lying,
    without_customers,
    without_source,
)
from koppelkans.heat.network.robust import HIGHEST_CUSTOMERS, Bands, Uptake, in_play, spread, uptake
from koppelkans.heat.offers import KWH_PER_MWH, NetworkCase
from koppelkans.heat.pipes import HOURS_PER_YEAR
from koppelkans.parameters.store import Value
from koppelkans.tables import RemarkRow

LARGEST = 10
"""Customers with most heat whose loss is weighed, each apart."""
FEW = 10
"""Buildings from which a figure about all of them is said in a remark."""
_STANDINGS = {
    "official": ("officieel", "official"), "secondary": ("uit tweede hand", "secondary"), "unverified": ("niet geverifieerd", "unverified"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tested:
    """A chosen network and what its inputs rest on: its certificate as arrays, the result and case that it was designed with, the individual OPTIONS, DEMAND,
    the price world of the scenario and the seed of its draws.
    """

    net: Certified
    result: NetworkResult
    case: NetworkCase
    options: pd.DataFrame
    demand: pd.DataFrame
    price_world: str
    seed: int

    @property
    def offers(self) -> pd.DataFrame:
        """The offers of the customers, in the order of the instance."""
        return self.result.offers.loc[self.net.customers]

    @property
    def heat_mwh(self) -> Floats:
        """What each customer buys a year."""
        return self.offers["heat_kwh"].to_numpy(float) / KWH_PER_MWH

    @property
    def pipes(self) -> pd.DataFrame:
        """The pipes in the order of the used edges; empty where one stands for a source."""
        return pd.DataFrame(self.result.pipes.drop(columns="geometry")).reindex(self.net.pipes)

    def network(self) -> Lying:
        """The design as it lies: shutting a pipe saves its upkeep and the heat that it loses."""
        day = self.case.economics.day
        upkeep = self.case.parameters.at("project.upkeep_share", day, "main_pipes")
        pipes, fixed = self.pipes, self.net.instance.extra_eur[self.net.design.edge]
        saved = pipes["investment_eur"] * upkeep + pipes["loss_mwh"] * KWH_PER_MWH * self.case.heat_eur_per_kwh
        return lying(self.net.instance, self.net.design, saved.fillna(pd.Series(fixed, pipes.index)).to_numpy(float))


# --------------------------------------------------------------------------------------------------------------------------- draws


def bands(tested: Tested) -> tuple[Bands, list[str]]:
    """The ranges of the draws from those of the figures behind them, and the standing of each figure used.

    Method: docs/method.md#network-robustness.
    """
    offers, day, parameters = tested.offers, tested.case.economics.day, tested.case.parameters
    chosen = tested.options.reindex(offers.index.astype(str) + "|" + offers["alternative"])
    alternative = offers["alternative"].to_numpy(object)
    whole = max(float(offers["alternative_eur_per_year"].sum()), 1e-9)
    rate, standings, moved = tested.case.economics.society_rate_share, list[str](), {"low": 0.0, "high": 0.0}
    investment = np.nan_to_num(chosen["investment_eur"].to_numpy(float))
    for solution in sorted(set(alternative)):
        figure = parameters.value(f"heat.{solution}.investment_eur", day)
        life = parameters.at(f"heat.{solution}.life_years", day)
        yearly = float(investment[alternative == solution].sum() * annuity_share(life, rate))
        standings.append(figure.standing)
        for end in moved:
            moved[end] += yearly * (_end(figure, end) / float(figure.value) - 1.0)
    power = parameters.value("market.power_wholesale_eur_per_mwh", day, tested.price_world)
    used_mwh = float(np.nan_to_num(chosen["electricity_kwh"].to_numpy(float)).sum()) / KWH_PER_MWH
    down, up = (np.hypot(moved[end], used_mwh * (_end(power, end) - float(power.value))) / whole for end in moved)
    need = tested.demand.loc[offers.index]
    heat = need["heat_kwh"].to_numpy(float).clip(min=1e-9)
    low, high = (need[f"heat_{end}_kwh"].to_numpy(float) / heat for end in moved)
    price = parameters.value("heat_network.pipe.price_factor", day)
    pipes = (_end(price, "low") / float(price.value), _end(price, "high") / float(price.value))
    found = Bands((max(0.0, 1.0 - down), 1.0 + up), (np.minimum(low, 1.0), np.maximum(high, 1.0)), pipes)
    return found, [*standings, power.standing, price.standing]


def _end(figure: Value, end: str) -> float:
    """Low or high of a figure; the figure itself where it has no range."""
    found = figure.low if end == "low" else figure.high
    return float(figure.value if found is None else found)


def draws_tables(tested: Tested, draws: int) -> tuple[dict[str, pd.DataFrame], list[RemarkRow]]:
    """Tables NETWORK_DRAWS and NETWORK_SWITCHES; without rows for no draws, and for too many buildings, with a remark."""
    empty = {name: tables.TABLES[name].empty() for name in ("network_draws", "network_switches")}
    if not draws:
        return empty, []
    net, (ranges, standings) = tested.net, bands(tested)
    alternative = tested.offers["alternative_eur_per_year"].to_numpy(float)
    count = int((in_play(net.instance, alternative, ranges) | net.design.connected).sum())
    if count > HIGHEST_CUSTOMERS:
        return empty, [_skipped(count)]
    found = spread(net.instance, net.design, alternative, ranges, draws=draws, seed=tested.seed)
    rows = pd.DataFrame({
        "alternative_share": found.alternative, "pipes_share": found.pipes, "switched_buildings": found.switched,
        "kept_eur_per_year": found.kept_eur, "found_eur_per_year": found.objective_eur, "beyond_gap": found.beyond_gap,
    }, index=pd.Index([str(number) for number in range(1, draws + 1)], name="draw", dtype="str"))  # fmt: skip
    switches = pd.DataFrame(
        {"connected": net.design.connected, "switch_share": found.switch_share}, index=net.customers
    )
    made = {"network_draws": rows.astype({"switched_buildings": "int64"}), "network_switches": switches}
    return made, [_drawn_remark(ranges, standings, rows)]


def _skipped(count: int) -> RemarkRow:
    return tables.remark(
        "network_draws", f"Hoe vast het ontwerp ligt bij andere cijfers is niet geloot: {count} gebouwen kunnen aansluiten, en boven {HIGHEST_CUSTOMERS} duurt een ontwerp per loting te lang naast een plan. "
        "Aansluiting door een deel, wie later komt en verlies van een bron of grote afnemer zijn wel berekend.", f"How firm the design is at other figures was not drawn: {count} buildings could connect, and above "
        f"{HIGHEST_CUSTOMERS} a design for every draw takes too long beside a plan. Uptake by a part, later joiners and the loss of a source or large customer are computed.", level="info",
        method="network-robustness",
    )  # fmt: skip


def _drawn_remark(ranges: Bands, standings: Sequence[str], rows: pd.DataFrame) -> RemarkRow:
    own, pipes = ([f"{100 * end:.0f}" for end in band] for band in (ranges.alternative, ranges.pipes))
    known = dict.fromkeys(standings)
    nl, en = (" / ".join(_STANDINGS[one][at] for one in known) for at in (0, 1))
    beyond = int(rows["beyond_gap"].sum())
    return tables.remark(
        "network_draws", f"{len(rows)} lotingen, elk opnieuw ontworpen vanaf het net dat er ligt: eigen oplossingen {own[0]} tot {own[1]} % van hun jaarkost (prijs van het toestel en van stroom), sleuf en leiding {pipes[0]} tot "
        f"{pipes[1]} % van hun prijs, en de vraag van elk gebouw tussen laag en hoog. Status van die cijfers: {nl}. In {beyond} lotingen kost het net houden meer dan de afstand van het nieuwe ontwerp verklaart. De prijs aan de bron "
        "is uw opgave en is niet geloot.", f"{len(rows)} draws, each designed again from the network as it is: individual solutions {own[0]} to {own[1]} % of their yearly cost (price of the appliance and of electricity), trench and pipe {pipes[0]} to "
        f"{pipes[1]} % of their price, and the demand of each building between low and high. Standing of these figures: {en}. In {beyond} draws keeping the network costs more than the gap of the new design explains. The price at the "
        "source is yours to state and was not drawn.", method="network-robustness",
    )  # fmt: skip


# -------------------------------------------------------------------------------------------------------------------------- uptake


def uptake_table(tested: Tested, shares: tuple[float, ...], draws: int) -> tuple[pd.DataFrame, list[RemarkRow]]:
    """Table NETWORK_UPTAKE, the whole design last; without rows for no draws."""
    if not draws:
        return tables.NETWORK_UPTAKE.empty(), []
    group, streets = _streets(tested)
    net, several = tested.net, (*sorted(shares), 1.0)
    found: Uptake = uptake(
        net.instance, net.design, tested.heat_mwh, group, shares=several, draws=draws, seed=tested.seed
    )
    weak = found.weak_share[:, :streets].mean(axis=1) if streets else np.zeros(len(several))
    rows = pd.DataFrame({
        "connected_share": found.share, "heat_mwh": found.heat_mwh, "eur_per_mwh": found.mean_eur_per_mwh,
        "low_eur_per_mwh": found.low_eur_per_mwh, "high_eur_per_mwh": found.high_eur_per_mwh, "weak_share": weak,
    }, index=pd.Index([f"{100 * share:g}" for share in several], name="uptake", dtype="str"))  # fmt: skip
    said = tables.remark(
        "network_uptake", f"Wie aansluit als niet iedereen meedoet, is {draws} keer geloot: elk gebouw even veel kans. Leidingen in de straat liggen er zoals ontworpen, aansluitleidingen alleen voor wie meedoet. In het echt haken eerder "
        "gebouwen af waar aansluiten het minst loont: dan stijgt de prijs minder.", f"Who connects when not everybody does was drawn {draws} times, each building with the same chance. Mains lie as designed, service pipes only for those who "
        "take part. In truth buildings that gain least stay away first: the price then rises less.", method="network-robustness",
    )  # fmt: skip
    return rows, [said]


def _streets(tested: Tested) -> tuple[Ints, int]:
    """Per edge the number of its section; lines to a source come after the sections, services have none. And how many sections there are."""
    pipes, edge = tested.pipes, tested.net.design.edge
    group = np.full(len(tested.net.instance.tail), -1, dtype=np.int64)
    codes, names = pd.factorize(pipes["section"], sort=True)
    main = (pipes["kind"] == "main").to_numpy(bool)
    group[edge[main]] = np.where(codes[main] >= 0, codes[main], len(names))
    return group, len(names)


def joiners_table(tested: Tested, network: Lying, found: Joiners) -> pd.DataFrame:
    """Table NETWORK_JOINERS: one row, that of the chosen variant; without rows where nobody connects."""
    designed = joins_later_eur(network)[tested.net.design.connected]
    if not len(designed):
        return tables.NETWORK_JOINERS.empty()
    brings = np.nan_to_num(found.brings_eur[found.fits])
    row = {
        "designed_eur_per_year": float(designed.mean()), "along_buildings": int(found.along.sum()), "fitting_buildings": int(found.fits.sum()),
        "paying_buildings": int((brings > 0).sum()), "fitting_eur_per_year": float(brings.sum()),
    }  # fmt: skip
    return pd.DataFrame([row], index=pd.Index([tested.result.regime], name="variant", dtype="str"))


# -------------------------------------------------------------------------------------------------------------------------- losses


def losses_table(tested: Tested, network: Lying) -> tuple[pd.DataFrame, list[RemarkRow]]:
    """Table NETWORK_LOSSES: the sources that give heat, then the customers with most heat, the largest first."""
    heat = np.where(tested.net.design.connected, tested.heat_mwh, -1.0)
    customers = np.lexsort((np.arange(len(heat)), -heat))[:LARGEST]
    customers = customers[heat[customers] > 0]
    rows = [*_source_rows(tested, network)]
    repairs = without_customers(network, customers)
    rows += [
        _row("customer", str(tested.net.customers[customer]), float(heat[customer]), repair)
        for customer, repair in zip(customers.tolist(), repairs, strict=True)
    ]
    if not rows:
        return tables.NETWORK_LOSSES.empty(), []
    frame = pd.DataFrame(rows)
    frame.index = pd.Index(frame["kind"] + "|" + frame["name"], name="loss", dtype="str")
    day, at = tested.case.economics.day, tested.case.parameters
    hire, more = (at.at(f"heat_network.temporary_source.{name}", day) for name in ("eur_per_kw_year", "eur_per_mwh"))
    said = tables.remark(
        "network_losses", f"Een tijdelijke ketel bij verlies van een bron: huur {dutch(hire)} EUR per kW en jaar, warmte {dutch(more)} EUR/MWh duurder, en plaatsen; deze bedragen zijn niet geverifieerd. Van leidingen die liggen "
        f"bespaart afsluiten alleen onderhoud, warmteverlies en pompen: hun aanleg is betaald.", f"A temporary boiler when a source is lost: hire {hire:,.0f} EUR per kW and year, heat {more:,.0f} EUR/MWh dearer, and placing; these "
        f"amounts are not verified. Of pipes that lie, shutting saves upkeep, heat lost and pumping alone: laying them is paid.", method="network-robustness",
    )  # fmt: skip
    return frame[tables.NETWORK_LOSSES.column_names].astype({"kind": "str", "name": "str", "repair": "str"}), [said]


def _row(kind: str, name: str, heat_mwh: float, repair: Repair) -> dict[str, object]:
    return {
        "kind": kind, "name": name, "heat_mwh": heat_mwh, "missing_kw": repair.missing_kw, "unrepaired_eur_per_year": repair.kept_eur,
        "more_eur_per_year": repair.more_eur, "repair": repair.repair, "left_buildings": repair.left, "joined_buildings": repair.joined,
    }  # fmt: skip


def _source_rows(tested: Tested, network: Lying) -> list[dict[str, object]]:
    """One row per source that gives heat, by its name."""
    day, at = tested.case.economics.day, tested.case.parameters
    hire, more, place = (
        at.at(f"heat_network.temporary_source.{name}", day) for name in ("eur_per_kw_year", "eur_per_mwh", "merge_eur")
    )
    given, net = tested.result.sources, tested.net
    used = given[given["heat_share"] > 0]
    given_mwh = used["heat_mwh"] + used["loss_mwh"]
    if not len(net.arcs):
        cost = hire * used["peak_kw"] + more * given_mwh + place
        alone = [Repair(cost[name], cost[name], "temporary_boiler", used["peak_kw"][name]) for name in used.index]
        return [
            _row("source", str(name), given_mwh[name], repair) for name, repair in zip(used.index, alone, strict=True)
        ]
    rows, behind = (
        list[dict[str, object]](),
        dict(zip(given.index, zip(net.arcs, net.behind_kw, strict=True), strict=True)),
    )
    asked, flows = (
        dict(zip(net.design.edge.tolist(), kw.tolist(), strict=True))
        for kw in (net.design.design_kw, net.design.sum_kw)
    )
    for name in used.index:
        arc, lost_kw = int(behind[name][0]), float(behind[name][1])
        peak, flow = max(asked.get(arc, 0.0), 1e-9), max(flows.get(arc, 0.0), 1e-9)
        # the losses of the pipes behind it come with the boiler, in proportion to what it gives
        with_losses = 1.0 + lost_kw / peak
        hours = (used["heat_mwh"][name] * KWH_PER_MWH + lost_kw * HOURS_PER_YEAR) / flow
        repair = without_source(network, arc, Boiler(hire * with_losses, more / KWH_PER_MWH * hours, place))
        shown = Repair(repair.more_eur, repair.kept_eur, repair.repair, repair.missing_kw * with_losses)
        rows.append(_row("source", str(name), given_mwh[name], shown))
    return rows


def robustness(
    tested: Tested, *, draws: int, shares: tuple[float, ...], uptake_draws: int
) -> tuple[dict[str, pd.DataFrame], list[RemarkRow]]:
    """Every table of robustness of a chosen network, by name, and remarks. Method: docs/method.md#network-robustness."""
    network = tested.network()
    made, drawn = draws_tables(tested, draws)
    share, said = uptake_table(tested, shares, uptake_draws)
    lost, told = losses_table(tested, network)
    made |= {
        "network_uptake": share,
        "network_joiners": joiners_table(tested, network, joiners(network)),
        "network_losses": lost,
    }
    return {name: tables.check(tables.TABLES[name], frame) for name, frame in made.items()}, [*drawn, *said, *told]
