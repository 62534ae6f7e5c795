"""Figures as tables, for a terminal and for a Markdown page."""

ABSENT = "-"


def scaled(value, unit, digits=3):
    """`value / unit` with so many significant digits, never in exponent form."""
    if value is None:
        return ABSENT
    number = value / unit
    whole = len(str(int(abs(number)))) if abs(number) >= 1 else 0
    return f"{number:,.{max(0, digits - max(whole, 1))}f}"


def figure(entry, mode, name):
    modes = entry["modes"][mode]
    return modes[name] if modes else None


def time_columns():
    """Header and cell of each column of the table of times and ratios."""
    columns = [("workload", lambda e: e["workload"]), ("threads", lambda e: str(e["threads"]))]
    for mode in ("dense", "timing", "values", "clocked"):
        columns.append((f"{mode} ms", lambda e, m=mode: scaled(figure(e, m, "seconds"), 1e-3)))
    for head, ratio in [("timing / dense", "timing_over_dense"),
                        ("values / timing", "values_over_timing")]:
        columns.append((head, lambda e, r=ratio: scaled(e["ratios"][r], 1)))
    columns.append(("speed-up", lambda e: scaled(e["speedup"]["timing"], 1)))
    return columns


def rate_columns():
    """The same for rates and memory."""
    def rate(mode, name, unit):
        return lambda e: scaled(figure(e, mode, name), unit)

    return [
        ("workload", lambda e: e["workload"]),
        ("threads", lambda e: str(e["threads"])),
        ("M products", lambda e: scaled(e["products"], 1e6)),
        ("G products/s", rate("timing", "products_per_second", 1e9)),
        ("M steps/s", rate("timing", "steps_per_second", 1e6)),
        ("M PE-cycles/s", rate("timing", "pe_cycles_per_second", 1e6)),
        ("M clocked", rate("clocked", "pe_cycles_per_second", 1e6)),
        ("timing MiB", rate("timing", "peak_bytes", 2**20)),
        ("values MiB", rate("values", "peak_bytes", 2**20)),
    ]


def layer_columns():
    """The same for the layers of one workload; entries are those of `by_layer`."""
    def rate(row):
        return row["products"] / row["timing"]

    columns = [("layer", lambda r: r["name"]),
               ("M products", lambda r: scaled(r["products"], 1e6))]
    for mode in ("dense", "timing", "values"):
        columns.append((f"{mode} ms", lambda r, m=mode: scaled(r[m], 1e-3)))
    return [*columns, ("timing / dense", lambda r: scaled(r["timing"] / r["dense"], 1)),
            ("G products/s", lambda r: scaled(rate(r), 1e9))]


def cells_of(columns, entries):
    return [[head for head, _ in columns]] + [[cell(e) for _, cell in columns] for e in entries]


def text_table(columns, entries):
    """Aligned columns: the first to the left, numbers to the right; headers of two words
    take two lines."""
    head, *rows = cells_of(columns, entries)
    upper, lower = zip(*(h.split(" ", 1) if " " in h else ("", h) for h in head))
    lines = [upper, lower, *rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(columns))]
    return "\n".join("  ".join(c.ljust(w) if i == 0 else c.rjust(w)
                               for i, (c, w) in enumerate(zip(line, widths))).rstrip()
                     for line in lines) + "\n"


def markdown_table(columns, entries):
    head, *rows = cells_of(columns, entries)
    rule = ["---"] + ["---:"] * (len(columns) - 1)
    return "".join("| " + " | ".join(line) + " |\n" for line in [head, rule, *rows])
