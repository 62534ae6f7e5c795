"""What docs/studies/regularity.md shows of the joined file. `tools/regularity_study.py` writes it."""

import math

from study_figures import Axis, Panel, Series, svg

GRAINS = ["fine", "vector", "kernel", "filter"]
SHOWN_LOSS = 8  # points below the dense network that figures of costs show
SUMS = {"outputs, M": ("accumulator_writes_with_step_bypass", 1e6),
        "weights, M": ("weight_fifo_reads", 1e6), "k cycles": ("cycles", 1e3)}


def row(cells):
    return "| " + " | ".join(cells) + " |"


def table(corner, headings, rows):
    """`rows` are lists of a label and cells."""
    return "\n".join([row([corner, *headings]), "|---|" + "---:|" * len(headings),
                      *[row(r) for r in rows]])


def points_text(loss):
    return f"{loss:g} point{'' if loss == 1 else 's'}"


class Joined:
    """The file as the tables ask it."""

    def __init__(self, joined):
        self.accuracy = joined["accuracy"]
        self.dense = self.accuracy["dense"]
        self.points = {(p["granularity"], p["density"]): p for p in self.accuracy["points"]}
        found = {g for g, _ in self.points}
        self.grains = [g for g in GRAINS if g in found]
        self.densities = sorted({d for _, d in self.points}, reverse=True)
        self.losses = list(dict.fromkeys(e["loss"] for e in self.accuracy["equal_accuracy"]))
        self.equal = {(e["granularity"], e["loss"]): e for e in self.accuracy["equal_accuracy"]}

    def series(self, value):
        """A line per granularity of accuracies in per cent over `value` of a point."""
        return [Series(g, [(value(p), 100 * p["accuracy"]) for p in self.of(g)],
                       [(value(p), 100 * p["accuracy_least"], 100 * p["accuracy_most"])
                        for p in self.of(g) if p["accuracy_least"] < p["accuracy_most"]])
                for g in self.grains]

    def of(self, grain):
        return [self.points[grain, d] for d in self.densities if (grain, d) in self.points]


def accuracy_text(point):
    """`87.31`, or `87.31 ± 0.12` with half the distance from the worst to the best seed."""
    text = f"{100 * point['accuracy']:.2f}"
    half = 50 * (point["accuracy_most"] - point["accuracy_least"])
    return text if len(point["seeds"]) == 1 else f"{text} ± {half:.2f}"


def dense_table(entries):
    """How the dense network's accuracy came about, stage by stage, over all seeds."""
    rows = []
    for stage, what in [("dense", "as published"), ("adapted", "adapted to these images"),
                        ("quantised", "and 8-bit weights")]:
        # Of each seed the last: a log that was gone on with tells some stages again.
        found = {e.get("seed"): e for e in entries
                 if e["stage"] == stage and "granularity" not in e}
        if not found:
            continue
        accuracies = [e["accuracy"] for e in found.values()]
        point = {"accuracy": sum(accuracies) / len(accuracies), "accuracy_least": min(accuracies),
                 "accuracy_most": max(accuracies), "seeds": accuracies}
        images = next(iter(found.values())).get("images")
        rows.append([what, accuracy_text(point), f"{images:,}" if images else ""])
    return table("dense network", ["accuracy, %", "images"], rows)


def accuracy_table(joined):
    rows = []
    for density in joined.densities:
        if density == 1:
            continue
        cells = [joined.points.get((g, density)) for g in joined.grains]
        rows.append([f"{density:g}", *[accuracy_text(p) if p else "" for p in cells]])
    return table("density", joined.grains, rows)


def loss_of(joined, point):
    return f"{100 * (joined.dense['accuracy'] - point['accuracy']):.2f}"


def cost_cells(costs):
    cells = [f"{costs['storage_ratio']:.3f}", f"{costs['index_share']:.3f}"]
    cells += [f"{costs[key] / scale:,.{1 if scale == 1e3 else 2}f}" for key, scale in SUMS.values()]
    cells.append(f"{costs['speed_up']:.2f}")
    if "energy_pJ" in costs:
        cells.append(f"{costs['energy_pJ'] / 1e6:.1f}")
    return cells


def cost_headings(joined):
    some = next(iter(joined.points.values()))["mean"]
    return ["storage", "index share", *SUMS, "speed-up"] + \
        (["energy, uJ"] if "energy_pJ" in some else [])


def density_table(joined):
    rows = []
    for density in joined.densities:
        for g in joined.grains:
            point = joined.points.get((g, density))
            if point:
                rows.append([f"{density:g} {g}", f"{100 * point['accuracy']:.2f}",
                             loss_of(joined, point), *cost_cells(point["mean"])])
    return table("at equal density", ["accuracy, %", "loss, points", *cost_headings(joined)], rows)


