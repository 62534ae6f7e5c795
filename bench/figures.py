"""From the programs' timings to figures: sums over layers, medians, rates, ratios.

Everything here is a pure function of what the programs wrote; times are seconds.
"""

import statistics

SCHEMA = "scnn-bench/1"
# In the order in which they are run and shown.
MODES = ["dense", "timing", "values", "clocked"]
MACHINE_MODES = MODES[1:]
# Name -> numerator and denominator, both medians of the same run.
RATIOS = {
    "timing_over_dense": ("timing", "dense"),
    "values_over_timing": ("values", "timing"),
    "values_over_dense": ("values", "dense"),
    "clocked_over_timing": ("clocked", "timing"),
}
# What the machine did is the same in every mode, round and repetition.
WORK = ["products", "steps", "compute_cycles", "pe_cycles"]


class Inconsistent(Exception):
    """Runs that must agree do not."""


def layers_of(document):
    """What one process measured, from Google Benchmark's JSON: one dict per layer, in order.

    Each has `name`, `seconds` (one per repetition) and the program's counters.
    """
    layers = {}
    for row in document["benchmarks"]:
        if row["run_type"] != "iteration":
            continue
        name = row["name"].split("/", 1)[0]
        layer = layers.setdefault(name, {"name": name, "seconds": []})
        assert row["time_unit"] == "s", row["time_unit"]
        layer["seconds"].append(row["real_time"])
        known = ("multiplies", "peak_bytes", "weight_density", "activation_density", "verified")
        for key in [*WORK, *known]:
            if key in row:
                exact = key in WORK or key in ("multiplies", "peak_bytes")
                layer[key] = int(row[key]) if exact else row[key]
    return list(layers.values())


def merge_rounds(rounds):
    """Processes that did the same, as one: samples appended, memory the largest."""
    merged = [dict(layer, seconds=list(layer["seconds"])) for layer in rounds[0]]
    for other in rounds[1:]:
        if [l["name"] for l in other] != [l["name"] for l in merged]:
            raise Inconsistent("rounds measured different layers")
        for layer, more in zip(merged, other):
            layer["seconds"] += more["seconds"]
            layer["peak_bytes"] = max(layer["peak_bytes"], more["peak_bytes"])
            for key in WORK:
                if layer.get(key) != more.get(key):
                    raise Inconsistent(f"layer {layer['name']}: {key} differs between rounds")
    return merged


def total(layers, key):
    return sum(layer[key] for layer in layers)


def mode_figures(layers):
    """Figures of one mode: sample r is the sum of every layer's r-th repetition."""
    samples = [sum(times) for times in zip(*(l["seconds"] for l in layers))]
    figures = {
        "seconds": statistics.median(samples),
        "samples": samples,
        "peak_bytes": max(l["peak_bytes"] for l in layers),
    }
    if "products" in layers[0]:
        for name, key in [("products_per_second", "products"), ("steps_per_second", "steps"),
                          ("pe_cycles_per_second", "pe_cycles")]:
            figures[name] = total(layers, key) / figures["seconds"]
    if layers[0].get("verified"):
        figures["verified"] = all(l["verified"] == 1 for l in layers)
    return figures


def ratios_of(modes):
    """Ratios of medians; None where a mode was left out."""
    return {name: modes[over]["seconds"] / modes[under]["seconds"]
            if modes.get(over) and modes.get(under) else None
            for name, (over, under) in RATIOS.items()}


def entry_of(workload, threads, measured):
    """One workload on one number of threads.

    measured: mode -> merged layers, or the reason (a string) why it was left out.
    """
    done = {mode: layers for mode, layers in measured.items() if not isinstance(layers, str)}
    modes = {mode: mode_figures(done[mode]) if mode in done else None for mode in MODES}
    timing = done["timing"]
    for mode in set(MACHINE_MODES) & set(done):
        for key in WORK:
            if total(done[mode], key) != total(timing, key):
                raise Inconsistent(f"{workload}: {key} of {mode} and timing differ")
    by_layer = []
    for index, layer in enumerate(timing):
        row = {"name": layer["name"], "multiplies": layer["multiplies"]}
        row |= {key: layer[key] for key in [*WORK, "weight_density", "activation_density"]}
        for mode in MODES:
            row[mode] = statistics.median(done[mode][index]["seconds"]) if mode in done else None
        by_layer.append(row)
    return {
        "workload": workload,
        "threads": threads,
        "layers": len(timing),
        "multiplies": total(timing, "multiplies"),
        **{key: total(timing, key) for key in WORK},
        "modes": modes,
        "left_out": {mode: why for mode, why in measured.items() if isinstance(why, str)},
        "ratios": ratios_of(modes),
        "by_layer": by_layer,
    }


def add_speedups(entries):
    """Adds to each entry how many times faster it is than the same on one thread."""
    alone = {e["workload"]: e for e in entries if e["threads"] == 1}
    for entry in entries:
        one = alone.get(entry["workload"])
        entry["speedup"] = {
            mode: one["modes"][mode]["seconds"] / entry["modes"][mode]["seconds"]
            if one and one["modes"][mode] and entry["modes"][mode] else None for mode in MODES}
