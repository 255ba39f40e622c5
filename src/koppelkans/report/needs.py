"""What the buildings ask: heat and peak now and after the plan, load over the year, coincidence, cold and overheating."""

from __future__ import annotations

import numpy as np
import pandas as pd

from koppelkans import disclosure, tables
from koppelkans.disclosure import TOTAL
from koppelkans.report import curves, palette
from koppelkans.report.document import Block, Bullets, Details, Figure, Heading, Paragraph, Section, Table, Text, plain
from koppelkans.report.material import KINDS, KWH_PER_MWH, Material, cells, one_line

_KW_PER_MW = 1_000.0
_MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_HOURS_PER_DAY = 24
_POINTS = 240
_HALF = 0.5
_SHOWN_HOMES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000)


def needs_section(material: Material) -> Section:
    """The chapter on heat, peaks and cold of the place."""
    words, notation = material.words, material.notation
    if not material.publishable:
        return one_line(material, "vraag", "needs", "too_small")
    heated = material.heated
    heat, water = (heated[name].sum() / KWH_PER_MWH for name in ("heat_kwh", "hot_water_kwh"))
    shown = {"heat": notation.rounded(heat), "share": notation.share(water / heat if heat else 0.0)}
    blocks: list[Block] = [Paragraph(words.rich("needs.lead", **shown), "lead")]
    blocks += [_by_type(material), *_load(material), *_coincidence(material), *_cold(material), *_check(material)]
    return Section("vraag", words("needs.title"), tuple(blocks))


# --------------------------------------------------------------------------------------------------------------- now and after


def changed(material: Material, column: str, share: str) -> pd.DataFrame:
    """Heat or peak by type, now and after the plan, as far as both may be published: columns ``now`` and ``after``.

    What changes is published only where enough buildings change, and hidden where the total would betray it.
    """
    heated = material.heated
    now = disclosure.published_sums(heated[column], heated["kind"]).values[column]
    renovated = material.renovated
    if renovated.empty:
        return pd.DataFrame({"now": now, "after": np.nan})
    part = heated["space_heat_kwh"] / heated["heat_kwh"].where(heated["heat_kwh"] > 0)
    reach = part.fillna(0.0) if column == "heat_kwh" else pd.Series(1.0, index=heated.index)
    left = renovated[share].reindex(heated.index).fillna(1.0).clip(upper=1.0)
    saved = (heated[column] * reach * (1 - left)).rename("saved")
    who = pd.Series(heated.index, index=heated.index)
    found = disclosure.published_parts(saved, who, heated["kind"]).values["saved"]
    return pd.DataFrame({"now": now, "after": now - found.reindex(now.index)})


def _by_type(material: Material) -> Table:
    words = material.words
    heat = changed(material, "heat_kwh", "space_share") / KWH_PER_MWH
    peak = changed(material, "peak_kw", "peak_share") / _KW_PER_MW
    rows = []
    for kind in [*(name for name in KINDS if name in heat.index), *([TOTAL] if TOTAL in heat.index else [])]:
        now, after = float(heat["now"][kind]), float(heat["after"][kind])
        less = words("page.hidden") if pd.isna(after) else material.notation.share(after / now - 1 if now else 0.0)
        rows.append(cells(
            words("page.total") if kind == TOTAL else words.name("types", kind), material.amount(now), material.amount(after), less,
            material.amount(peak["now"][kind]), material.amount(peak["after"][kind]),
        ))  # fmt: skip
    names = ("type", "heat_now", "heat_after", "less", "peak_now", "peak_after")
    hidden = heat.isna().to_numpy().any() or peak.isna().to_numpy().any()
    note = " ".join([words("needs.by_type_note"), *([words("page.hidden_note")] if hidden else [])])
    return Table(
        words("needs.by_type"), tuple(words(f"needs.{name}_column") for name in names), tuple(rows), (False, *[True] * 5), note,
        TOTAL in heat.index, "hourly-need",
    )  # fmt: skip


def change_publishable(material: Material) -> bool:
    """Whether what renovation changes may be shown hour by hour: nobody renovates, or a group that may be published."""
    renovated = material.renovated
    if renovated.empty:
        return False
    saved = material.heated["space_heat_kwh"].reindex(renovated.index) * (1 - renovated["space_share"].clip(upper=1.0))
    adds = saved[saved > 0]
    return adds.empty or disclosure.allowed_total(adds)


# --------------------------------------------------------------------------------------------------------------- load and months


