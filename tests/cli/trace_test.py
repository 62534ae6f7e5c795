#!/usr/bin/python3
"""`scnn run --trace`: a timeline that adds up to the counters, the same from both engines.

Usage: trace_test.py SCNN [unittest options]
"""

import collections
import json
import re

import h5py

from program import ProgramTest, main

ARCHITECTURES = {
    "plain": {"pe_rows": 2, "pe_cols": 3, "weight_fifo_entries": 4, "kc": 2},
    "tiles": {"pe_rows": 2, "pe_cols": 2, "kc": 2,
              "accumulator": {"banks": 4, "entries_per_bank": 4, "capacity": "split-plane"}},
    "slow": {"pe_rows": 3, "pe_cols": 2, "kc": 3, "ppu": {"entries_per_cycle": 1},
             "accumulator": {"banks": 8, "bank_map": "xor"}, "dram": {"latency_cycles": 40}},
}
LEVELS = ["group", "channel", "step"]
WAITS = ["barrier_wait", "buffer_wait", "drain"]
ACTIVITIES = ["issue", "bank_stall", "weight_wait", "backpressure_wait", *WAITS]
FIRST_PE = 10


def slices(trace, category=None):
    return [e for e in trace["traceEvents"]
            if e["ph"] == "X" and category in (None, e["cat"])]


def span(event):
    return event["ts"], event["ts"] + event["dur"]


def names(trace, kind):
    return {(e["pid"], e["tid"]): e["args"]["name"] for e in trace["traceEvents"]
            if e["ph"] == "M" and e["name"] == f"{kind}_name"}


def add_args(totals, event):
    for name, cycles in event["args"].items():
        totals[event["tid"] - FIRST_PE][name] += cycles


def sums(trace, category):
    """Cycles by PE and activity: of slices that carry them, and of waits for the array."""
    totals = collections.defaultdict(collections.Counter)
    for e in slices(trace):
        if e["cat"] == category:
            add_args(totals, e)
        elif e["cat"] == "activity" and e["name"] in WAITS:
            totals[e["tid"] - FIRST_PE][e["name"]] += e["dur"]
    return totals


def lengths(trace):
    """Cycles by PE and activity: the lengths of the intervals."""
    totals = collections.defaultdict(collections.Counter)
    for e in slices(trace, "activity"):
        totals[e["tid"] - FIRST_PE][e["name"]] += e["dur"]
    return totals


class Trace(ProgramTest):
    def setUp(self):
        super().setUp()
        self.network()

    def run_with(self, architecture, *options):
        self.write("arch.json", ARCHITECTURES[architecture])
        self.succeed("run", "--network", "net.h5", "--arch", "arch.json", "--json", "run.json",
                     "--detail", "--trace", "trace.json", *options)
        return self.load("trace.json")

    def of_pes(self):
        """Cycles of the run by PE and activity, as the result has them."""
        totals = collections.defaultdict(collections.Counter)
        for layer in self.load("run.json")["detail"]["layers"]:
            for name in ACTIVITIES:
                for p, cycles in enumerate(layer["pes"][name]):
                    totals[p][name] += cycles
        return {p: +c for p, c in totals.items()}

    def layers(self):
        return self.load("run.json")["layers"]


