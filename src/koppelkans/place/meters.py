"""Load profiles of digital meters: the hourly and quarter-hourly files of Fluvius (1_50)."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from koppelkans.errors import DataError
from koppelkans.place.columns import plain
from koppelkans.tables import RemarkRow, remark

LOCAL = "Europe/Brussels"
COLUMNS = {"ean_id": "meter", "datum_startuur": "start", "volume_afname_kwh": "offtake_kwh"}
OPTIONAL = {"volume_injectie_kwh": "injection_kwh"}
KINDS = {
    "warmtepomp_indicator": "heat_pump", "elektrisch_voertuig_indicator": "electric_vehicle", "pv_installatie_indicator": "pv",
    "type_gasmeter": "meter_type", "contract_categorie": "contract",
}  # fmt: skip


def read_meters(path: str | Path, *, decimal: str = ".") -> tuple[pd.DataFrame, list[RemarkRow]]:
    """Metered energy per hour or quarter of an hour [kWh], in true local time, and the remarks.

    The files of Fluvius label their times UTC while they are local. The clock changes decide: a local series has no hour 2 on
    the last Sunday of March and two of them on the last Sunday of October, a series in UTC has one of each.
    Result: columns meter (text), start (Europe/Brussels, start of the interval), offtake_kwh, injection_kwh where measured, and
    the kinds of the meter (heat_pump, electric_vehicle, pv, meter_type, contract); sorted by meter and start.
    Raises DataError on a missing column, a negative use, or times that are neither local nor UTC.
    Method: docs/method.md#place-meters.
    """
    file = Path(path)
    try:
        raw = pd.read_csv(file, sep=";", dtype="str", encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise DataError(f"{file.name} cannot be read as a table: {error}; expected columns separated by ';'") from error
    raw = raw.rename(columns=plain)
    missing = [name for name in COLUMNS if name not in raw.columns]
    if missing:
        raise DataError(f"{file.name}: columns {', '.join(missing)} are missing, expected {', '.join(COLUMNS)}")
    quantities = {"volume_afname_kwh": "offtake_kwh"} | {name: ours for name, ours in OPTIONAL.items() if name in raw}
    frame = pd.DataFrame({"meter": raw["ean_id"]})
    for name, ours in quantities.items():
        frame[ours] = _amounts(raw[name], decimal, f"{file.name}, column {name}")
    kinds = {name: ours for name, ours in KINDS.items() if name in raw}
    frame = frame.join(raw[list(kinds)].rename(columns=kinds))
    start, rows = local_times(raw["datum_startuur"], raw["ean_id"], where=f"{file.name}, column datum_startuur")
    return frame.assign(start=start).sort_values(["meter", "start"], ignore_index=True), rows


def _amounts(written: pd.Series, decimal: str, where: str) -> pd.Series:
    values = pd.to_numeric(written.str.replace(decimal, ".", regex=False), errors="coerce")
    wrong = values.isna() & written.notna()
    if wrong.any():
        raise DataError(
            f"{where}: {int(wrong.sum())} cells are no number ({', '.join(written[wrong].head(3))}); state the decimal sign"
        )
    if (values < 0).any():
        raise DataError(f"{where}: {int((values < 0).sum())} cells are negative, expected at least 0 kWh")
    return values


def local_times(written: pd.Series, meter: pd.Series, *, where: str) -> tuple[pd.Series, list[RemarkRow]]:
    """Times in Europe/Brussels from text that says UTC (``Z``, ``+00:00``), nothing, or its own offset; and the remarks."""
    offset = written.str.extract(r"([+-]\d{2}:?\d{2})$", expand=False)
    if (offset.notna() & ~offset.str.replace(":", "").isin(["+0000", "-0000"])).any():
        return pd.to_datetime(written, utc=True, format="ISO8601").dt.tz_convert(LOCAL), []
    bare = written.str.replace(r"(Z|\s*UTC|[+-]00:?00)$", "", regex=True)
    times = pd.to_datetime(bare, format="ISO8601", errors="coerce")
    if times.isna().any():
        raise DataError(
            f"{where}: {int(times.isna().sum())} times cannot be read ({', '.join(written[times.isna()].head(3).astype(str))}), expected e.g. 2024-01-31T13:00:00Z"
        )
    labelled = bool((written != bare).any())
    kind = _kind(times, meter)
    if kind == "mixed":
        raise DataError(
            f"{where}: the clock changes contradict each other (an hour 2 in March, yet two in October, or the reverse), so the times "
            "are neither local nor UTC; expected one of both. Export the file again"
        )
    if kind == "utc" and labelled:
        return times.dt.tz_localize("UTC").dt.tz_convert(LOCAL), []
    if kind == "utc":
        raise DataError(
            f"{where}: the times have no zone, and hour 2 exists in the night of the clock change, so they are not local; label them UTC"
        )
    again = times.groupby([meter, times]).cumcount() > 0
    summer_first = ~again.to_numpy()
    start = times.dt.tz_localize(LOCAL, ambiguous=summer_first)
    rows = []
    if labelled:
        proof = (
            "de klokwissels bewijzen het"
            if kind == "local"
            else "zonder klokwissel in de reeks is dat niet te bewijzen"
        )
        proof_en = (
            "the clock changes prove it"
            if kind == "local"
            else "without a clock change in the series it cannot be proved"
        )
        rows.append(
            remark(
                "meters",
                f"De tijden zijn UTC genoemd maar zijn lokale tijd ({proof}); het label is weggelaten.",
                f"The times are labelled UTC but are local time ({proof_en}); the label was dropped.",
                level="info" if kind == "local" else "warning",
                method="place-meters",
            )
        )
    return start, rows


def _kind(times: pd.Series, meter: pd.Series) -> str:
    """local, utc, mixed, or unknown when no clock change lies inside the series."""
    votes = set()
    night = times.dt.normalize()
    last_sunday = (times.dt.day_of_week == 6) & (times.dt.day >= 25)
    for month, of_local in ((3, 0), (10, 2)):
        change = last_sunday & (times.dt.month == month)
        covered = change & times.dt.hour.isin([1, 3])
        if not covered.any():
            continue
        step = _steps_per_hour(times, meter)
        hours = (change & (times.dt.hour == 2)).groupby([meter, night]).sum() / step
        seen = covered.groupby([meter, night]).any()
        votes |= {"local" if value == of_local else "utc" if value == 1 else "mixed" for value in hours[seen].unique()}
    if not votes:
        return "unknown"
    return votes.pop() if len(votes) == 1 else "mixed"


def _steps_per_hour(times: pd.Series, meter: pd.Series) -> int:
    first = times[meter == meter.iloc[0]].sort_values().diff().dropna()
    usual = first[first > pd.Timedelta(0)].min()
    return max(1, int(pd.Timedelta(hours=1) / usual)) if pd.notna(usual) else 1