def _load(material: Material) -> list[Block]:
    words, hours = material.words, material.table("hours")
    title = Heading(words("needs.load_title"))
    if hours.empty:
        return [title, Paragraph(plain(words("needs.no_hours")))]
    lines = {"now": hours["space_heat_kw"] + hours["hot_water_kw"]}
    if change_publishable(material):
        lines["after"] = hours["space_heat_after_kw"] + hours["hot_water_kw"]
    sorted_mw = {name: np.sort(power.to_numpy())[::-1] / _KW_PER_MW for name, power in lines.items()}
    blocks: list[Block] = [title, Paragraph(_busiest(material, sorted_mw))]
    colours = {words(f"needs.line_{name}"): getattr(palette, name.upper()) for name in lines}
    at = np.unique(np.round(np.geomspace(1, len(hours), _POINTS)).astype(int)) - 1
    at = np.unique(np.concatenate([at, np.linspace(0, len(hours) - 1, _POINTS).astype(int)]))
    frame = pd.concat(
        pd.DataFrame({"hours": at + 1, "line": words(f"needs.line_{name}"), "power": power[at]})
        for name, power in sorted_mw.items()
    )
    axes = {"hours": words("needs.axis_hours"), "power": words("needs.axis_power")}
    drawn = curves.load_chart(frame, colours=colours, titles=axes, language=words.language)
    blocks.append(Figure("load", drawn, words("needs.load_chart"), words("needs.load_alt"), "", "load-hours"))
    return [*blocks, _months(material, hours)]


def _busiest(material: Material, sorted_mw: dict[str, np.ndarray]) -> Text:
    """The busiest hour, and how few hours the upper half of the power is needed."""
    words, notation = material.words, material.notation
    now = sorted_mw["now"]
    used = int((now > _HALF * now[0]).sum())
    shown = {"peak": notation.rounded(now[0]), "hours": notation.rounded(used, 2)}
    if "after" not in sorted_mw:
        return words.rich("needs.busiest", **shown)
    return words.rich("needs.busiest_after", **shown, after=notation.rounded(sorted_mw["after"][0]))


def _months(material: Material, hours: pd.DataFrame) -> Figure:
    """Bars per month: heat now, heat after the plan where it may be shown, cold."""
    words = material.words
    month = np.searchsorted(np.cumsum(_MONTH_DAYS) * _HOURS_PER_DAY, np.arange(len(hours)), side="right").clip(0, 11)
    sums = hours.drop(columns="outdoor_c").groupby(month).sum() / KWH_PER_MWH
    bars = [("now", "space_heat", "space_heat_kw"), ("now", "hot_water", "hot_water_kw")]
    if change_publishable(material):
        bars += [("after", "space_heat_after", "space_heat_after_kw"), ("after", "hot_water", "hot_water_kw")]
    if disclosure.allowed_total(material.heated["cold_kwh"]):
        bars.append(("cold", "cold", "cold_kw"))
    frame = pd.concat(
        pd.DataFrame({
            "month": [words.name("months", number + 1) for number in sums.index], "bar": bar, "part": words(f"needs.part_{part}"),
            "amount": sums[column].to_numpy(),
        })
        for bar, part, column in bars
    )  # fmt: skip
    hues = {  # hot water at the bottom of every bar
        "hot_water": palette.HOT_WATER, "space_heat": palette.NOW, "space_heat_after": palette.AFTER, "cold": palette.COLD,
    }  # fmt: skip
    colours = {words(f"needs.part_{part}"): hues[part] for part in hues if any(part == shown for _, shown, _ in bars)}
    axes = {"amount": words("needs.axis_months")}
    drawn = curves.months_chart(frame, colours=colours, titles=axes, language=words.language)
    return Figure("months", drawn, words("needs.months_chart"), words("needs.months_alt"), words("needs.months_note"), "load-hours")  # fmt: skip


# --------------------------------------------------------------------------------------------------------------- coincidence


