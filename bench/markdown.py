"""Results of bench/run as a part of a Markdown page."""

import results
import tables

BEGIN = "<!-- bench/report: begin -->"
END = "<!-- bench/report: end -->"


def conditions(result):
    machine, build = result["machine"], result["build"]
    before, after = machine["load_average"]
    return (f"{machine['cpu']}, {machine['cores']} cores; {build['compiler']} "
            f"`{build['flags']}`; oneDNN {result['onednn']}; commit {result['commit']}, "
            f"{result['date'][:10]}; medians of {result['rounds'] * result['repetitions']}; "
            f"load average {before:.1f} before, {after:.1f} after.\n")


def report(result, layers_of=()):
    """The tables of one result; with `layers_of`, also one per layer of those workloads."""
    parts = [conditions(result),
             tables.markdown_table(tables.time_columns(), result["results"]),
             tables.markdown_table(tables.rate_columns(), result["results"])]
    for entry in result["results"]:
        if entry["workload"] in layers_of:
            parts.append(f"Layers of {entry['workload']}, threads: {entry['threads']}.\n")
            parts.append(tables.markdown_table(tables.layer_columns(), entry["by_layer"]))
    return "\n".join(parts)


def insert(page, text):
    """The page with `text` in place of what is between the two marks."""
    if page.count(BEGIN) != 1 or page.count(END) != 1 or page.index(BEGIN) > page.index(END):
        raise results.NotAResult(f"the page needs one line '{BEGIN}' and, below, one '{END}'")
    head, rest = page.split(BEGIN)
    return f"{head}{BEGIN}\n\n{text}\n{END}{rest.split(END)[1]}"
