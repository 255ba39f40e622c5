"""Pressure, velocity and temperature of the chosen network in the report: what was worked through, and the farthest house."""

from __future__ import annotations

from typing import Any

from koppelkans.report.document import Block, Notice, Table, plain
from koppelkans.report.material import cells
from koppelkans.report.published_network import PublishedNetwork

_THOUSAND = 1e3


def physics_blocks(network: PublishedNetwork, row: dict[str, Any]) -> list[Block]:
    """A table of pressures, velocities and temperatures, and a warning when a limit is not kept; none in a plan made before they were."""
    if "limits_kept" not in row:
        return []
    words = network.material.words
    blocks: list[Block] = [_table(network, row)]
    if not row["limits_kept"]:
        blocks.append(Notice("warning", words("levels.warning"), plain(words("physics.broken"))))
    return blocks


def _table(network: PublishedNetwork, row: dict[str, Any]) -> Table:
    words, notation, pipes = network.material.words, network.material.notation, network.table("pipes")
    house_c = _limit(network, "house_supply_c", str(row["variant"]).rsplit("|", maxsplit=1)[-1])
    values = {
        "pressure": (notation.number(row["pressure_bar"], 1), "bar", _limit(network, "pressure.nominal_bar")),
        "head": (notation.number(row["head_bar"], 1), "bar", ""),
        "pump": (notation.rounded(row["pump_kw"], network.digits), "kw", ""),
        "velocity": (notation.number(pipes["velocity_m_per_s"].max(), 1), "velocity", _limit(network, "pipe.velocity_limit_m_per_s")),
        "gradient": (notation.number(pipes["gradient_pa_per_m"].max()), "gradient", _limit(network, "pipe.gradient_limit_pa_per_m")),
        "peak": (notation.number(row["lowest_supply_c"]), "celsius", house_c),
        "summer": (notation.number(row["summer_supply_c"]), "celsius", house_c),
        "past": (notation.share(row["bypass_share"], 1), "", ""),
        "raised": (notation.number(row["raised_pipes"]), "pipes", ""),
        "raised_cost": (notation.rounded(row["raised_eur"] / _THOUSAND, network.digits), "keur", ""),
    }  # fmt: skip
    rows = tuple(
        cells(words(f"physics.row_{name}"), value, limit, words(f"physics.unit_{unit}") if unit else "")
        for name, (value, unit, limit) in values.items()
        if value
    )
    header = tuple(words(f"physics.{name}_column") for name in ("item", "value", "limit", "unit"))
    return Table(words("physics.table"), header, rows, (False, True, True, False), words("physics.note"))


def _limit(network: PublishedNetwork, name: str, scope: str = "") -> str:
    """The limit that the plan was made with; empty where the plan does not say."""
    figures = network.table("figures")
    chosen = figures["parameter"] == f"heat_network.{name}"
    if scope:
        chosen &= figures["scope"] == scope
    found = figures.loc[chosen, "value"]
    return network.material.notation.rounded(found.iloc[0]) if len(found) else ""
