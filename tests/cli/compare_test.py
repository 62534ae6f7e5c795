#!/usr/bin/python3
"""scnn compare. Usage: compare_test.py SCNN [unittest options]"""

import csv
import io
import json
import re

import h5py
import numpy

from program import TINY, ProgramTest, main

GRAINS = ["fine", "vector", "kernel", "filter"]
PER_GRAIN = {"fine": 1, "vector": 3, "kernel": 9}


def architecture(path):
    """An architecture file without the comments at its head."""
    return json.loads(re.sub(r"(?m)^\s*//.*$", "", path.read_text(encoding="utf-8")))


class Compare(ProgramTest):
    def compare(self, *options, network="net.h5", arch=TINY):
        self.succeed("compare", "--network", network, "--arch", arch, "--json", "c.json", *options)
        return self.load("c.json")

    def layers_of(self, result, grain):
        return next(g for g in result["granularities"] if g["granularity"] == grain)["layers"]

    def test_the_result_has_every_granularity_with_every_layer(self):
        self.network()
        result = self.compare()
        self.assertEqual(["schema", "network", "architecture", "provenance", "source",
                          "granularities", "host"], list(result))
        self.assertEqual("scnn-compare/1", result["schema"])
        self.assertEqual(GRAINS, [g["granularity"] for g in result["granularities"]])
        for g in result["granularities"]:
            self.assertEqual(["conv1", "conv2", "fc"], [l["name"] for l in g["layers"]])
            for name, total in g["total"]["counters"].items():
                self.assertEqual(sum(l["counters"][name] for l in g["layers"]), total)
            for name in ["weights", "kept_weights", "nonzero_weights"]:
                self.assertEqual(sum(l[name] for l in g["layers"]), g["total"][name])

    def test_every_granularity_keeps_the_same_share_of_grains(self):
        self.network()
        result = self.compare("--density", "0.4")
        for grain, size in PER_GRAIN.items():
            for layer, weights in zip(self.layers_of(result, grain)[:2], [162, 216]):
                self.assertEqual(round(0.4 * weights / size) * size, layer["kept_weights"])
                self.assertEqual(0.4, layer["density_requested"])
        self.assertEqual([round(0.4 * k) * n for k, n in [(6, 27), (8, 27), (10, 16)]],
                         [l["kept_weights"] for l in self.layers_of(result, "filter")])

    def test_one_granularity_equals_pruning_and_running_by_hand(self):
        self.network()
        arch = self.write("arch.json", {"weight_bits": 8, "pe_rows": 2, "pe_cols": 2})
        compared = self.compare("--density", "0.3", "--granularity", "kernel", arch=arch)
        self.succeed("prune", "--network", "net.h5", "--granularity", "kernel", "--density", "0.3",
                     "--out", "p.h5")
        self.succeed("run", "--network", "p.h5", "--arch", arch, "--json", "r.json")
        run = self.load("r.json")
        self.assertEqual(run["architecture"], compared["architecture"])
        self.assertEqual(run["total"]["counters"], compared["granularities"][0]["total"]["counters"])
        for a, b in zip(run["layers"], self.layers_of(compared, "kernel")):
            self.assertEqual(a, {key: b[key] for key in a})

    def test_storage_is_what_encode_writes(self):
        self.network()
        arch = self.write("arch.json", {"weight_bits": 8})
        compared = self.compare("--density", "0.3", "--granularity", "vector", arch=arch)
        self.succeed("prune", "--network", "net.h5", "--granularity", "vector", "--density", "0.3",
                     "--out", "p.h5")
        self.succeed("encode", "--network", "p.h5", "--arch", arch, "--out", "e.h5")
        with h5py.File(self.path("e.h5")) as file:
            for layer in self.layers_of(compared, "vector"):
                group = file["layers"][layer["name"]]
                storage = layer["storage"]
                self.assertEqual(group["values"].size, storage["stored_weights"])
                self.assertEqual(8 * group["values"].size, storage["value_bits"])
                self.assertEqual(4 * group["runs"].size, storage["index_bits"])
                self.assertEqual(numpy.count_nonzero(group["values"][...]),
                                 layer["nonzero_weights"])

    def test_storage_is_stated_with_8_and_4_bits_whatever_the_machine_has(self):
        self.network()
        arch = self.write("arch.json", {"weight_bits": 12, "index_bits": 2})
        wide = self.compare("--density", "0.3", "--keep-weight-bits", arch=arch)
        self.assertEqual(12, wide["architecture"]["weight_bits"])
        narrow = self.compare("--density", "0.3", arch=self.write("n.json", {}))
        self.assertEqual(8, narrow["architecture"]["weight_bits"])
        for a, b in zip(wide["granularities"], narrow["granularities"]):
            if a["granularity"] != "fine":  # 12-bit weights make a zero of fewer weights
                self.assertEqual(a["total"]["storage"], b["total"]["storage"])
            counters = b["total"]["counters"]
            storage = b["total"]["storage"]
            self.assertEqual(storage["value_bits"] + storage["index_bits"],
                             counters["dram_weight_bits"])
            self.assertEqual(storage["index_bits"], counters["weight_index_bits"])

    def test_the_other_bypass_is_counted_as_a_machine_with_it_would_write(self):
        self.network()
        tiny = architecture(TINY)
        cases = [{}, {"stride_mode": "discard"}, {"shared_indices": False},
                 {"accumulator": {"capacity": "split-plane", "entries_per_bank": 2}},
                 {"weight_fifo_entries": 1}, {"skip_zero_activations": False}]
        for case in cases:
            with self.subTest(case):
                accumulator = {**tiny["accumulator"], **case.get("accumulator", {})}
                without = self.compare(arch=self.write("a.json", {
                    **tiny, **case, "accumulator": accumulator}))
                step = self.compare(arch=self.write("b.json", {
                    **tiny, **case, "accumulator": {**accumulator, "bypass": "step"}}))
                for a, b in zip(without["granularities"], step["granularities"]):
                    for x, y in zip(a["layers"], b["layers"]):
                        for name in ["accumulator_writes_without_bypass",
                                     "accumulator_writes_with_step_bypass"]:
                            self.assertEqual(x[name], y[name])
                        self.assertEqual(x["counters"]["accumulator_writes"],
                                         x["accumulator_writes_without_bypass"])
                        self.assertEqual(y["counters"]["accumulator_writes"],
                                         y["accumulator_writes_with_step_bypass"])
                        self.assertGreaterEqual(x["accumulator_writes_without_bypass"],
                                                x["accumulator_writes_with_step_bypass"])
        total = without["granularities"][0]["total"]
        self.assertGreater(total["accumulator_writes_without_bypass"],
                           total["accumulator_writes_with_step_bypass"])

    def test_the_density_comes_from_the_layer_its_mask_or_its_zeros_in_this_order(self):
        self.network(density_published=0.45)
        self.assertEqual([0.45] * 3,
                         [l["density_requested"] for l in self.compare()["granularities"][0]["layers"]])
        self.network()
        self.succeed("prune", "--network", "net.h5", "--granularity", "filter", "--density", "0.5",
                     "--skip", "fc", "--out", "p.h5")
        with h5py.File(self.path("p.h5"), "a") as file:
            weights = file["layers/fc/weights"]
            values = weights[...]
            values.reshape(-1)[:40] = 0
            weights[...] = values
        result = self.compare(network="p.h5")
        self.assertEqual([0.5, 0.5, 0.75],
                         [l["density_requested"] for l in self.layers_of(result, "kernel")])

    def test_layers_without_a_match_in_the_densities_file_stay_as_they_are(self):
        self.network()
        self.write("d.json", {"conv*": 0.25, "dense": 0.5})
        outcome = self.scnn("compare", "--network", "net.h5", "--densities", "d.json", "--json",
                            "c.json")
        self.assertEqual('scnn: note: no layer matches "dense" of the densities file\n'
                         'scnn: note: left alone, as the densities file has no match: "fc"\n',
                         outcome.err)
        for g in self.load("c.json")["granularities"]:
            self.assertEqual([0.25, 0.25, None], [l["density_requested"] for l in g["layers"]])
            self.assertEqual(160, g["layers"][2]["kept_weights"])

    def test_wide_integers_are_requantised_with_the_largest_at_127(self):
        self.network(dtype="int16")
        result = self.compare("--density", "1")
        self.assertEqual(3, result["source"]["requantised_layers"])
        with h5py.File(self.path("net.h5")) as file:
            for layer in self.layers_of(result, "fine"):
                values = file["layers"][layer["name"]]["weights"][...].astype(numpy.float64)
                integers = numpy.rint(values / (numpy.abs(values).max() / 127))
                self.assertEqual(numpy.count_nonzero(integers), layer["nonzero_weights"])
        text = self.succeed("compare", "--network", "net.h5", "--arch", TINY)
        self.assertIn("Integer weights of 3 layers were requantised to 8 bits.\n", text)

    def test_integers_that_fit_are_taken_as_they_are(self):
        self.network(dtype="int16")
        with h5py.File(self.path("net.h5"), "a") as file:
            for name in ["conv1", "conv2", "fc"]:
                values = file["layers"][name]["weights"][...]
                del file["layers"][name]["weights"]
                file["layers"][name]["weights"] = numpy.clip(values // 100, -128, 100).astype("i1")
        result = self.compare("--density", "1", "--granularity", "fine")
        self.assertEqual(0, result["source"]["requantised_layers"])
        self.succeed("run", "--network", "net.h5", "--arch",
                     self.write("a.json", {**architecture(TINY), "weight_bits": 8}), "--json", "r.json")
        self.assertEqual(self.load("r.json")["total"]["counters"],
                         result["granularities"][0]["total"]["counters"])

    def test_a_sparse_source_is_told_and_a_dense_one_is_not(self):
        said = "The source was already sparse: 0.3996 of its weights are not zero."
        self.network()
        self.assertNotIn("sparse", self.succeed("compare", "--network", "net.h5", "--arch", TINY))
        self.succeed("prune", "--network", "net.h5", "--granularity", "fine", "--density", "0.4",
                     "--out", "p.h5")
        self.assertIn(said, self.succeed("compare", "--network", "p.h5", "--arch", TINY))

    def test_tables_fit_100_columns_and_show_what_json_says(self):
        self.network()
        text = self.succeed("compare", "--network", "net.h5", "--arch", TINY, "--density", "0.3",
                            "--json", "c.json")
        lines = text.splitlines()
        self.assertLessEqual(max(map(len, lines)), 100)
        self.assertIn("Every layer's input is the source's", text)
        rows = {grain: [l.split() for l in lines if l.startswith(grain + " ")] for grain in GRAINS}
        for g in self.load("c.json")["granularities"]:
            storage, references, time = rows[g["granularity"]]
            total = g["total"]
            counters = total["counters"]
            bits = total["storage"]["value_bits"] + total["storage"]["index_bits"]
            self.assertEqual([f"{total['kept_weights'] / total['weights']:.4f}",
                              f"{total['nonzero_weights'] / total['weights']:.4f}",
                              f"{bits / 8 / total['weights']:.3f}",
                              f"{total['storage']['index_bits']:,}",
                              f"{counters['dram_weight_bits']:,}"], storage[1:])
            self.assertEqual([f"{total[f'accumulator_writes_{b}_bypass']:,}"
                              for b in ["without", "with_step"]] +
                             [f"{counters[n]:,}" for n in
                              ["iaram_reads", "weight_fifo_reads", "weight_fifo_writes",
                               "halo_transfers", "oaram_writes", "dram_activation_bits"]],
                             references[1:])
            self.assertEqual([f"{counters[n]:,}" for n in ["products", "compute_cycles", "cycles"]] +
                             [f"{counters['dcnn_cycles'] / counters['cycles']:.2f}",
                              f"{counters['oracle_cycles'] / counters['cycles']:.3f}"], time[1:])

    def test_csv_says_the_same_as_json(self):
        self.network()
        result = self.compare("--csv", "c.csv")
        rows = list(csv.DictReader(io.StringIO(self.path("c.csv").read_text())))
        self.assertEqual(16, len(rows))
        for i, g in enumerate(result["granularities"]):
            for row, part in zip(rows[4 * i:], g["layers"] + [g["total"]]):
                self.assertEqual(g["granularity"], row["grain"])
                self.assertEqual(part.get("name", ""), row["layer"])
                self.assertEqual(part["kept_weights"], int(row["kept_weights"]))
                self.assertEqual(part["storage"]["index_bits"], int(row["storage_index_bits"]))
                for name, value in part["counters"].items():
                    self.assertEqual(value, int(row[name]))

    def test_engines_and_threads_do_not_matter(self):
        self.network()
        expected = self.compare()
        for options in [["--engine", "clocked"], ["--threads", "1"], ["--no-verify"]]:
            found = self.compare(*options)
            self.assertEqual({**expected, "host": None}, {**found, "host": None})

    def test_wrong_lists_and_double_densities_are_refused(self):
        net = ["compare", "--network", self.network()]
        self.refuse('--granularity: found "block", expected some of fine, vector, kernel, filter',
                    *net, "--granularity", "fine,block")
        self.refuse('--granularity: found "fine" twice, expected some of fine, vector, kernel, '
                    "filter", *net, "--granularity", "fine,fine")
        self.refuse("--density, --densities: both are given, expected at most one of them",
                    *net, "--density", "0.5", "--densities", "d.json")


if __name__ == "__main__":
    main()
