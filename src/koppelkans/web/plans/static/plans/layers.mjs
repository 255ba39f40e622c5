// How a plan is drawn: layers of the style from the settings that the server gives. Outlines only from near by: at the scale of a town a
// line of one pixel around every building hides all its colours.

const OUTLINE_ZOOM = 15;
const PATTERN_ZOOM = 14.5;
const source = { source: "plan" };
const only = (kind) => ["==", ["geometry-type"], kind];
const widened = (width) => ["interpolate", ["exponential", 1.4], ["zoom"], 12, width * 0.55, 15, width, 18, width * 2.4];

/** All layers, with the chosen one visible. */
export function layersOf(settings, first) {
  const { colours } = settings;
  const ofLayer = (layer) => ({ metadata: { layer: layer.key }, layout: { visibility: layer.key === first ? "visible" : "none" } });
  const layers = [
    { id: "paper", type: "background", paint: { "background-color": colours.paper } },
    { ...source, id: "water", type: "fill", "source-layer": "backdrop", filter: ["==", ["get", "kind"], "water"], paint: { "fill-color": colours.water } },
    { ...source, id: "green", type: "fill", "source-layer": "backdrop", filter: ["==", ["get", "kind"], "green"], paint: { "fill-color": colours.green } },
    { ...source, id: "area", type: "line", "source-layer": "backdrop", filter: ["==", ["get", "kind"], "area"], paint: { "line-color": colours.area, "line-width": 1.5 } },
    { ...source, id: "street-lines", type: "line", "source-layer": "streets", filter: ["!=", ["geometry-type"], "Point"], paint: { "line-color": colours.street, "line-width": widened(0.9), "line-opacity": 0.7 } },
    { ...source, id: "building-shapes", type: "fill", "source-layer": "buildings", paint: { "fill-color": colours.building, "fill-antialias": false } },
    { ...source, id: "building-dots", type: "circle", "source-layer": "buildings", filter: only("Point"), paint: { "circle-color": colours.building, ...dots(2.2) } },
  ];
  for (const layer of settings.layers.filter((one) => one.on === "buildings")) layers.push(...filled(layer, ofLayer(layer), colours));
  layers.push({ ...source, id: "building-outlines", type: "line", "source-layer": "buildings", minzoom: OUTLINE_ZOOM, paint: { "line-color": colours.ink, "line-width": 0.5, "line-opacity": 0.55 } });
  for (const layer of settings.layers.filter((one) => one.on !== "buildings")) layers.push(...lined(layer, ofLayer(layer)));
  if (settings.layers.some((one) => one.on === "pipes") || settings.team) {
    layers.push({ ...source, id: "sources", type: "circle", "source-layer": "sources", paint: { "circle-color": colours.paper, "circle-stroke-color": colours.ink, "circle-stroke-width": 3, "circle-radius": 6 } });
  }
  return layers;
}

const dots = (radius) => ({ "circle-radius": ["interpolate", ["linear"], ["zoom"], 11, radius * 0.4, 14, radius, 17, radius * 2.6] });

/** A layer that fills buildings: colour by class, and a pattern near by for those that must be told apart without colour. */
function filled(layer, shared, colours) {
  const colour = ["match", ["get", layer.property], ...layer.classes.flatMap((one) => [one.key, one.colour]), colours.building];
  const parts = [
    { ...source, ...shared, id: layer.key, type: "fill", "source-layer": "buildings", paint: { "fill-color": colour, "fill-antialias": false } },
    { ...source, ...shared, id: `${layer.key}-points`, type: "circle", "source-layer": "buildings", filter: only("Point"), paint: { "circle-color": colour, ...dots(3) } },
  ];
  for (const pattern of ["stripes", "dots"]) {
    const keys = layer.classes.filter((one) => one.pattern === pattern).map((one) => one.key);
    if (keys.length) {
      parts.push({ ...source, ...shared, id: `${layer.key}-pattern-${pattern}`, type: "fill", "source-layer": "buildings", minzoom: PATTERN_ZOOM, filter: ["in", ["get", layer.property], ["literal", keys]], paint: { "fill-pattern": `hatch-${pattern}` } });
    }
  }
  return parts;
}

/** A layer of lines (or dots, where the place has no lines): one part per class, each with its width and dashes. */
function lined(layer, shared) {
  const where = layer.on === "pipes" ? "pipes" : "streets";
  return layer.classes.flatMap((one) => {
    const filter = ["==", ["get", layer.property], one.key];
    const paint = { "line-color": one.colour, "line-width": widened(one.width) };
    if (one.dashes.length) paint["line-dasharray"] = one.dashes.map((dash) => dash / one.width);
    const parts = [{ ...source, ...shared, id: `${layer.key}-${one.key}`, type: "line", "source-layer": where, filter: ["all", filter, ["!=", ["geometry-type"], "Point"]], layout: { ...shared.layout, "line-cap": one.dashes.length ? "butt" : "round", "line-join": "round" }, paint }];
    if (where === "streets") parts.push({ ...source, ...shared, id: `${layer.key}-${one.key}-points`, type: "circle", "source-layer": where, filter: ["all", filter, only("Point")], paint: { "circle-color": one.colour, ...dots(1.2 + one.width * 0.5) } });
    return parts;
  });
}

/** Small pictures that fill: white stripes and white dots, and the signs of must and never. */
export function hatched() {
  const size = 16;
  const drawn = (inside) => {
    const data = new Uint8Array(size * size * 4);
    for (let y = 0; y < size; y += 1) for (let x = 0; x < size; x += 1) if (inside(x, y)) data.set([255, 255, 255, 200], (y * size + x) * 4);
    return { width: size, height: size, data };
  };
  return [
    ["hatch-stripes", drawn((x, y) => (x + y) % 8 < 2)],
    ["hatch-dots", drawn((x, y) => Math.hypot((x % 8) - 3.5, (y % 8) - 3.5) < 1.8)],
  ];
}
