#!/usr/bin/python3
"""scnn diff. Usage: diff_test.py SCNN [unittest options]"""

import json
import re

from program import ProgramTest, main

ACTIVITIES = ["issue", "bank_stall", "weight_wait", "backpressure_wait", "barrier_wait",
              "buffer_wait", "drain"]


class Diff(ProgramTest):
    def run_network(self, name, arch=None, network="net.h5", **options):
        if network == "net.h5" and not self.path(network).exists():
            self.network()
        words = [w for key, value in options.items() for w in (f"--{key}", value)]
        if arch is not None:
            words += ["--arch", self.write(f"{name}.arch.json", arch)]
        self.succeed("run", "--network", network, "--json", name, *words)
        return self.load(name)

    def differ(self, *words):
        outcome = self.scnn("diff", *words)
        self.assertEqual((4, ""), (outcome.status, outcome.err))
        return outcome.out

    def test_runs_of_other_engines_and_threads_are_equal(self):
        self.run_network("a.json", engine="decoupled", threads="2")
        self.run_network("b.json", engine="clocked", threads="1")
        self.assertEqual("no difference\n", self.succeed("diff", "a.json", "b.json", "--json",
                                                         "d.json"))
        self.assertEqual({"schema": "scnn-diff/1", "same": True, "only_before": [],
                          "only_after": [], "reordered": False, "tolerated": 0, "parts": []},
                         self.load("d.json"))

    def test_another_machine_is_told_key_by_key_and_explained_by_activities(self):
        a = self.run_network("a.json", {"dram": {"latency_cycles": 10}})
        b = self.run_network("b.json", {"dram": {"latency_cycles": 60}})
        text = self.differ("a.json", "b.json", "--json", "d.json")
        self.assertIn("architecture\n  dram.latency_cycles is 60, was 10\nlayers\n", text)
        self.assertNotIn("network\n", text)
        diff = self.load("d.json")
        self.assertEqual({"architecture": [{"key": "dram.latency_cycles", "before": 10,
                                            "after": 60}]}, diff["facts"])
        self.assertEqual(["conv1", "conv2", "fc", "total"], [p["name"] for p in diff["parts"]])
        pes = b["architecture"]["pe_rows"] * b["architecture"]["pe_cols"]
        for part, x, y in zip(diff["parts"], a["layers"] + [a["total"]], b["layers"] + [b["total"]]):
            x, y = x["counters"], y["counters"]
            self.assertEqual({k: {"before": x[k], "after": y[k]} for k in x if x[k] != y[k]},
                             part["counters"])
            moved = y["compute_cycles"] - x["compute_cycles"]
            self.assertEqual({k: (y[k] - x[k]) / pes / moved for k in ACTIVITIES if x[k] != y[k]},
                             {k: v["share"] for k, v in part["activities"].items()})
            self.assertAlmostEqual(1.0, sum(v["share"] for v in part["activities"].values()))
            self.assertIn(f"  {part['name']}: compute_cycles +{moved} ", text)
        # conv1 is one convolution group: each of its PEs waits 50 cycles longer.
        self.assertRegex(text, r"conv1: compute_cycles \+50 .*: weight_wait \+50\.0 \(100 %\)")

    def test_machines_with_other_arrays_are_compared_by_the_cycles_of_one_pe(self):
        a = self.run_network("a.json", {"pe_rows": 2, "pe_cols": 2})
        b = self.run_network("b.json", {"pe_rows": 1, "pe_cols": 2})
        self.differ("a.json", "b.json", "--json", "d.json")
        for part, x, y in zip(self.load("d.json")["parts"], a["layers"], b["layers"]):
            change = sum(v["after"] - v["before"] for v in part["activities"].values())
            self.assertAlmostEqual(y["counters"]["compute_cycles"] - x["counters"]["compute_cycles"],
                                   change)

    def test_another_network_is_told_by_its_checksum_and_its_layers(self):
        self.run_network("a.json")
        self.network("other.h5", seed=2)
        self.run_network("b.json", network="other.h5")
        text = self.differ("a.json", "b.json")
        self.assertIn('network\n  file is "other.h5", was "net.h5"\n', text)
        self.assertRegex(text, r'provenance\n  input_sha256 is "[0-9a-f]{64}", was "[0-9a-f]{64}"')
        self.assertRegex(text, r"  conv1: activation_density is [\d.]+, was [\d.]+\n")

    def test_layers_of_one_result_only_are_named(self):
        self.run_network("a.json")
        self.run_network("b.json", layers="conv*")
        self.assertIn("  layers only before: fc\n", self.differ("a.json", "b.json"))
        self.assertIn("  layers only now: fc\n", self.differ("b.json", "a.json"))

    def test_a_counter_that_moves_no_cycle_is_a_difference_too(self):
        result = self.run_network("a.json")
        for part in (result["layers"][1], result["total"]):
            part["counters"]["oaram_writes"] += 3
        self.write("b.json", result)
        text = self.differ("a.json", "b.json")
        self.assertRegex(text, r"\n  conv2  oaram_writes +\d+ +\d+ +\+3 +\+\d+\.\d\d\n")
        self.assertIn("  conv2: no cycle of a PE moved\n", text)

    def test_energies_and_unknown_members_are_compared_and_host_and_detail_are_not(self):
        result = self.run_network("a.json")
        changed = json.loads(json.dumps(result))
        changed["host"] = {"command_line": []}
        changed["detail"] = {"anything": 1}
        changed["layers"][0]["detail"] = [1]
        self.write("b.json", changed)
        self.assertEqual("no difference\n", self.succeed("diff", "a.json", "b.json"))
        self.succeed("run", "--network", "net.h5", "--energy", "default", "--json", "e.json")
        self.assertIn("  conv1: energy.scnn.multiply is ", self.differ("a.json", "e.json"))

    def test_a_line_is_no_wider_than_a_table_may_be(self):
        self.run_network("a.json")
        self.run_network("b.json", {"weight_fifo_entries": 2, "accumulator": {"banks": 2},
                                    "dram": {"bytes_per_cycle": 1}, "ppu": {"entries_per_cycle": 1}})
        for line in self.differ("a.json", "b.json").splitlines():
            self.assertLessEqual(len(line), 100, line)


class BadInput(ProgramTest):
    def setUp(self):
        super().setUp()
        self.network()
        self.succeed("run", "--network", "net.h5", "--json", "a.json")

    def test_files_that_are_no_results(self):
        self.refuse("none.json: no such file, expected a JSON file", "diff", "a.json", "none.json")
        self.write("b.json", {"schema": "scnn-compare/1"})
        self.refuse('b.json#/schema: found "scnn-compare/1", expected "scnn-result/1"',
                    "diff", "a.json", "b.json")
        self.write("b.json", {"pe_rows": 1})
        self.refuse('b.json#: has no member "schema", expected one', "diff", "b.json", "a.json")
        text = re.sub(r'"issue": \d+', '"issue": -1', self.path("a.json").read_text(), count=1)
        self.write("b.json", text)
        self.refuse("b.json#/layers/0/counters/issue: found -1, expected an integer from 0",
                    "diff", "a.json", "b.json")

    def test_two_files_are_needed_and_neither_is_written_over(self):
        self.refuse("found no B, expected one (see scnn diff --help)", "diff", "a.json")
        self.refuse('found "c", expected one A and one B (see scnn diff --help)',
                    "diff", "a.json", "b.json", "c")
        self.refuse("--json: names the file of A, expected another",
                    "diff", "a.json", "a.json", "--json", "a.json")


if __name__ == "__main__":
    main()