def equal_table(joined):
    headings = ["density", *cost_headings(joined)]
    rows = []
    for loss in joined.losses:
        for g in joined.grains:
            equal = joined.equal[g, loss]
            costs = equal.get("costs")
            cells = [f"{costs['density']:.3f}", *cost_cells(costs)] if costs else \
                ["-"] * len(headings)
            rows.append([f"{points_text(loss)}, {g}", *cells])
    return table("at equal accuracy", headings, rows)


def relative_table(joined):
    """Coarse grains over fine ones at equal accuracy."""
    keys = {"density": "density", "storage": "storage_ratio",
            "outputs": "accumulator_writes_with_step_bypass", "weights": "weight_fifo_reads",
            "cycles": "cycles", "energy": "energy_pJ"}
    rows = []
    for loss in joined.losses:
        fine = joined.equal.get(("fine", loss), {}).get("costs")
        for g in joined.grains:
            costs = joined.equal[g, loss].get("costs")
            if g == "fine" or not fine:
                continue
            rows.append([f"{points_text(loss)}, {g}",
                         *[f"{costs[k] / fine[k]:.2f}" if costs and k in fine else "-"
                           for k in keys.values()]])
    return table("over fine, at equal accuracy", list(keys), rows)


def saved_table(joined):
    """Output references that coarse grains save at equal density, in per cent."""
    key = "accumulator_writes_with_step_bypass"
    rows = []
    for density in joined.densities:
        fine = joined.points.get(("fine", density))
        if not fine:
            continue
        cells = []
        for g in joined.grains[1:]:
            point = joined.points.get((g, density))
            cells.append(f"{100 * (1 - point['mean'][key] / fine['mean'][key]):.1f}" if point else "")
        rows.append([f"{density:g}", *cells])
    return table("output references saved, %", joined.grains[1:], rows)


def storage_table(joined):
    """Storage over density, beside what the paper's model has without placeholders."""
    published = {"fine": "1.5", "vector": "1.167", "kernel": "1.056"}
    rows = [["model", *[published.get(g, "1") for g in joined.grains]]]
    for density in joined.densities:
        cells = [joined.points.get((g, density)) for g in joined.grains]
        rows.append([f"{density:g}", *[
            f"{p['mean']['storage_ratio'] / p['mean']['density']:.3f}" if p else "" for p in cells]])
    return table("storage / density", joined.grains, rows)


def tables(joined_file, entries):
    """Name of each table on the page -> its text."""
    joined = Joined(joined_file)
    return {"regularity-dense": dense_table(entries),
            "regularity-accuracy": accuracy_table(joined),
            "regularity-equal-accuracy": equal_table(joined),
            "regularity-over-fine": relative_table(joined),
            "regularity-equal-density": density_table(joined),
            "regularity-storage": storage_table(joined),
            "regularity-saved": saved_table(joined)}


def best_of(joined):
    return max(100 * p["accuracy_most"] for p in joined.points.values())


def bounds_of(joined):
    dense = 100 * joined.dense["accuracy"]
    return [("dense", dense)] + [(f"{points_text(loss)} less", dense - loss) for loss in joined.losses]


def density_panel(joined, low, bounds):
    top = math.ceil(best_of(joined))
    return Panel("Accuracy over density", Axis("kept weights, share", 0, 1), Axis("accuracy, %", low, top),
                 joined.series(lambda p: p["mean"]["density"]), bounds)


def cost_panels(joined):
    dense = 100 * joined.dense["accuracy"]
    low, top = math.floor(dense - SHOWN_LOSS), math.ceil(best_of(joined))
    columns = [("Storage", "share of 8-bit dense weights", "storage_ratio", 1),
               ("Output references", "accumulator writes, M", "accumulator_writes_with_step_bypass",
                1e6),
               ("Weight references", "weight vectors read, M", "weight_fifo_reads", 1e6),
               ("Cycles", "k cycles", "cycles", 1e3)]
    panels = []
    for title, unit, key, scale in columns:
        highest = max(p["mean"][key] / scale for p in joined.points.values())
        panels.append(Panel(f"Accuracy over {title.lower()}", Axis(unit, 0, highest * 1.02),
                            Axis("accuracy, %", low, top),
                            joined.series(lambda p, k=key, s=scale: p["mean"][k] / s),
                            bounds_of(joined)))
    return panels


def figures(joined_file):
    """Name of each figure -> its text."""
    joined = Joined(joined_file)
    dense = 100 * joined.dense["accuracy"]
    lowest = min(100 * p["accuracy_least"] for p in joined.points.values())
    whole = density_panel(joined, math.floor(lowest / 10) * 10, [("dense", dense)])
    close = density_panel(joined, math.floor(dense - SHOWN_LOSS), bounds_of(joined))
    return {"accuracy-density.svg": svg(
                [whole._replace(title="Accuracy over density"),
                 close._replace(title=f"Down to {SHOWN_LOSS} points below the dense network")],
                "Accuracy over density at four granularities of pruning", 2, (400, 300)),
            "accuracy-costs.svg": svg(
                cost_panels(joined), "Accuracy over storage, references and cycles at four "
                "granularities of pruning", 2, (400, 260))}
