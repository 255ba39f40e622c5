"""A heat network at every temperature that a source can serve, side by side, and the choice among them."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import pandas as pd

from koppelkans import tables
from koppelkans.errors import InfeasibleError
from koppelkans.heat.choices import best_individual
from koppelkans.heat.network.design import heat_network
from koppelkans.heat.network.design_answer import NetworkResult
from koppelkans.heat.network.design_remarks import choice_remarks
from koppelkans.heat.network.design_tables import connections_table
from koppelkans.heat.offers import NetworkCase, network_packages
from koppelkans.heat.options import heated_rows
from koppelkans.tables import RemarkRow


@dataclass(frozen=True, slots=True)
class NetworkChoice:
    """All regimes side by side. ``variants`` keeps NETWORK_VARIANTS; ``chosen`` is the best, or None when no network is cheaper.

    ``pipes`` and ``connections`` are those of the choice; without one no pipes, and the reasons of the best regime looked at.
    ``certificate``: of the best regime, chosen or not; None when the source serves none.
    """

    variants: pd.DataFrame
    chosen: NetworkResult | None
    pipes: gpd.GeoDataFrame
    connections: pd.DataFrame
    remarks: list[RemarkRow]
    certificate: dict[str, Any] | None = None


def network_variants(
    buildings: gpd.GeoDataFrame, demand: pd.DataFrame, options: pd.DataFrame, sections: gpd.GeoDataFrame, attachments: pd.DataFrame,
    case: NetworkCase,
) -> NetworkChoice:  # fmt: skip
    """Every regime that a source can serve, each with all sources that are hot enough for it, and the one of least cost for the whole if it beats no network.

    Inputs keep BUILDINGS, DEMAND, OPTIONS (individual solutions), SECTIONS and ATTACHMENTS. A regime is served when its supply is
    not above that of a source; where the scenario names one, only that. Where buildings must connect, the network is chosen
    whatever it costs. Raises what ``heat_network`` raises; InfeasibleError when the scenario names two regimes,
    or one that not every source can serve. Method: docs/method.md#network-design.
    """
    named = {solution for solution in case.must.values() if solution in tables.NETWORK_SOLUTIONS}
    forced = sorted(named | ({case.only} if case.only else set()))
    hottest_c = max(source.supply_c for source in case.sources)
    served = [name for name in tables.NETWORK_SOLUTIONS if case.regime(name).supply_c <= hottest_c]
    regimes = _asked(forced, served, case)

    def at(name: str) -> NetworkResult:
        hot = hot_enough(case, name)
        offers, packages = network_packages(buildings, demand, options, name, hot)
        return heat_network(buildings, sections, attachments, offers, name, hot, packages)

    # the kernels leave the interpreter free: two temperatures at a time, each the same as alone
    with ThreadPoolExecutor(max_workers=2) as pool:
        results = list(pool.map(at, regimes))
    if not results:
        return _none_served(buildings, demand, options, case)
    best = min(results, key=lambda one: (one.variant["whole_eur_per_year"], tables.NETWORK_SOLUTIONS.index(one.regime)))
    wins = bool(named or case.must_connect) or best.variant["whole_eur_per_year"] < best.variant["without_eur_per_year"]
    built = wins and best.variant["buildings"] > 0
    rows = [one.variant | {"chosen": built and one is best} for one in results]
    variants = pd.DataFrame(rows, index=pd.Index([one.regime for one in results], name="variant", dtype="str"))
    variants = variants.astype({"source": "str"})[tables.NETWORK_VARIANTS.column_names]
    remarks = [*best.remarks, *choice_remarks([one.regime for one in results], best.regime, best.variant, built)]
    proven = best.certificate | {"chosen": built}
    if built:
        return NetworkChoice(variants, best, best.pipes, best.connections, remarks, proven)
    reasons = best.connections["reason"].where(~best.connections["connected"], "does_not_pay")
    left = best.connections.loc[~best.connections["connected"], ["missing_eur_per_mwh"]].reindex(best.offers.index)
    return NetworkChoice(
        variants, None, no_pipes(buildings), connections_table(best.offers, reasons, None, left), remarks, proven
    )


def no_pipes(buildings: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The table of pipes without a pipe, in the coordinates of the place."""
    return gpd.GeoDataFrame(tables.PIPES.empty(buildings.crs))


def _none_served(
    buildings: gpd.GeoDataFrame, demand: pd.DataFrame, options: pd.DataFrame, case: NetworkCase
) -> NetworkChoice:
    """The source is colder than every regime: no network, and the reason for each building."""
    coldest = min(case.regime(name).supply_c for name in tables.NETWORK_SOLUTIONS)
    alone = best_individual(options, fossil_free=case.fossil_free, must=case.must, never=case.never)
    alone = alone.reindex(heated_rows(buildings, demand))
    offers = pd.DataFrame({"alternative": alone["solution"], "advantage_eur_per_year": 0.0}, index=alone.index)
    reasons = pd.Series("no_network", index=alone.index, dtype="str")
    source = max(case.sources, key=lambda one: one.supply_c)
    stated = tables.remark(
        "network", f"Geen warmtenet: bron {source.name} levert {source.supply_c:g} °C, kouder dan het koelste net ({coldest:g} °C). Geef de temperatuur "
        "na een warmtepomp bij de bron op, met haar prijs in de warmteprijs.", f"No heat network: source {source.name} gives {source.supply_c:g} °C, "
        f"colder than the coolest network ({coldest:g} °C). State the temperature after a heat pump at the source, with its cost in the price "
        "of heat.", level="warning", method="network-design",
    )  # fmt: skip
    connections = connections_table(offers, reasons)
    return NetworkChoice(tables.NETWORK_VARIANTS.empty(), None, no_pipes(buildings), connections, [stated])


def _asked(forced: Sequence[str], served: Sequence[str], case: NetworkCase) -> list[str]:
    if len(forced) > 1:
        raise InfeasibleError(
            f"the scenario asks for {' and '.join(forced)}; one network has one temperature: name one of them"
        )
    if forced and len(case.sources) > 1:
        _check_clash(forced[0], case)
    if forced and forced[0] not in served:
        needed = case.regime(forced[0]).supply_c
        raise InfeasibleError(
            f"the scenario asks for {forced[0]} ({needed:g} °C), but heat source {case.source.name} gives "
            f"{case.source.supply_c:g} °C; choose a colder network or a hotter source"
        )
    return list(forced) or list(served)


def _check_clash(regime: str, case: NetworkCase) -> None:
    """Raises InfeasibleError when one of several sources is colder than the supply of the regime that the scenario names."""
    needed_c = case.regime(regime).supply_c
    cold = [source for source in case.sources if source.supply_c < needed_c]
    if cold:
        stated = ", ".join(f"{source.name} gives {source.supply_c:g} °C" for source in cold)
        raise InfeasibleError(
            f"the temperatures of the heat sources clash: the scenario asks for {regime} with a supply of {needed_c:g} °C, but {stated}. Expected "
            f"{needed_c:g} °C or more of every source on one network: state its temperature and price after a heat pump, leave it out, or choose a "
            "colder network"
        )


def hot_enough(case: NetworkCase, regime: str) -> NetworkCase:
    """The case with the sources that can serve a regime, the one of the cheapest heat first."""
    if len(case.sources) == 1:
        return case
    needed_c = case.regime(regime).supply_c
    able = [source for source in case.sources if source.supply_c >= needed_c]
    first, *others = sorted(able, key=lambda source: (case.heat_of(source), source.name))
    return replace(case, source=first, others=tuple(others))
