"""Two headline figures of the demand chapter: its distance from the published typology and from measured meters.

python benchmarks/building_figures.py [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import sys
from datetime import date
from pathlib import Path

import pandas as pd

sys.path.insert(0, str(Path(__file__).parent))

from fit_prebound import comparison

from koppelkans.building.seasonal import season, seasonal_need
from koppelkans.building.typology import variant_envelopes, variants
from koppelkans.parameters import read_parameters

DAY = date(2026, 11, 1)
PUBLISHED = Path(__file__).parent.parent / "tests" / "published" / "tabula_be.csv"


def tabula_errors() -> pd.Series:
    """Relative distance of our seasonal need from the published one, index ``variant`` (99 Belgian variants)."""
    parameters = read_parameters()
    standard = season(parameters, DAY)
    table = variants(standard)
    envelope = variant_envelopes(table, reference_share=parameters.at("building.reference_area_share", DAY))
    specific = pd.Series(seasonal_need(envelope, standard) / envelope.reference_m2, index=table.index)
    published = pd.read_csv(PUBLISHED, index_col="variant")["published_kwh_per_m2"]
    return specific.reindex(published.index) / published - 1


def tabula_max_error() -> float:
    """Largest of these distances, as a share."""
    return float(tabula_errors().abs().max())


def meters_mean_error() -> float:
    """Distance of the modelled mean use from that of the even meters, which the fit has not seen, as a share."""
    figures = comparison().loc["annual_kwh"]
    return float(abs(figures["model"] / figures["even"] - 1))


def meters_all_mean_error() -> float:
    """Distance of the modelled mean use from that of all 300 meters, as a share; half of them made the fit."""
    figures = comparison().loc["annual_kwh"]
    return float(abs(figures["model"] / figures["all"] - 1))


def main() -> None:
    """Print the figures, or write them as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    chosen = parser.parse_args()
    figures = {
        "tabula_max_error": tabula_max_error(), "meters_mean_error": meters_mean_error(),
        "meters_all_mean_error": meters_all_mean_error(),
    }  # fmt: skip
    for name, value in figures.items():
        print(f"{name:24s}{value:10.4f}", file=sys.stderr)
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
