"""Seconds that pybuildingenergy takes for one building-year (ISO 52016, single zone): python pybuildingenergy_year.py WEATHER.epw.

The building is the one that the package brings along, with the floor area that its record lacks. Prints one number.
"""

import contextlib
import io
import json
import sys
import time
import warnings
from pathlib import Path

import pybuildingenergy

EXAMPLE = Path(pybuildingenergy.__file__).parent / "data" / "beat_building_1301600.json"
STOREYS = 2


def main() -> None:
    """Print the seconds of the calculation."""
    warnings.filterwarnings("ignore")
    building = json.loads(EXAMPLE.read_text(encoding="utf-8"))
    roof_m2 = building["building_surface"][0]["area"]
    building["building"].pop("wall_thickness")
    building["building"] |= {
        "net_floor_area": STOREYS * roof_m2, "building_type_class": "Residential_apartment", "adj_zones_present": False,
        "number_adj_zone": 0, "construction_class": "class_i",
    }  # fmt: skip
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        checked = pybuildingenergy.sanitize_and_validate_BUI(building)[0]
        begin = time.perf_counter()
        pybuildingenergy.ISO52016().Temperature_and_Energy_needs_calculation(
            checked, weather_source="epw", path_weather_file=sys.argv[1]
        )
        seconds = time.perf_counter() - begin
    print(seconds)


if __name__ == "__main__":
    main()