class Contents(Trace):
    def test_the_cycles_of_every_level_are_those_of_the_result(self):
        for architecture in ARCHITECTURES:
            for level in LEVELS:
                with self.subTest(f"{architecture} {level}"):
                    trace = self.run_with(architecture, "--trace-detail", level)
                    expected = self.of_pes()
                    self.assertEqual(expected, sums(trace, "group"))
                    if level != "group":
                        self.assertEqual(expected, sums(trace, "channel"))
                    if level == "step":
                        self.assertEqual(expected, lengths(trace))

    def test_it_is_the_same_from_both_engines_and_for_any_number_of_threads(self):
        cases = [["--trace-detail", level] for level in LEVELS]
        cases += [[], ["--trace-window", "100:250"], ["--trace-pes", "3,1", "--trace-detail", "step"]]
        for architecture in ARCHITECTURES:
            for options in cases:
                with self.subTest(f"{architecture} {options}"):
                    self.run_with(architecture, *options)
                    expected = self.path("trace.json").read_bytes()
                    for other in [["--engine", "clocked"], ["--threads", "1"], ["--threads", "5"]]:
                        self.run_with(architecture, *options, *other)
                        self.assertEqual(expected, self.path("trace.json").read_bytes(), other)

    def test_tracks_are_named_and_nothing_is_drawn_elsewhere(self):
        trace = self.run_with("plain")
        self.assertEqual("scnn-trace/1", trace["otherData"]["format"])
        self.assertIn("1 cycle", trace["otherData"]["time_unit"])
        self.assertEqual({"M", "X", "C"}, {e["ph"] for e in trace["traceEvents"]})
        self.assertEqual({(1, 0): "PE array 2x3, scnn-isca17", (2, 0): "queues of the PEs"},
                         names(trace, "process"))
        tracks = names(trace, "thread")
        self.assertEqual(["layers", "DRAM", "broadcast", "PPU"] +
                         [f"PE ({i},{j})" for i in range(2) for j in range(3)],
                         list(tracks.values()))
        for e in slices(trace):
            self.assertIn((e["pid"], e["tid"]), tracks)
        counters = {e["name"] for e in trace["traceEvents"] if e["ph"] == "C"}
        self.assertEqual({"DRAM", "broadcast", "queues, traced PEs"} |
                         {f"PE ({i},{j})" for i in range(2) for j in range(3)}, counters)

    def test_slices_of_a_track_nest_and_the_outer_comes_first(self):
        for architecture in ARCHITECTURES:
            trace = self.run_with(architecture, "--trace-detail", "step")
            open_slices = collections.defaultdict(list)
            for e in sorted(slices(trace), key=lambda e: e["ts"]):  # keeps the order of equals
                self.assertGreater(e["dur"], 0)
                stack = open_slices[e["tid"]]
                while stack and stack[-1] <= e["ts"]:
                    stack.pop()
                if stack:
                    self.assertLessEqual(e["ts"] + e["dur"], stack[-1], e)
                stack.append(e["ts"] + e["dur"])

    def test_layers_follow_each_other_around_their_tiles_and_groups(self):
        trace = self.run_with("tiles")
        drawn = slices(trace, "layer")
        self.assertEqual([l["name"] for l in self.layers()], [e["name"] for e in drawn])
        at = 0
        for layer, event in zip(self.layers(), drawn):
            end = at + layer["counters"]["compute_cycles"]
            self.assertEqual((at, end), span(event))
            self.assertEqual(layer["counters"]["cycles"], event["args"]["cycles"])
            at = end
        self.assertGreater(len(slices(trace, "tile")), 3)
        detail = self.load("run.json")["detail"]["layers"]
        groups = [span(e) for e in slices(trace, "array_group")]
        expected = [(start + event["ts"], barrier + event["ts"])
                    for layer, event in zip(detail, drawn)
                    for start, barrier in zip(layer["groups"]["start"], layer["groups"]["barrier"])
                    if start < barrier]
        self.assertEqual(expected, groups)

    def test_what_the_array_tracks_carry_adds_up_too(self):
        for architecture in ARCHITECTURES:
            with self.subTest(architecture):
                trace = self.run_with(architecture)
                pes = len(self.of_pes())
                total = collections.Counter()
                for layer in self.layers():
                    total.update(layer["counters"])
                found = collections.Counter()
                for e in slices(trace):
                    if e["cat"] in ("dram", "broadcast", "ppu"):
                        found.update(e.get("args", {}))
                self.assertEqual(total["dram_weight_bits"], found["weight_bits"])
                self.assertEqual(total["weight_fifo_writes"], found["weight_vectors"] * pes)
                self.assertEqual(total["halo_transfers"], found["halo_transfers"])

    def test_queues_empty_and_bandwidth_ends_with_the_layer(self):
        trace = self.run_with("plain")
        ends = {span(e)[1] for e in slices(trace, "layer")}
        last = {}
        for e in trace["traceEvents"]:
            if e["ph"] == "C":
                last[e["name"]] = (e["ts"], set(e["args"].values()))
        self.assertTrue(last)
        for name, (cycle, values) in last.items():
            self.assertEqual({0}, values, name)
            self.assertLessEqual(cycle, max(ends))


