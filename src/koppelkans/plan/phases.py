"""The network in periods: what is laid in each under the budget of the scenario, and what waiting costs."""

from __future__ import annotations

import numpy as np
import pandas as pd

from koppelkans import tables
from koppelkans.errors import ScenarioError
from koppelkans.heat.network.phasing import Branches, Island, Phasing, check_phases, missed_eur, phasing
from koppelkans.parameters import Parameters
from koppelkans.scenario import Phase, Scenario
from koppelkans.tables import RemarkRow


def network_phases(
    tree: Branches, streets: pd.Series, scenario: Scenario, parameters: Parameters
) -> tuple[pd.DataFrame, list[RemarkRow]]:
    """In which period each piece of the network is built (contract NETWORK_PHASES), and a remark with its cost.

    streets: name by section. Where the phases of the scenario name sections, these lie at the end of each and nothing is chosen.
    Raises ScenarioError for a section without a pipe in the design, DataError when a phase leaves out a section of an earlier one or lays one
    that no pipe leads to. Method: docs/method.md#network-phases.
    """
    phases = scenario.heat_network.phases
    if not phases or not len(tree.parent):
        return tables.NETWORK_PHASES.empty(), []
    day = scenario.reference_date
    island = Island(*(
        parameters.at(f"heat_network.temporary_source.{name}", day) for name in ("eur_per_kw_year", "eur_per_mwh", "merge_eur")
    ))  # fmt: skip
    starts = np.array([phase.year for phase in phases], dtype=np.float64)
    end = max(starts[-1] + 1.0, starts[0] + scenario.horizon_years)
    years = np.diff(np.append(starts, end))
    found = _stated(tree, phases, years) if phases[0].sections is not None else _chosen(tree, phases, years, island)
    return tables.check(tables.NETWORK_PHASES, _rows(tree, found, streets, starts)), [_remark(tree, found, years)]


def _chosen(tree: Branches, phases: list[Phase], years: np.ndarray, island: Island) -> Phasing:
    by_metre = phases[0].budget_m is not None
    budgets = np.array([(phase.budget_m if by_metre else phase.budget_eur) or 0.0 for phase in phases])
    return phasing(tree.counted_in_metres() if by_metre else tree, budgets, years, island=island)


def _stated(tree: Branches, phases: list[Phase], years: np.ndarray) -> Phasing:
    """The phases as the scenario names them, section by section."""
    known = set(tree.section) - {""}
    strange = sorted({name for phase in phases for name in phase.sections or []} - known)
    if strange:
        raise ScenarioError(
            f"heat_network.phases names sections without a pipe in the design: {', '.join(strange[:3])}; sections with one stand in the "
            "table network_sections (built)"
        )
    laid = np.array([
        [name == "" or name in (phase.sections or []) for name in tree.section] for phase in phases
    ])  # fmt: skip
    none = np.zeros_like(laid)
    check_phases(tree, laid)
    missed = missed_eur(tree, laid, none, years, None)
    return Phasing(laid, none, missed, missed, 0.0)


def _rows(tree: Branches, found: Phasing, streets: pd.Series, starts: np.ndarray) -> pd.DataFrame:
    section = pd.Series(tree.section).where(lambda name: name != "")
    last = len(starts)
    year = np.append(starts, np.nan)[np.minimum(found.period, last)]
    return pd.DataFrame({
        "section": section.to_numpy(object), "street": section.map(streets).to_numpy(object), "built_year": year, "length_m": tree.length_m,
        "investment_eur": tree.cost, "heat_mwh": tree.heat_mwh, "gain_eur_per_year": tree.gain_eur, "temporary_source": found.island.any(axis=0),
    }, index=pd.Index(tree.names, name="piece", dtype="str")).astype({"section": "str", "street": "str"})[tables.NETWORK_PHASES.column_names]  # fmt: skip


def _remark(tree: Branches, found: Phasing, years: np.ndarray) -> RemarkRow:
    """What waiting costs, in thousands of euro; pieces themselves stay with the team."""
    whole = max(float(tree.length_m.sum()), 1e-9)
    laid = [f"{round(float(row @ tree.length_m) / whole, 1):.0%}" for row in found.built]
    islands = int(found.island.any(axis=0).sum())
    each = found.missed_eur / float(years.sum())
    return tables.remark(
        "network_phases", f"Het net in {len(years)} perioden: aan het einde van elke periode ligt ongeveer {', '.join(laid).replace('%', ' %')} van de meters. Wachten kost gemiddeld "
        f"{f'{each:,.0f}'.replace(',', '.')} EUR per jaar tegenover het hele net vanaf de eerste dag; geen volgorde met deze budgetten kost meer dan {100 * found.gap_share:.1f} % van de winst van het net "
        f"minder. Tijdelijke bronnen: {islands}. Leidingen hebben meteen hun eindmaat en blijven liggen.", f"The network in {len(years)} periods: at the end of each about "
        f"{', '.join(laid)} of the metres lie. Waiting costs {each:,.0f} EUR a year on average against the whole network from the first day; no order within these budgets costs less by more "
        f"than {found.gap_share:.1%} of what the network gains. Temporary sources: {islands}. Pipes have their final size from the start and stay.", level="info", method="network-phases",
    )  # fmt: skip
