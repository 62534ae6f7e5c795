#!/usr/bin/python3
"""scnn explain. Usage: explain_test.py SCNN [unittest options]"""

import json
import re
import sys

import h5py
import numpy

from program import ROOT, TINY, ProgramTest, main

sys.path.insert(0, str(ROOT / "tests"))
import machine_example_test  # noqa: E402  the page's example as a network file

BOUNDS = ["multipliers", "full_vectors", "mean_steps", "steps", "banks", "weights", "drain", "dram"]
ACTIVITIES = ["issue", "bank_stall", "weight_wait", "backpressure_wait", "barrier_wait",
              "buffer_wait", "drain"]


class Explain(ProgramTest):
    def explain(self, layer, *options, network="net.h5"):
        text = self.succeed("explain", "--network", network, "--layer", layer, "--json", "e.json",
                            *options)
        return self.load("e.json"), text

    def test_the_worked_example_is_explained_as_its_page_does(self):
        page = machine_example_test.blocks()
        machine_example_test.write_network(self.path("net.h5"), page["layer"])
        arch = self.write("arch.json", page["architecture"])
        result, text = self.explain("example", "--arch", arch)
        self.assertEqual("scnn-explain/1", result["schema"])
        self.assertEqual(page["counters"], result["counters"])
        self.assertEqual({k: page["counters"][k] for k in ACTIVITIES}, result["activities"])
        self.assertEqual(dict(zip(BOUNDS, [3, 3, 4, 4, 6, 8, 10, 5])), result["bounds"])
        self.assertEqual("drain", result["limit"])
        self.assertEqual(
            {"kc": 2, "k_groups": 2, "temporal_tiles": 1, "Ht": 1, "Wt": 2, "idle_pes": 0, "HA": 1,
             "WA": 3, "window_entries": 6, "accumulator_entries": 64, "weight_blocks": 2,
             "weight_vectors": 4, "longest_block": 2, "blocks_longer_than_fifo": 0,
             "fullest_iaram_bits": 24, "fullest_oaram_bits": 84, "dram_weight_bits": 72,
             "dram_input_bits": 36, "dram_output_bits": 0}, result["mapping"])
        for line in [
                "layer           1x1x4 input, 4x1x1x2 weights, 4x1x4 output",
                "tile of a PE    1x2 inputs (Ht x Wt); 0 of 2 PEs own no input",
                "K-groups        2 output channels at a time (Kc): 2 K-groups",
                "window          1x3 outputs (HA x WA) of 2 channels: 6 of 64 accumulator entries, "
                "fits",
                "IARAM           3 of 10,240 bytes in the fullest PE, fits; read from DRAM, as the "
                "network's first layer",
                "weights         4 vectors in 2 blocks of up to 2; 2 in a FIFO, every block fits",
                "DRAM            9 bytes of weights, 5 of inputs, 0 of outputs",
        ]:
            self.assertIn(" ".join(line.split()), " ".join(text.split()))
        self.assertRegex(text, r"\ndraining, group after group \(S25\) +10 +58\.8\n")
        self.assertRegex(text, r"\ndrain +14 +7\.0 +41\.2\n")
        self.assertIn("What limits the layer is draining the accumulators: 10 of its 17 cycles "
                      "(59 %)", " ".join(text.split()))

    def machines(self):
        tiny = json.loads(re.sub(r"(?m)^\s*//.*$", "", TINY.read_text(encoding="utf-8")))
        return [{}, tiny, {**tiny, "stride_mode": "discard"},
                {**tiny, "accumulator": {"banks": 3, "entries_per_bank": 8, "queue_threshold": 0,
                                         "bypass": "step", "capacity": "split-plane"}},
                {**tiny, "weight_fifo_entries": 1, "kc": 2, "skip_zero_activations": False},
                {**tiny, "dram": {"bytes_per_cycle": 1, "latency_cycles": 0}, "iaram_bytes": 1,
                 "oaram_bytes": 1},
                {"pe_rows": 1, "pe_cols": 1, "multiplier_array": {"F": 64, "I": 64}, "kc": 64,
                 "dram": {"bytes_per_cycle": 1000000, "latency_cycles": 0},
                 "ppu": {"entries_per_cycle": 1, "halo_entries_per_cycle": 1}},
                {"pe_rows": 1, "pe_cols": 1, "multiplier_array": {"F": 1, "I": 1},
                 "dram": {"latency_cycles": 0}},
                {"pe_rows": 1, "pe_cols": 3, "multiplier_array": {"F": 3, "I": 1},
                 "broadcast_entries_per_cycle": 1, "index_bits": 1}]

    def test_no_layer_is_faster_than_its_bounds_and_counters_are_those_of_a_run(self):
        self.network()
        limits = set()
        for machine in self.machines():
            arch = self.write("arch.json", machine)
            self.succeed("run", "--network", "net.h5", "--arch", arch, "--json", "r.json")
            run = self.load("r.json")
            for layer in run["layers"]:
                with self.subTest(machine=machine, layer=layer["name"]):
                    result, _ = self.explain(layer["name"], "--arch", arch)
                    c, b, m = result["counters"], result["bounds"], result["mapping"]
                    self.assertEqual(layer["counters"], c)
                    pes = run["architecture"]["pe_rows"] * run["architecture"]["pe_cols"]
                    self.assertEqual(-(-c["steps"] // pes), b["mean_steps"])
                    self.assertEqual(c["oracle_cycles"], b["multipliers"])
                    for bound in BOUNDS[:-1]:
                        self.assertLessEqual(b[bound], c["compute_cycles"], bound)
                    self.assertLessEqual(b["full_vectors"], b["mean_steps"])
                    self.assertLessEqual(b["mean_steps"], b["steps"])
                    self.assertLessEqual(b["steps"], b["banks"])
                    self.assertEqual(c["cycles"], max(c["compute_cycles"], b["dram"]))
                    self.assertEqual(layer["kc"], m["kc"])
                    self.assertEqual(layer["temporal_tiles"], m["temporal_tiles"])
                    self.assertEqual(c["dram_activation_bits"],
                                     m["dram_input_bits"] + m["dram_output_bits"])
                    bits = (run["architecture"]["activation_bits"] +
                            run["architecture"]["index_bits"])
                    full = m["fullest_oaram_bits"] > 8 * run["architecture"]["oaram_bytes"]
                    self.assertEqual(c["oaram_writes"] * bits if full else 0, m["dram_output_bits"])
                    limits.add(result["limit"])
        self.assertEqual({"steps", "banks", "weights", "drain", "dram"}, limits)

    def test_a_pe_that_waits_for_nothing_else_takes_its_steps_and_what_its_banks_add(self):
        """One PE, endless bandwidth: of the rest only the first delivery and the last drain."""
        self.network()
        alone = {"pe_rows": 1, "pe_cols": 1, "multiplier_array": {"F": 4, "I": 4},
                 "dram": {"bytes_per_cycle": 1000000, "latency_cycles": 0},
                 "weight_fifo_entries": 1000, "broadcast_entries_per_cycle": 1000,
                 "ppu": {"entries_per_cycle": 1000000}}
        differ = 0
        for accumulator in [{"banks": 64}, {"banks": 3}, {"banks": 3, "queue_threshold": 0},
                            {"banks": 5, "bypass": "step", "queue_threshold": 1}]:
            arch = self.write("arch.json", {**alone, "accumulator": accumulator})
            for layer in ["conv1", "fc"]:
                with self.subTest(accumulator=accumulator, layer=layer):
                    result, _ = self.explain(layer, "--arch", arch)
                    c, b = result["counters"], result["bounds"]
                    self.assertEqual(c["issue"], b["steps"])
                    # The first vector arrives in cycle 1 and issues in 2; the last group drains.
                    self.assertEqual(c["compute_cycles"] - c["drain"], b["banks"] + 2)
                    differ += b["banks"] > 1.1 * b["steps"]
        self.assertGreater(differ, 2)

    def test_what_does_not_fit_is_said_to(self):
        self.network()
        arch = self.write("arch.json", {"pe_rows": 1, "pe_cols": 1, "iaram_bytes": 8,
                                        "oaram_bytes": 8, "weight_fifo_entries": 2,
                                        "accumulator": {"banks": 2, "entries_per_bank": 2}})
        result, text = self.explain("conv2", "--arch", arch)
        text = " ".join(text.split())
        self.assertIn("of 4 accumulator entries, does not fit: capacity is ignored (S10)", text)
        self.assertRegex(text, r"IARAM \d+ of 8 bytes in the fullest PE, does not fit: goes through")
        self.assertRegex(text, r"OARAM \d+ of 8 bytes in the fullest PE, does not fit: goes through")
        self.assertRegex(text, r"2 in a FIFO, \d+ blocks are longer: activations are read again")
        self.assertIn("2 convolution groups", text)
        with h5py.File(self.path("net.h5")) as file:
            stored = numpy.count_nonzero(file["layers/conv2/input"][...])
        self.assertGreaterEqual(result["mapping"]["dram_input_bits"], stored * 20)

    def test_an_encoded_network_and_a_made_input_are_explained_the_same(self):
        self.network(inputs=False)
        outcome = self.scnn("explain", "--network", "net.h5", "--layer", "conv2",
                            "--activation-density", "0.5", "--seed", "3", "--json", "a.json")
        self.assertEqual(0, outcome.status, outcome.err)
        self.assertIn("scnn: note: 1 of 1 layers have no input in the file", outcome.err)
        self.succeed("encode", "--network", "net.h5", "--out", "enc.h5")
        self.succeed("explain", "--network", "enc.h5", "--layer", "conv2", "--quiet",
                     "--activation-density", "0.5", "--seed", "3", "--json", "b.json",
                     "--threads", "1")
        a, b = self.load("a.json"), self.load("b.json")
        for key in ["mapping", "bounds", "counters", "limit", "conclusion"]:
            self.assertEqual(a[key], b[key])

    def test_a_line_is_no_wider_than_a_table_may_be(self):
        self.network()
        for layer in ["conv1", "conv2", "fc"]:
            for line in self.explain(layer, "--arch", TINY)[1].splitlines():
                self.assertLessEqual(len(line), 100, line)


class BadInput(ProgramTest):
    def test_a_layer_that_is_not_there(self):
        self.network()
        self.refuse('--layer: found "conv9", expected a layer of network "small": conv1, conv2, fc',
                    "explain", "--network", "net.h5", "--layer", "conv9")
        self.refuse('--layer: found "conv*", expected a layer of network "small": conv1, conv2, fc',
                    "explain", "--network", "net.h5", "--layer", "conv*")
        self.refuse("--layer: is missing, expected it (see scnn explain --help)",
                    "explain", "--network", "net.h5")
        self.refuse("--network: is missing, expected it (see scnn explain --help)",
                    "explain", "--layer", "conv1")

    def test_a_layer_that_cannot_be_run(self):
        self.network(inputs=False)
        self.refuse("net.h5:/layers/conv1: has no dataset input and no attribute input_density, "
                    "expected one of the two, or --activation-density",
                    "explain", "--network", "net.h5", "--layer", "conv1")
        self.network()
        arch = self.write("a.json", {"accumulator": {"banks": 1, "entries_per_bank": 1,
                                                     "capacity": "shrink-kc"},
                                     "pe_rows": 1, "pe_cols": 1})
        self.refuse("layer conv1: an accumulator window of 4x4 entries does not fit 1 x 1 "
                    "accumulator entries even with kc 1", "explain", "--network", "net.h5", "--layer", "conv1", "--arch", arch)


if __name__ == "__main__":
    main()
