"""What makes the heat of the network: load duration by plant, shares, and what the heat costs beside the price that was stated."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from koppelkans.report import curves, palette
from koppelkans.report.document import Block, Figure, Heading, Paragraph, Table, Text
from koppelkans.report.material import KWH_PER_MWH, Words, cells
from koppelkans.report.published_network import PublishedNetwork

_THOUSAND, _G_PER_KG = 1e3, 1e3
_POINTS, _FIRST = 80, 1.0


def supply_blocks(network: PublishedNetwork) -> list[Block]:
    """Heading, answer, chart and tables on the supply of the chosen network; nothing where there is none or it may not be published."""
    plants, total = network.table("supply"), network.table("supply_total")
    if not network.publishable or plants.empty or total.empty:
        return []
    row = {str(key): value for key, value in total.to_dict("records")[0].items()}
    words = network.material.words
    blocks: list[Block] = [
        Heading(words("supply.title"), "warmtevoorziening"),
        Paragraph(_answer(network, row)),
    ]
    blocks += [_chart(network, plants), _plants(network, plants), _costs(network, plants, row)]
    return blocks


def plant_name(words: Words, name: object) -> str:
    """A plant by its name; those without a name of their own by what they are."""
    return words.name("plants", name)


def _answer(network: PublishedNetwork, row: dict[str, Any]) -> Text:
    """Origin, emission and primary factor of the heat in a few sentences."""
    words, notation = network.material.words, network.material.notation
    shown = {
        "emission": notation.rounded(row["emission_kg_per_kwh"] * _G_PER_KG, 2), "factor": notation.number(row["primary_factor"], 2),
        "computed": notation.number(row["computed_factor"], 2),
    }  # fmt: skip
    if pd.isna(row["renewable_share"]):
        return words.rich("supply.answer_stated", **shown)
    clean = {"renewable": notation.share(row["renewable_share"]), "residual": notation.share(row["residual_share"])}
    verdict = words("supply.efficient" if row["efficient"] else "supply.not_efficient")
    return words.rich("supply.answer", **shown, **clean, verdict=verdict)


# ------------------------------------------------------------------------------------------------------------------------- chart


def _chart(network: PublishedNetwork, plants: pd.DataFrame) -> Figure:
    words = network.material.words
    frame, load = duration(network.table("supply_hours"))
    kinds = plants["kind"].to_dict()
    used = [str(name) for name in frame["plant"].unique()]
    colours = {
        plant_name(words, name): hue for name, hue in zip(used, _hues([kinds[name] for name in used]), strict=True)
    }
    titles = {name: words(f"supply.axis_{name}") for name in ("hours", "power", "load")}
    drawn = curves.supply_chart(
        frame.assign(plant=[plant_name(words, name) for name in frame["plant"]]), load, colours=colours, titles=titles,
        language=words.language,
    )  # fmt: skip
    return Figure("supply", drawn, words("supply.chart"), words("supply.alt"), words("supply.chart_note"), "supply")


def _hues(kinds: list[str]) -> list[str]:
    """Colour of each plant by its kind; a second one of a kind gets a colour of its own."""
    rest = iter(palette.RUNGS)
    return [palette.PLANTS[kind] if kind not in kinds[:at] else next(rest) for at, kind in enumerate(kinds)]


def duration(hours: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Heat by plant and load in MW over the hours of the year, the busiest first, as means of bins.

    First frame: ``hours`` (middle of the bin), ``plant``, ``power``; a tank counts when it gives. Second: ``hours``, ``power`` of the load.
    """
    at = hours["typical_day"] + "-" + hours["hour"].astype(str).str.zfill(2)
    wide = hours.assign(at=at).pivot(index="at", columns="plant", values="heat_kw")[list(hours["plant"].unique())]
    weight = hours.assign(at=at).drop_duplicates("at").set_index("at")["weight"].reindex(wide.index).to_numpy(float)
    load = wide.sum(axis=1).to_numpy(float)
    order = np.argsort(-load, kind="stable")
    end = np.cumsum(weight[order])
    middle = end - weight[order] / 2.0
    edges = np.unique(
        np.concatenate([[0.0], np.geomspace(_FIRST, end[-1], _POINTS // 2), np.linspace(0, end[-1], _POINTS)])
    )
    part = np.searchsorted(edges, middle, side="right")
    share = pd.Series(weight[order]).groupby(part).sum()
    x = pd.Series(middle * weight[order]).groupby(part).sum() / share

    def mean_mw(values: np.ndarray) -> np.ndarray:
        summed = pd.Series(values[order] * weight[order]).groupby(part).sum()
        found: np.ndarray = (summed / share).to_numpy() / KWH_PER_MWH
        return found

    made = wide.clip(lower=0.0)
    frame = pd.concat(
        pd.DataFrame({"hours": x.to_numpy(), "plant": name, "power": mean_mw(made[name].to_numpy(float))})
        for name in made.columns
        if made[name].max() > 0
    )
    return frame.reset_index(drop=True), pd.DataFrame({"hours": x.to_numpy(), "power": mean_mw(load)})


# ------------------------------------------------------------------------------------------------------------------------ tables


def _plants(network: PublishedNetwork, plants: pd.DataFrame) -> Table:
    words, notation, digits = network.material.words, network.material.notation, network.digits
    rows = tuple(
        cells(
            plant_name(words, row["plant"]), words.name("plants", row["kind"]), _size(network, row), notation.rounded(row["heat_mwh"], digits),
            "" if row["kind"] == "tank" else notation.share(row["heat_share"]), _or_empty(notation.rounded(row["full_load_hours"], 2), row["full_load_hours"]),
            _or_empty(notation.number(row["spf"], 1), row["spf"]), notation.rounded(row["emission_tonnes"], digits),
        )
        for row in plants.reset_index().to_dict("records")
    )  # fmt: skip
    names = ("plant", "kind", "size", "heat", "share", "hours", "spf", "emission")
    header = tuple(words(f"supply.{name}_column") for name in names)
    return Table(
        words("supply.plants"), header, rows, (False, False, *[True] * 6), words("supply.plants_note"), method="supply"
    )


def _or_empty(text: str, value: Any) -> str:
    return "" if pd.isna(value) else text


def _size(network: PublishedNetwork, row: dict[Any, Any]) -> str:
    """Power, cubic metres of a tank, or power and metres of a field."""
    notation, digits = network.material.notation, network.digits
    if not pd.isna(row["volume_m3"]):
        return f"{notation.rounded(row['volume_m3'], digits)} m³"
    power = f"{notation.rounded(row['capacity_kw'], digits)} kW"
    if pd.isna(row["borehole_m"]):
        return power
    return f"{power}, {notation.rounded(row['borehole_m'] / _THOUSAND, digits)} km"


def _costs(network: PublishedNetwork, plants: pd.DataFrame, row: dict[str, Any]) -> Table:
    """What each plant costs, and all together per MWh beside the stated price."""
    words, notation, digits = network.material.words, network.material.notation, network.digits
    amounts = ["investment_eur", "capital_eur_per_year", "running_eur_per_year"]
    rows = [
        cells(
            plant_name(words, one["plant"]), *[notation.rounded(one[name] / _THOUSAND, digits) for name in amounts],
            _or_empty(notation.number(one["eur_per_mwh"]), one["eur_per_mwh"]),
        )
        for one in plants[~plants["kind"].isin(["shortage"])].reset_index().to_dict("records")
    ]  # fmt: skip
    sums = [notation.rounded(float(plants[name].sum()) / _THOUSAND, digits) for name in amounts]
    rows.append(cells(words("page.total"), *sums, notation.number(row["eur_per_mwh"])))
    header = tuple(words(f"supply.{name}_column") for name in ("plant", "investment", "capital", "running", "cost"))
    note = words(
        "supply.costs_note", found=notation.number(row["eur_per_mwh"]), band=notation.band(row["low_eur_per_mwh"], row["high_eur_per_mwh"], 2), stated=notation.number(row["stated_eur_per_mwh"]),
        carbon=notation.number(row["carbon_eur_per_mwh"]),
    )  # fmt: skip
    return Table(
        words("supply.costs"), header, tuple(rows), (False, *[True] * 4), note, strong_last=True, method="supply"
    )
