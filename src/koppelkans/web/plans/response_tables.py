"""Rows of the tables of the response for the team: who heats how and when, who is stuck, and the equilibria of the network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from koppelkans.web.plans.plan_tables import read_table

if TYPE_CHECKING:
    import pandas as pd

_NAMES = {"option": "response_option", "scope": "response_scope", "reason": "stuck_reason", "group": "household_group"}


def _named(folder: Path, name: str) -> pd.DataFrame:
    """A table of the response whose columns have names of their own, so that each finds its words."""
    return read_table(folder, name).drop(columns="row").rename(columns=_NAMES)


def shares(folder: Path) -> pd.DataFrame:
    """Dwellings by way of heating; the whole place first, then groups, deciders and street sections."""
    found = _named(folder, "response_shares")
    return found[found["dwellings"] > 0]


def moments(folder: Path) -> pd.DataFrame:
    """Decisions by moment and year."""
    found = _named(folder, "response_moments")
    return found[found["dwellings"] > 0]


def stuck(folder: Path) -> pd.DataFrame:
    """Who is stuck, the poorest quartile first."""
    found = _named(folder, "response_stuck")
    return found[found["dwellings"] > 0].sort_values(["household_group", "year"], kind="stable")


def pipeline(folder: Path) -> pd.DataFrame:
    """Who signed, waits or dropped out, by street section."""
    found = _named(folder, "response_pipeline")
    return found[found["dwellings"] > 0]


def curve(folder: Path) -> pd.DataFrame:
    """Connections and heat at each price."""
    return _named(folder, "response_curve")


def equilibrium(folder: Path) -> pd.DataFrame:
    """Both equilibria, the tipping point and what happens."""
    return _named(folder, "equilibrium")


def money(folder: Path) -> pd.DataFrame:
    """Who pays whom in the response, by year."""
    return _named(folder, "response_money")


def payments(folder: Path) -> pd.DataFrame:
    """Every payment of the network at the price that happens."""
    return _named(folder, "network_payments")
