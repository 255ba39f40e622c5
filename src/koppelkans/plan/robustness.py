"""How firm the chosen network is: its draws, its uptake and its losses, made from the certificate that the plan carries."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from koppelkans import tables
from koppelkans.plan.network import NetworkPart
from koppelkans.scenario import Scenario
from koppelkans.tables import RemarkRow

ROBUSTNESS_TABLES = ("network_draws", "network_switches", "network_uptake", "network_joiners", "network_losses")


def robustness_tables(
    made: Mapping[str, pd.DataFrame], network: NetworkPart, scenario: Scenario
) -> tuple[dict[str, pd.DataFrame], list[RemarkRow]]:
    """The tables of robustness of the chosen network, and remarks; without rows where no network is chosen.

    Method: docs/method.md#network-robustness.
    """
    if network.case is None or network.result is None or network.certificate is None or not len(network.result.pipes):
        return {name: tables.TABLES[name].empty() for name in ROBUSTNESS_TABLES}, []
    # numba is loaded here, so that a plan without a network does not wait for it
    from koppelkans.heat.network.certified import certified
    from koppelkans.heat.network.robust_tables import Tested, robustness

    chosen = scenario.heat_network
    tested = Tested(
        certified(network.certificate), network.result, network.case, made["options"], made["demand"], scenario.price_world, scenario.seed
    )  # fmt: skip
    return robustness(
        tested, draws=chosen.robustness_draws, shares=chosen.robustness_shares, uptake_draws=chosen.uptake_draws
    )
