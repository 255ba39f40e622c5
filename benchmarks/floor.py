"""The least any program could take for the same input and output: start, load the libraries, read every layer, write it.

``python -m benchmarks.floor PLACE FOLDER``, PLACE a folder of GeoPackages. The time of the plan divided by this is how far computing is from moving data.
"""

import sys
from pathlib import Path


def main(place: Path, folder: Path) -> None:
    """Read every layer of a place, write each as GeoParquet and as a layer of one GeoPackage."""
    import geopandas as gpd
    import pandera.pandas  # noqa: F401  (the plan cannot do without these two either)
    import pydantic  # noqa: F401
    import pyogrio

    folder.mkdir(parents=True, exist_ok=True)
    for source in sorted(place.glob("*.gpkg")):
        for name, _ in pyogrio.list_layers(source):
            layer = gpd.read_file(source, layer=name)
            layer.to_parquet(folder / f"{name}.parquet")
            layer.to_file(folder / "copy.gpkg", layer=name, driver="GPKG")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
