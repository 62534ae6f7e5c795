"""What the tables of docs/studies/ show. `tools/studies.py` fills them.

A point is a row of a sweep's table, by column. A cell takes two groups of points: its own, and
those it is compared with; of a group, counters are sums, and axes and areas their one value.
"""

from typing import Callable, NamedTuple

ACTIVITIES = ["issue", "barrier_wait", "backpressure_wait", "weight_wait", "bank_stall",
              "buffer_wait", "drain"]


class Table(NamedTuple):
    """One table between its markers on a page.

    Fields:
      plan      configs/studies/PLAN.json
      rows      point -> labels of the rows it counts in
      columns   point -> labels of columns, for a table of one `cell`; or heading -> cell
      where     which points the table is made of
      base      of the sweep's points, those to compare with: the ones that `match` a cell's
    """

    name: str
    plan: str
    corner: str
    rows: Callable
    columns: object
    cell: Callable = None
    where: Callable = lambda point: True
    base: Callable = None
    match: tuple = ("network",)


def axis(column, text="{}"):
    return lambda point: [text.format(point[column])]


def at(**values):
    """Points of which columns have these values; `__` stands for the dot of a column."""
    wanted = {name.replace("__", "."): value for name, value in values.items()}
    return lambda point: all(point[n] in v if isinstance(v, (list, tuple)) else point[n] == v
                             for n, v in wanted.items())


def whole(counter):
    return lambda own, base: f"{own[counter]:,}"


def thousands(counter):
    return lambda own, base: f"{own[counter] / 1e3:,.0f}"


def ratio(counter, digits=2):
    """Own over base."""
    return lambda own, base: f"{own[counter] / base[counter]:.{digits}f}"


def speed_up(digits=2):
    """Base over own, of cycles."""
    return lambda own, base: f"{base['cycles'] / own['cycles']:.{digits}f}"


def percent_above(counter):
    return lambda own, base: f"{100 * (own[counter] / base[counter] - 1):.1f}"


def share(*activities):
    """Of all PE-cycles, what some activities take, in per cent."""
    def cell(own, _):
        total = sum(own[a] for a in ACTIVITIES)
        return f"{100 * sum(own[a] for a in activities) / total:.1f}"
    return cell


def quotient(upper, lower, digits=3):
    return lambda own, base: f"{own[upper] / own[lower]:.{digits}f}"


def plain(column, text="{:.2f}", scale=1):
    return lambda own, base: text.format(own[column] / scale)


F, I, BANKS = "multiplier_array.F", "multiplier_array.I", "accumulator.banks"
BANK_MAP, THRESHOLD = "accumulator.bank_map", "accumulator.queue_threshold"
CAPACITY = "accumulator.capacity"


def cut(point):
    return [f"{point['pe_rows']}x{point['pe_cols']} PEs of {point[F]}x{point[I]}"]


def usual_cut(point):
    return point["pe_rows"] == 8 and point[F] == point[I] == 4 and point[BANK_MAP] == "linear"


PE_GRANULARITY = [
    Table("pe-cycles", "pe-granularity", "PEs of F x I", cut, axis("network"),
          cell=speed_up(), where=at(accumulator__bank_map="linear"), base=usual_cut),
    Table("pe-activities", "pe-granularity", "GoogLeNet", cut,
          {"work": quotient("products", "slots"), "issue": share("issue"),
           "PEs": share("barrier_wait", "backpressure_wait"), "weights": share("weight_wait"),
           "banks": share("bank_stall"), "area, mm2": plain("area_mm2", "{:.1f}")},
          where=at(network="googlenet", accumulator__bank_map="linear")),
    Table("pe-maps", "pe-granularity", "`skewed` / `linear`", cut, axis("network"),
          cell=ratio("cycles"),
          where=lambda p: p[BANK_MAP] == "skewed",
          base=at(accumulator__bank_map="linear"), match=("network", "pe_rows", F, I)),
]


def without_conflicts(point):
    return point["accumulator.bypass"] == "step"


def over_bound(own, base):
    return f"{own['compute_cycles']:,} ({percent_above('compute_cycles')(own, base)} %)"


def by_threshold(layer, name):
    return Table(name, "accumulator-banks", layer.removeprefix("VGG "), axis(BANK_MAP, "`{}`"),
                 axis(THRESHOLD), cell=over_bound,
                 where=at(network=layer, accumulator__banks=32), base=without_conflicts)


def with_total(point):
    return [point["network"], point["network"].split()[0] + " total"]


def map_or_bound(point):
    return ["bound" if without_conflicts(point) else f"`{point[BANK_MAP]}`"]


def of_map(name):
    """Picks one map's points out of a row's."""
    def cell(own, base):
        mine = own.only(lambda p: map_or_bound(p) == [name])
        bound = own.only(without_conflicts)
        if name == "bound":
            return f"{bound['compute_cycles']:,}"
        return percent_above("compute_cycles")(mine, bound)
    return cell


def issue_bound(own, _):
    return f"{-(-own.only(without_conflicts)['issue'] // 64):,}"


def network_and_map(point):
    return [{"VGG": "VGG-16", "AlexNet": "AlexNet"}[point["network"].split()[0]] +
            f" `{point[BANK_MAP]}`"]


def banks_of(network, name):
    return Table(name, "bank-count", f"{network}, banks", axis(BANKS),
                 lambda p: [f"`{p[BANK_MAP]}` {p[THRESHOLD]}"],
                 cell=percent_above("compute_cycles"),
                 where=lambda p: p["network"] == network and not without_conflicts(p),
                 base=without_conflicts)