def _coincidence(material: Material) -> list[Block]:
    words, notation, curve = material.words, material.notation, material.printed("coincidence")
    title = Heading(words("needs.coincidence_title"))
    if curve.empty:
        return [title, Paragraph(plain(words("needs.no_coincidence")))]
    curve = curve.sort_values("dwellings", kind="stable")
    names = ("space_heat_share", "hot_water_share", "design_share")
    hues = (palette.NOW, palette.HOT_WATER, palette.INK)
    colours = {words(f"needs.{name}"): hue for name, hue in zip(names, hues, strict=True)}
    frame = pd.concat(
        pd.DataFrame({"homes": curve["dwellings"], "line": words(f"needs.{name}"), "share": curve[name]}) for name in names
    )  # fmt: skip
    axes = {"homes": words("needs.axis_homes"), "share": words("needs.axis_share")}
    drawn = curves.coincidence_chart(frame, colours=colours, titles=axes, language=words.language)
    figure = Figure(
        "coincidence", drawn, words("needs.coincidence_chart"), words("needs.coincidence_alt"), "", "coincidence"
    )
    listed = curve[curve["dwellings"].isin(_SHOWN_HOMES)]
    rows = tuple(
        cells(notation.number(row["dwellings"]), *[notation.share(row[name]) for name in names], notation.rounded(row["hot_water_kw"], 2))
        for row in (curve if listed.empty else listed).to_dict("records")
    )  # fmt: skip
    header = tuple(words(f"needs.{name}_column") for name in ("homes", *names, "hot_water_kw"))
    caption = words("needs.coincidence")
    table = Table(caption, header, rows, (True,) * 5, words("needs.coincidence_note"), method="coincidence")
    return [title, Paragraph(words.rich("needs.coincidence_lead")), figure, Details(caption, (table,))]


# --------------------------------------------------------------------------------------------------------------- cold


def _cold(material: Material) -> list[Block]:
    words, heated = material.words, material.heated
    blocks: list[Block] = [Heading(words("needs.cold_title")), Paragraph(words.rich("needs.cold_lead"))]
    if not (heated["overheating_hours"].any() or heated["cold_kwh"].any()):
        return [blocks[0], Paragraph(plain(words("needs.no_cold")))]
    cold = disclosure.published_sums(heated["cold_kwh"], heated["kind"]).values["cold_kwh"] / KWH_PER_MWH
    per_m2 = disclosure.quantiles(_cold_per_m2(heated), heated["kind"]).to_dict("index")
    hot = disclosure.quantiles(heated["overheating_hours"], heated["kind"]).to_dict("index")
    rows = [
        cells(words.name("types", kind), material.amount(cold[kind]), material.spread(per_m2[kind]), material.spread(hot[kind]))
        for kind in KINDS
        if kind in cold.index
    ]  # fmt: skip
    if TOTAL in cold.index:
        rows.append(cells(words("page.total"), material.amount(cold[TOTAL]), "", ""))
    header = tuple(words(f"needs.{name}_column") for name in ("type", "cold", "cold_per_m2", "hot"))
    caption, numeric, note = words("needs.cold"), (False, True, True, True), words("needs.cold_note")
    blocks.append(Table(caption, header, tuple(rows), numeric, note, TOTAL in cold.index, "cold"))
    return [*blocks, *_cold_by_period(material)]


def _cold_per_m2(heated: pd.DataFrame) -> pd.Series:
    return (heated["cold_kwh"] / heated["reference_m2"].where(heated["reference_m2"] > 0)).fillna(0.0)


def _cold_by_period(material: Material) -> list[Block]:
    """Cold and hours too warm by type and period, only groups of enough buildings."""
    words, heated = material.words, material.heated
    groups = [heated["kind"], heated["period"]]
    per_m2 = disclosure.quantiles(_cold_per_m2(heated), groups)
    hot = disclosure.quantiles(heated["overheating_hours"], groups)
    shown = per_m2.index[per_m2["median"].notna()]
    order = sorted(shown, key=lambda at: (KINDS.index(at[0]), tables.PERIODS.index(at[1])))
    rows = tuple(
        cells(
            f"{words.name('types', kind)}, {words.name('periods', period)}", material.spread(per_m2.loc[(kind, period)]),
            material.spread(hot.loc[(kind, period)]),
        )
        for kind, period in order
    )  # fmt: skip
    if not rows:
        return []
    caption = words("needs.cold_periods")
    header = tuple(words(f"needs.{name}_column") for name in ("group", "cold_per_m2", "hot"))
    table = Table(caption, header, rows, (False, True, True), words("needs.groups_note"), method="cold")
    return [Details(caption, (table,))]


def _check(material: Material) -> list[Block]:
    """How far the hourly model lies from the seasonal one, which rests on other rules."""
    words, notation, heated = material.words, material.notation, material.heated
    seasonal, hourly = heated["theoretical_space_heat_kwh"], heated["hourly_space_heat_kwh"]
    both = (seasonal > 0) & (hourly > 0)
    if not disclosure.allowed_total(seasonal[both]):
        return []
    ratio = (hourly / seasonal)[both]
    whole = float(hourly[both].sum() / seasonal[both].sum())
    low, high = ratio.quantile(0.1), ratio.quantile(0.9)
    line = words.rich(
        "needs.check", whole=notation.number(whole, 2), low=notation.number(low, 2), high=notation.number(high, 2)
    )
    return [Bullets((line,))]
