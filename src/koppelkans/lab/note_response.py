"""What a note shows of the response: a few rows, vulnerable households first, and which figure of behaviour decides most."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd

from koppelkans.lab.effects import SCENARIO, TODAY
from koppelkans.people.response.calibrated_file import shipped_tables
from koppelkans.tables.response import RESPONSE_BACKTEST

LAST = "LAST"
"""Stands for the last year of the response in the name of an outcome."""
SHOWN = (
    (f"fossil_free_{LAST}", "quartile_1", 3), (f"fossil_free_{LAST}", "tenure_social_tenant", 2), (f"fossil_free_{LAST}", "tenure_private_tenant", 0),
    (f"on_gas_{LAST}", "quartile_1", 1), ("stuck_no_money", "quartile_1", 3), ("stuck_no_right_to_decide", "tenure_social_tenant", 2), ("stuck_no_right_to_decide", "tenure_private_tenant", 3),
    ("half_switched", "quartile_1", 0), ("half_switched", "everybody", 0), ("policy_gap_fossil_free", "place", 1), ("best_fossil_free", "place", 2), ("response_network", "place", 3),
    ("network_share_happens", "network", 1), ("network_price_happens", "network", 2), ("network_price_best", "network", 0), ("network_price_cautious", "network", 0), ("critical_mass", "network", 0),
    ("first_heat", "network", 0), ("extra_dwellings", "place", 2), ("public_cost", "public", 3), ("cost_per_extra", "public", 3), ("free_riders", "public", 3),
)  # fmt: skip
"""Outcome, group, and the last level of leaving out at which the row still stands."""


def shown_rows(frame: pd.DataFrame, level: int, *, on_network: bool = True) -> tuple[pd.DataFrame, list[str]]:
    """The rows of the response that a note shows at a level of leaving out, and their outcomes in order; rows without any value fall away.

    Prices and dates of the network only where the lever is about one.
    """
    last = last_year(frame)
    wanted = [
        (outcome.replace(LAST, str(last)), group)
        for outcome, group, until in SHOWN
        if level <= until and (on_network or group != "network")
    ]
    pairs = pd.MultiIndex.from_frame(frame[["outcome", "group"]])
    known = frame["value"].notna().groupby([frame["outcome"], frame["group"]]).any()
    kept = [pair for pair in wanted if pair in known.index and known[pair]]
    return frame[pairs.isin(kept)], list(dict.fromkeys(outcome for outcome, _ in kept))


def last_year(frame: pd.DataFrame) -> int:
    """The last year of a response."""
    years = [name.removeprefix("on_gas_") for name in frame["outcome"].unique() if name.startswith("on_gas_")]
    return max(int(year) for year in years)


def headline(frame: pd.DataFrame) -> Mapping[str, float]:
    """Shares of dwellings without fossil fuel in the last year: ``now``, ``then`` with its ``low`` and ``high``, and ``best`` in the plan."""
    now, then, best = (
        frame[(frame["outcome"] == outcome) & (frame["state"] == state)].to_dict("records")[0]
        for outcome, state in (("response_fossil_free", TODAY), ("response_fossil_free", SCENARIO), ("optimum_fossil_free", TODAY))
    )  # fmt: skip
    return {"now": now["value"], "then": then["value"], "low": then["low"], "high": then["high"], "best": best["value"]}


def decisive_figure(bands: pd.DataFrame) -> str:
    """The figure of behaviour, written ``key@end``, that moves the response most; empty where none was moved."""
    rows = bands[bands["outcome"] == "response_fossil_free"].set_index("group")["value"]
    figures = rows[rows.index.str.startswith("response.")]
    if figures.empty:
        return ""
    central = rows.iloc[0]
    return str((figures - central).abs().idxmax())


def network_comes(frame: pd.DataFrame | None) -> tuple[bool, bool] | None:
    """Whether the network of the plan comes about in the response, today and with the levers; None without a response or such a network."""
    if frame is None:
        return None
    rows = frame[frame["outcome"] == "network_comes"].set_index("state")["value"]
    planned = frame[frame["outcome"] == "optimum_network"]["value"].max()
    if not {TODAY, SCENARIO} <= set(rows.index) or not planned > 0:
        return None
    return bool(rows[TODAY]), bool(rows[SCENARIO])


def why_no_riders(frame: pd.DataFrame) -> str:
    """Which word of a note says why free riders and the price per extra dwelling have no value: nobody more, nothing more, or not all known."""
    rows = frame.set_index(["outcome", "group", "state"])["value"]
    if not rows.get(("extra_dwellings", "place", SCENARIO), 0.0) > _NOBODY:
        return "nobody_more"
    now, then = (rows.get(("public_cost", "public", state), 0.0) for state in (TODAY, SCENARIO))
    return "not_all_known" if then - now > _NOTHING_MEUR else "nothing_more"


_NOBODY, _NOTHING_MEUR = 1e-3, 1e-6
"""Fewer dwellings, or less public money, than this are none: as where the price per dwelling is made."""


class Tested(NamedTuple):
    """How far the response was off in years that it did not know: the mean distance as a share of what was counted."""

    first: int
    last: int
    missed_share: float


def back_tested() -> Tested | None:
    """What the shipped back-test says; None where no year was held back."""
    years = shipped_tables()[RESPONSE_BACKTEST.name]
    held = years[years["held_back"].astype(bool)]
    if held.empty:
        return None
    missed = float((held["modelled"] / held["observed"] - 1).abs().mean())
    return Tested(int(held["year"].min()), int(held["year"].max()), missed)
