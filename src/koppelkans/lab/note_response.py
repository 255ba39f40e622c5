"""What a note shows of the response: a few rows, vulnerable households first, and which figure of behaviour decides most."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from koppelkans.lab.effects import SCENARIO, TODAY

LAST = "LAST"
"""Stands for the last year of the response in the name of an outcome."""
SHOWN = (
    (f"fossil_free_{LAST}", "quartile_1", 3), (f"fossil_free_{LAST}", "tenure_social_tenant", 2), (f"fossil_free_{LAST}", "tenure_private_tenant", 0),
    (f"on_gas_{LAST}", "quartile_1", 1), ("stuck_no_money", "quartile_1", 2), ("stuck_no_right_to_decide", "tenure_private_tenant", 1), ("half_switched", "quartile_1", 0),
    ("half_switched", "everybody", 0), ("policy_gap_fossil_free", "place", 3), ("best_fossil_free", "place", 2), ("response_network", "place", 1), ("network_price_happens", "network", 2),
    ("network_price_best", "network", 0), ("network_price_cautious", "network", 0), ("critical_mass", "network", 0), ("first_heat", "network", 0),
    ("extra_dwellings", "place", 1), ("cost_per_extra", "public", 3), ("free_riders", "public", 1),
)  # fmt: skip
"""Outcome, group, and the last level of leaving out at which the row still stands."""


def shown_rows(frame: pd.DataFrame, level: int) -> tuple[pd.DataFrame, list[str]]:
    """The rows of the response that a note shows at a level of leaving out, and their outcomes in order; rows without any value fall away."""
    last = last_year(frame)
    wanted = [(outcome.replace(LAST, str(last)), group) for outcome, group, until in SHOWN if level <= until]
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
