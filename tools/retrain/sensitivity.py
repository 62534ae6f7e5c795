"""What each layer costs: one layer pruned at a time, without retraining; densities from that."""

import copy
import json

from retrain import masks
from retrain.errors import RetrainError
from retrain.training import save


def path_of(context, granularity):
    return context.work / f"sensitivity-{granularity}-s{context.options.seed}.json"


def scan(context, granularity):
    """Measures every layer at every density of the schedule and writes the JSON file."""
    context.use(f"sensitivity-{granularity}")
    options, pruner = context.options, context.pruner()
    dense, images = context.accuracy(context.model, options.quick_images)
    layers = {}
    for density in options.steps:
        out = context.work / "masks" / f"sensitivity-{granularity}-{density:g}-s{options.seed}.h5"
        found = pruner.prune(copy.deepcopy(context.model).cpu(), granularity,
                             ["--density", f"{density!r}"], out)
        for layer, mask in found.items():
            accuracy = measure(context, granularity, {layer: mask}, density)
            one = layers.setdefault(layer, {"weights": int(mask.values.size), "accuracy": []})
            one["accuracy"].append([density, accuracy])
    save(path_of(context, granularity), (json.dumps(
        {"format": "scnn-sensitivity", "version": 1, "granularity": granularity,
         "seed": options.seed, "images": images, "dense": dense, "layers": layers},
        indent=1) + "\n").encode())


def measure(context, granularity, mask, density):
    """The accuracy with one layer pruned."""
    model = copy.deepcopy(context.model)
    masks.apply(model, masks.parameters(model, mask))
    (layer,) = mask
    return context.measure(model, {"stage": "sensitivity", "granularity": granularity, "layer": layer,
                                   "density": density, "density_achieved": masks.density(mask)},
                           context.options.quick_images)


def density_at(points, accuracy):
    """The lowest density that still gives `accuracy`, on straight lines between `points`, which are
    (density, accuracy) from density 1 downwards; a rise towards lower densities is taken as noise."""
    above, best = points[0]
    for density, found in points[1:]:
        found = min(found, best)
        if found < accuracy:
            return above + (best - accuracy) / (best - found) * (density - above)
        above, best = density, found
    return above


def shares(layers, dense, loss):
    """Layer -> density when every layer may lose that much accuracy on its own."""
    return {name: density_at([(1.0, dense), *map(tuple, layer["accuracy"])], dense - loss)
            for name, layer in layers.items()}


def chosen(layers, dense, target):
    """Densities at which all layers together keep the share `target` of their weights.

    Every layer may lose equally much accuracy on its own; where the free part of the curves is more
    than enough, all give the same share of it, where the lowest measured densities are not, all are
    scaled below them.
    """
    weights = {name: layer["weights"] for name, layer in layers.items()}
    whole = sum(weights.values())

    def kept(densities):
        return sum(weights[n] * d for n, d in densities.items()) / whole

    free, floor = shares(layers, dense, 0.0), shares(layers, dense, 2.0)
    if target >= kept(free):
        given = (1 - target) / (1 - kept(free)) if target < 1 else 0.0
        return {n: 1 - given * (1 - d) for n, d in free.items()}
    if target <= kept(floor):
        return {n: d * target / kept(floor) for n, d in floor.items()}
    low, high = 0.0, 2.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if kept(shares(layers, dense, middle)) > target else (low, middle)
    return shares(layers, dense, high)


def densities(context, granularity, target):
    """A densities file for `scnn prune`, made from the scan."""
    path = path_of(context, granularity)
    try:
        scanned = json.loads(path.read_text("utf-8"))
        layers, dense = scanned["layers"], float(scanned["dense"])
        found = chosen(layers, dense, target)
    except FileNotFoundError as error:
        raise RetrainError(f"{path}: there is no scan, expected one (run with --sensitivity first)"
                           ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise RetrainError(f"{path}: is no sensitivity scan of this tool") from error
    out = context.work / "densities" / f"{granularity}-{target:g}-s{context.options.seed}.json"
    save(out, (json.dumps({n: round(d, 6) for n, d in found.items()}, indent=1) + "\n").encode())
    return out