ACCUMULATOR_BANKS = [
    by_threshold("VGG conv2_1", "banks-conv2_1"),
    by_threshold("VGG conv2_2", "banks-conv2_2"),
    Table("banks-layers", "accumulator-banks", "layer", with_total,
          {"issue bound": issue_bound, "bound": of_map("bound"),
           **{f"`{m}`": of_map(f"`{m}`") for m in ["linear", "xor", "prime", "skewed"]}},
          where=at(accumulator__queue_threshold=4)),
    Table("banks-networks", "accumulator-banks", "k cycles", network_and_map, axis(THRESHOLD),
          cell=thousands("cycles"), where=at(accumulator__banks=32)),
    banks_of("VGG conv2_1", "count-conv2_1"),
    banks_of("AlexNet", "count-alexnet"),
    banks_of("GoogLeNet 3a", "count-3a"),
    Table("count-area", "bank-count", "banks", axis(BANKS), {"area, mm2": plain("area_mm2")},
          where=lambda p: p[BANKS] < 4096 and p["network"] == "AlexNet" and
          p[BANK_MAP] == "linear" and p[THRESHOLD] == 4),
]

FIFO = "weight_fifo_entries"
BROADCAST = "broadcast_entries_per_cycle"


WAITS = {"issue": share("issue"), "barrier": share("barrier_wait"),
         "back-pressure": share("backpressure_wait"), "weights": share("weight_wait"),
         "IARAM reads, M": plain("iaram_reads", "{:.1f}", 1e6), "area, mm2": plain("area_mm2")}


def usual_supply(point):
    return point[FIFO] == 50 and point[BROADCAST] == 4


def depth_table(network, name):
    return Table(name, "fifo-broadcast", f"{network}: entries", axis(FIFO),
                 axis(BROADCAST, "{} per cycle"), cell=speed_up(3), where=at(network=network),
                 base=usual_supply)


FIFO_BROADCAST = [
    depth_table("alexnet", "fifo-alexnet"),
    depth_table("googlenet", "fifo-googlenet"),
    Table("fifo-depths", "fifo-broadcast", "GoogLeNet: entries", axis(FIFO), WAITS,
          where=at(network="googlenet", broadcast_entries_per_cycle=4)),
    Table("fifo-widths", "fifo-broadcast", "GoogLeNet: per cycle", axis(BROADCAST), WAITS,
          where=at(network="googlenet", weight_fifo_entries=50)),
]


def usual_group(point):
    return point["kc"] == 8 and point[CAPACITY] == "ignore"


def network_and_capacity(point):
    return [f"{point['network']} `{point[CAPACITY]}`"]


def capacity_table(name, counter, where):
    return Table(name, "accumulator-capacity", "over Kc = 8, `ignore`", network_and_capacity,
                 axis("kc", "Kc = {}"), cell=ratio(counter), where=where, base=usual_group)


ACCUMULATOR_CAPACITY = [
    capacity_table("kc-cycles", "cycles", lambda p: True),
    Table("kc-activities", "accumulator-capacity", "GoogLeNet", axis("kc", "Kc = {}"),
          {"work": quotient("products", "slots"), "issue": share("issue"),
           "barrier": share("barrier_wait"), "back-pressure": share("backpressure_wait"),
           "IARAM reads, M": plain("iaram_reads", "{:.1f}", 1e6),
           "energy": ratio("scnn_total_pJ")},
          where=at(network="googlenet", accumulator__capacity="ignore"), base=usual_group),
    capacity_table("kc-weights", "dram_weight_bits", at(accumulator__capacity="split-plane")),
    capacity_table("kc-energy", "scnn_total_pJ", lambda p: p[CAPACITY] != "ignore"),
]


def four_bits(point):
    return point["index_bits"] == 4


def index_table(name, counter, digits=3):
    return Table(name, "index-width", "over 4 bits; density", axis("density", "{:g}"),
                 axis("index_bits", "{}"), cell=ratio(counter, digits), base=four_bits,
                 match=("network", "density"))


INDEX_WIDTH = [
    index_table("index-storage", "dram_weight_bits"),
    index_table("index-cycles", "cycles"),
    index_table("index-energy", "scnn_total_pJ"),
    Table("index-work", "index-width", "work; density", axis("density", "{:g}"), axis("index_bits"),
          cell=quotient("products", "slots")),
]


def grain_rows(point):
    return [f"{point['network']} {point['granularity']}"]


def grain_table(name, cell, base=None, match=("network", "granularity")):
    return Table(name, "density-granularity", "density", grain_rows, axis("density", "{:g}"), cell=cell,
                 base=base, match=match)


def dcnn_speed_up(own, _):
    return f"{own['dcnn_cycles'] / own['cycles']:.2f}"


def fine(point):
    return point["granularity"] == "fine"


DENSITY_GRANULARITY = [
    grain_table("grain-speed-up", dcnn_speed_up),
    grain_table("grain-cycles", ratio("cycles", 3), fine, ("network", "density")),
    grain_table("grain-weights", ratio("dram_weight_bits", 3), fine, ("network", "density")),
    grain_table("grain-updates", ratio("accumulator_writes"), fine, ("network", "density")),
    grain_table("grain-energy", ratio("scnn_total_pJ", 3), fine, ("network", "density")),
]

STUDIES = {
    "pe-granularity": PE_GRANULARITY,
    "accumulator-banks": ACCUMULATOR_BANKS,
    "fifo-broadcast": FIFO_BROADCAST,
    "accumulator-capacity": ACCUMULATOR_CAPACITY,
    "index-width": INDEX_WIDTH,
    "density-granularity": DENSITY_GRANULARITY,
}