class Options(Trace):
    def test_a_window_shows_its_cycles_and_no_others(self):
        whole = self.run_with("plain", "--trace-detail", "step")
        for first, last in [(0, 0), (100, 259), (0, 10**9)]:
            with self.subTest(f"{first}:{last}"):
                cut = self.run_with("plain", "--trace-detail", "step", "--trace-window",
                                    f"{first}:{last}")
                expected = collections.Counter()
                for e in slices(whole):
                    start, end = max(e["ts"], first), min(span(e)[1], last + 1)
                    if start < end:
                        expected[e["tid"], e["name"], start, end] += 1
                found = collections.Counter((e["tid"], e["name"], *span(e)) for e in slices(cut))
                self.assertEqual(expected, found)
                for e in cut["traceEvents"]:
                    if e["ph"] == "C":
                        self.assertTrue(first <= e["ts"] <= last)
        self.assertEqual([], slices(self.run_with("plain", "--trace-window", "1000000:1000001")))

    def test_chosen_pes_are_as_among_all(self):
        whole = self.run_with("slow", "--trace-detail", "step")
        some = self.run_with("slow", "--trace-detail", "step", "--trace-pes", "4,1,4")
        for p in range(6):
            of_pe = [[e for e in slices(t) if e["tid"] == FIRST_PE + p] for t in (whole, some)]
            self.assertEqual(of_pe[0] if p in (1, 4) else [], of_pe[1])
        self.assertEqual(["PE (0,1)", "PE (2,0)"],
                         [n for n in names(some, "thread").values() if n.startswith("PE (")])

    def test_the_level_is_chosen_and_said(self):
        self.write("arch.json", ARCHITECTURES["plain"])
        outcome = self.scnn("run", "--network", "net.h5", "--arch", "arch.json", "--trace", "t.json")
        note = r"scnn: note: t.json: 0\.\d MB, detail step: conv1, conv2, fc\n"
        self.assertRegex(outcome.err, re.compile(note))
        quiet = self.scnn("run", "--network", "net.h5", "--arch", "arch.json", "--trace", "t.json",
                          "--quiet")
        self.assertEqual("", quiet.err)

    def test_nothing_of_the_results_changes(self):
        def results(*options):
            self.write("arch.json", ARCHITECTURES["plain"])
            text = self.succeed("run", "--network", "net.h5", "--arch", "arch.json", "--json",
                                "r.json", "--csv", "r.csv", "--outputs", "o.h5", *options)
            result = self.load("r.json")
            result.pop("host")
            with h5py.File(self.path("o.h5")) as file:
                tensors = {n: d[()].tobytes() for n in file["layers"]
                           for d in [file["layers"][n]["output"]]}
            return text, json.dumps(result), self.path("r.csv").read_text(), tensors

        for engine in ["decoupled", "clocked"]:
            plain = results("--engine", engine)
            for level in LEVELS:
                self.assertEqual(plain, results("--engine", engine, "--trace", "t.json",
                                                "--trace-detail", level))

    def test_names_of_layers_are_written_as_json(self):
        name = 'a "b" \\ c'
        with h5py.File(self.path("net.h5"), "a") as file:
            file.move("layers/conv1", "layers/" + name)
            file["layers"].attrs.create("order", [name, "conv2", "fc"], dtype=h5py.string_dtype())
        trace = self.run_with("plain")
        self.assertEqual(name, slices(trace, "layer")[0]["name"])

    def test_bad_values_are_refused_in_one_line(self):
        run = ["run", "--network", "net.h5"]
        for option, value in [("detail", "step"), ("window", "0:1"), ("pes", "0")]:
            self.refuse(f"--trace-{option}: found without --trace, expected both", *run,
                        f"--trace-{option}", value)
        run += ["--trace", "t.json"]
        self.refuse('--trace-detail: found "cycle", expected one of group, channel, step', *run,
                    "--trace-detail", "cycle")
        self.refuse('--trace-window: found "5", expected FIRST:LAST', *run, "--trace-window", "5")
        self.refuse('--trace-window: found "3", expected an integer from 5 to 9223372036854775806',
                    *run, "--trace-window", "5:3")
        self.refuse('--trace-window: found "a", expected an integer from 0 to 9223372036854775806',
                    *run, "--trace-window", "a:3")
        self.refuse("--trace-pes: PE 64 is not in the array, expected 0 to 63", *run,
                    "--trace-pes", "0,64")
        self.refuse("--trace: names the file of --network, expected another", "run", "--network",
                    "net.h5", "--trace", "net.h5")

    def test_a_file_that_cannot_be_written_is_an_error_before_the_run(self):
        outcome = self.scnn("run", "--network", "net.h5", "--trace", "no/such/t.json")
        self.assertEqual(1, outcome.status)
        self.assertIn("no/such/t.json: cannot be created", outcome.err)


class Waveform(Trace):
    def modules(self, *options):
        self.write("arch.json", ARCHITECTURES["plain"])
        self.succeed("run", "--network", "net.h5", "--arch", "arch.json", "--engine", "clocked",
                     "--vcd", "w.vcd", *options)
        found, scope = set(), []
        for line in self.path("w.vcd").read_text().splitlines():
            if line.startswith("$scope"):
                scope.append(line.split()[2])
            elif line.startswith("$upscope"):
                scope.pop()
            elif line.startswith("$var"):
                found.add(".".join(scope[1:] + [line.split()[4]]))
            elif line.startswith("$enddefinitions"):
                break
        return found

    def test_modules_are_chosen_with_what_is_in_them(self):
        everything = self.modules()
        self.assertEqual(4 + 6 * 5, len(everything))
        self.assertEqual({v for v in everything if v.startswith(("array.", "pe_0."))},
                         self.modules("--vcd-modules", "array,pe_0"))
        self.assertEqual({"pe_2.weight_fifo.level", "pe_2.accumulator_banks.deepest_queue",
                          "pe_2.ppu.draining"}, self.modules("--vcd-modules", "pe_2.*"))
        self.assertEqual({"pe_1.ppu.draining", "pe_4.ppu.draining"},
                         self.modules("--vcd-modules", "*.ppu", "--vcd-pe", "1,4"))

    def test_a_pattern_without_a_module_is_refused(self):
        run = ["run", "--network", "net.h5", "--engine", "clocked"]
        self.refuse('--vcd-modules: no module matches "pe_9*", expected patterns of array, pe_1, '
                    "pe_1.weight_fifo, pe_1.accumulator_banks, pe_1.ppu", *run, "--vcd", "w.vcd",
                    "--vcd-pe", "1", "--vcd-modules", "array,pe_9*")
        self.refuse("--vcd-modules: found without --vcd, expected both", *run, "--vcd-modules",
                    "array")


if __name__ == "__main__":
    main()
