"""What changed between two results of bench/run. It judges nothing: figures, not verdicts."""

import statistics

import figures


def quartiles(samples):
    """Lower and upper quartile; the value itself twice when there is only one."""
    if len(samples) == 1:
        return samples[0], samples[0]
    lower, _, upper = statistics.quantiles(samples, n=4, method="inclusive")
    return lower, upper


def apart(old, new):
    """True when the middle halves of the samples do not touch."""
    old_low, old_high = quartiles(old)
    new_low, new_high = quartiles(new)
    return new_low > old_high or new_high < old_low


def values_of(entry):
    """Every figure of an entry that can be compared: name -> (value, samples or None).

    Lower is better for all of them: seconds, bytes, ratios to a smaller time.
    """
    found = {}
    for mode, data in entry["modes"].items():
        if data:
            found[f"{mode} seconds"] = (data["seconds"], data["samples"])
            found[f"{mode} peak bytes"] = (data["peak_bytes"], None)
    for name, value in entry["ratios"].items():
        if value is not None:
            found[name.replace("_", " ")] = (value, None)
    return found


def rows(old, new):
    """One row per workload, threads and figure that both have, largest new/old first."""
    earlier = {(e["workload"], e["threads"]): e for e in old["results"]}
    found = []
    for entry in new["results"]:
        before = earlier.get((entry["workload"], entry["threads"]))
        if before is None:
            continue
        then = values_of(before)
        for name, (value, samples) in values_of(entry).items():
            if name not in then:
                continue
            old_value, old_samples = then[name]
            found.append({
                "workload": entry["workload"], "threads": entry["threads"], "figure": name,
                "old": old_value, "new": value,
                "ratio": value / old_value,
                "apart": apart(old_samples, samples) if samples and old_samples else None,
            })
    return sorted(found, key=lambda r: (-r["ratio"], r["workload"], r["threads"], r["figure"]))


def remarks(old, new):
    """What a reader should know before believing the ratios."""
    said = []
    for what, get in [("processor", lambda r: r["machine"]["cpu"]),
                      ("compiler", lambda r: r["build"]["compiler"]),
                      ("flags", lambda r: r["build"]["flags"]),
                      ("oneDNN", lambda r: r["onednn"])]:
        if get(old) != get(new):
            said.append(f"{what} differs: {get(old)}, then {get(new)}")
    earlier = {(e["workload"], e["threads"]): e for e in old["results"]}
    for entry in new["results"]:
        before = earlier.pop((entry["workload"], entry["threads"]), None)
        where = f"{entry['workload']}, threads {entry['threads']}"
        if before is None:
            said.append(f"{where}: only in the new result")
            continue
        said += [f"{where}: {key} differs: {before[key]}, then {entry[key]}"
                 for key in figures.WORK if before[key] != entry[key]]
    said += [f"{name}, threads {threads}: only in the old result" for name, threads in earlier]
    return said
