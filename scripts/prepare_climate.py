"""Makes the shipped typical year from its original: ``python scripts/prepare_climate.py FILE.epw``.

FILE is the TMYx 2007-2021 of Uccle (Climate.OneBuilding.org, station 064470). Writes
src/koppelkans/parameters/facts/uccle_hours.csv with the sun on the five planes computed by pvlib; the same original gives the same
file.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

from koppelkans.building.hours.climate import PLANES
from koppelkans.building.hours.epw import read_weather
from koppelkans.building.hours.sun import incident_on_planes

TARGET = Path(__file__).parents[1] / "src" / "koppelkans" / "parameters" / "facts" / "uccle_hours.csv"
HEAD = """\
# Typical year of Uccle, hour by hour, standard time (UTC+1): row 1 is 1 January 0-1 h. Values are means of the hour.
# direct: direct normal radiation; diffuse, global: on the horizontal; sky: infrared from the sky on the horizontal.
# Source: Climate.OneBuilding.org TMYx 2007-2021, BEL_VLG_Uccle.064470 (NCEI ISD / ERA5), 50.797 N 4.358 E, 101 m, as distributed with open-ideas/IDEAS.
# Licence: free use with credit to Climate.OneBuilding.org (terms not verified). Standing: secondary.
# The radiation agrees with the sun at the end of its hour, not in the middle: the sun is placed half an hour later on the planes.
# Changes: columns chosen; radiation on horizontal, east, south, west and north by koppelkans (pvlib, Perez 1990, ground reflectance 0.2).
"""


def main() -> None:
    """Write the table."""
    weather = read_weather(sys.argv[1])
    incident = incident_on_planes(weather)
    whole = {
        "direct_w_per_m2": weather.direct_w_per_m2, "diffuse_w_per_m2": weather.diffuse_w_per_m2,
        "global_w_per_m2": weather.global_w_per_m2, "sky_w_per_m2": weather.sky_w_per_m2,
        **{f"{plane}_w_per_m2": incident[plane].total for plane in PLANES},
    }  # fmt: skip
    table = pd.DataFrame(
        {"outdoor_c": weather.outdoor_c, **{name: np.rint(values).astype(int) for name, values in whole.items()}}
    )
    TARGET.write_text(HEAD + table.to_csv(index=False, lineterminator="\n"), encoding="utf-8")


if __name__ == "__main__":
    main()
