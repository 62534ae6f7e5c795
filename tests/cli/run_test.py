#!/usr/bin/python3
"""scnn run, and the files it writes. Usage: run_test.py SCNN [unittest options]"""

import csv
import hashlib
import io
import json
import os
import pathlib
import unittest

import h5py
import numpy

from program import TINY, ProgramTest, main

ACTIVITIES = ["issue", "bank_stall", "weight_wait", "backpressure_wait", "barrier_wait",
              "buffer_wait", "drain"]


def without_host(text):
    value = json.loads(text)
    del value["host"]
    return json.dumps(value)


class Result(ProgramTest):
    def run_json(self, *options, network="net.h5"):
        self.succeed("run", "--network", network, "--json", "r.json", *options)
        return self.load("r.json")

    def test_it_has_the_members_that_the_format_says(self):
        self.network()
        result = self.run_json("--arch", TINY)
        self.assertEqual(["schema", "network", "architecture", "provenance", "layers", "total",
                          "host"], list(result))
        self.assertEqual("scnn-result/1", result["schema"])
        self.assertEqual({"name": "small", "file": "net.h5", "seed": None, "layers": 3,
                          "first_layer": "conv1"}, result["network"])
        provenance = result["provenance"]
        self.assertEqual(hashlib.sha256(self.path("net.h5").read_bytes()).hexdigest(),
                         provenance["input_sha256"])
        self.assertEqual(["version", "git_commit", "input_sha256", "seed", "activation_density"],
                         list(provenance))
        self.assertEqual(["conv1", "conv2", "fc"], [l["name"] for l in result["layers"]])
        layer = result["layers"][1]
        self.assertEqual({"C": 6, "H": 4, "W": 4, "K": 8, "R": 3, "S": 3, "Ho": 4, "Wo": 4,
                          "stride": [1, 1], "padding": [1, 1, 1, 1], "dilation": [1, 1],
                          "groups": 2}, layer["shape"])
        self.assertEqual(("fine", 4, 1), (layer["granularity"], layer["kc"],
                                          layer["temporal_tiles"]))
        host = result["host"]
        self.assertEqual("run", host["command_line"][1])
        self.assertTrue(host["verified"])
        self.assertGreater(host["peak_memory_bytes"], 1 << 20)
        self.assertEqual({"kernel": result["total"]["counters"]["steps"], "general": 0},
                         host["steps"])

    def test_counters_are_integers_that_add_up(self):
        self.network()
        result = self.run_json("--arch", TINY)
        for name, total in result["total"]["counters"].items():
            values = [layer["counters"][name] for layer in result["layers"]]
            self.assertTrue(all(isinstance(v, int) for v in values), name)
            self.assertEqual(sum(values), total, name)
        for layer in result["layers"]:
            counters = layer["counters"]
            self.assertEqual(28, len(counters))
            self.assertEqual(4 * counters["compute_cycles"], sum(counters[a] for a in ACTIVITIES))
            self.assertEqual(counters["steps"] * 4, counters["slots"])

    def test_densities_are_those_of_the_integers(self):
        self.network()
        result = self.run_json("--arch", TINY)
        with h5py.File(self.path("net.h5")) as file:
            for layer in result["layers"]:
                image = file["layers"][layer["name"]]["input"][...]
                step = numpy.abs(image).max() / 32767
                share = numpy.count_nonzero(numpy.rint(image / step)) / image.size
                self.assertEqual(share, layer["activation_density"])

    def test_all_but_host_is_equal_whatever_the_engine_threads_and_observers(self):
        self.network()
        self.run_json("--arch", TINY)
        expected = without_host(self.path("r.json").read_text())
        for options in [["--engine", "clocked"], ["--threads", "1"], ["--threads", "7"],
                        ["--no-verify"], ["--quiet"], ["--outputs", "o.h5"],
                        ["--engine", "clocked", "--vcd", "w.vcd"], ["--trace", "t.json"]]:
            with self.subTest(options):
                self.run_json("--arch", TINY, *options)
                self.assertEqual(expected, without_host(self.path("r.json").read_text()))
        self.assertIn("$enddefinitions", self.path("w.vcd").read_text())

    def test_host_says_how_it_was_run(self):
        self.network()
        host = self.run_json("--arch", TINY, "--engine", "clocked", "--threads", "3",
                             "--no-verify")["host"]
        self.assertEqual(("clocked", 3, False), (host["engine"], host["threads"], host["verified"]))

    def test_the_embedded_architecture_can_be_fed_back(self):
        self.network()
        first = self.run_json("--arch", TINY)
        self.write("again.json", first["architecture"])
        second = self.run_json("--arch", "again.json")
        self.assertEqual(first["architecture"], second["architecture"])
        self.assertEqual(first["layers"], second["layers"])

    def test_the_first_layer_of_the_network_stays_the_first_when_layers_are_left_out(self):
        self.network()
        arch = self.write("big.json", {"iaram_bytes": 1 << 20, "oaram_bytes": 1 << 20})
        every = self.run_json("--arch", arch)["layers"]
        some = self.run_json("--arch", arch, "--layers", "conv2", "--layers", "f?")["layers"]
        self.assertEqual(every[1:], some)
        self.assertGreater(every[0]["counters"]["dram_activation_bits"], 0)
        self.assertEqual(0, some[0]["counters"]["dram_activation_bits"])

    def test_csv_says_the_same_as_json(self):
        self.network()
        result = self.run_json("--arch", TINY, "--csv", "r.csv")
        rows = list(csv.DictReader(io.StringIO(self.path("r.csv").read_text())))
        self.assertEqual(["layer", "layer", "layer", "total"], [r["scope"] for r in rows])
        for row, layer in zip(rows, result["layers"]):
            self.assertEqual(layer["name"], row["layer"])
            self.assertEqual(layer["shape"]["K"], int(row["K"]))
            self.assertEqual(layer["weight_density"], float(row["weight_density"]))
            for name, value in layer["counters"].items():
                self.assertEqual(value, int(row[name]))
        for name, value in result["total"]["counters"].items():
            self.assertEqual(value, int(rows[3][name]))
        self.assertEqual("", rows[3]["K"])

    def test_a_pipe_or_device_can_take_the_result(self):
        self.network()
        self.assertIn("conv1", self.succeed("run", "--network", "net.h5", "--json", "/dev/null"))


class Tables(ProgramTest):
    def test_they_fit_100_columns_and_end_with_the_total(self):
        self.network(name="net.h5")
        text = self.succeed("run", "--network", "net.h5", "--arch", TINY)
        lines = text.splitlines()
        self.assertEqual(["small", "tiny: 2x2 PEs of 2x2 multipliers, 16-bit weights, 4-bit indices",
                          "decoupled engine, all values verified"], lines[:3])
        self.assertLessEqual(max(map(len, lines)), 100)
        self.assertEqual(2, sum(line.startswith("total ") for line in lines))

    def test_they_show_the_counters(self):
        self.network()
        text = self.succeed("run", "--network", "net.h5", "--arch", TINY, "--json", "r.json")
        for layer in self.load("r.json")["layers"]:
            row = next(l.split() for l in text.splitlines() if l.startswith(layer["name"] + " "))
            counters = layer["counters"]
            self.assertEqual(f"{counters['products']:,}", row[4])
            self.assertEqual(f"{counters['compute_cycles']:,}", row[5])
            self.assertEqual(f"{counters['dcnn_cycles'] / counters['cycles']:.2f}", row[7])
            self.assertEqual(f"{counters['products'] / counters['slots']:.3f}", row[9])


class Inputs(ProgramTest):
    def test_a_layer_without_input_gets_one_of_the_asked_density_and_seed(self):
        self.network(inputs=False)
        options = ["--network", "net.h5", "--arch", TINY, "--activation-density", "0.25"]
        self.succeed("run", *options, "--json", "a.json")
        self.succeed("run", *options, "--json", "b.json", "--seed", "1")
        self.succeed("run", *options, "--json", "c.json", "--seed", "2")
        a, b, c = (self.load(f"{n}.json") for n in "abc")
        self.assertEqual(a["layers"], b["layers"])
        self.assertNotEqual(a["layers"], c["layers"])
        self.assertEqual((1, 2), (a["provenance"]["seed"], c["provenance"]["seed"]))
        self.assertEqual(0.25, a["provenance"]["activation_density"])
        self.assertEqual([48 / 192, 24 / 96, 4 / 16],
                         [layer["activation_density"] for layer in a["layers"]])

    def test_the_attribute_of_the_layer_is_the_default_density(self):
        self.network(inputs=False, input_density=0.5)
        self.succeed("run", "--network", "net.h5", "--json", "a.json")
        self.assertEqual([0.5] * 3, [l["activation_density"] for l in self.load("a.json")["layers"]])

    def test_a_density_without_effect_is_told(self):
        outcome = self.scnn("run", "--network", self.network(), "--activation-density", "0.5")
        self.assertEqual("scnn: note: --activation-density has no effect: every layer has its input "
                         "in the file\n", outcome.err)

    def test_wide_integers_do_not_fit_narrow_machines(self):
        self.network(dtype="int16")
        self.write("narrow.json", {"weight_bits": 8})
        outcome = self.scnn("run", "--network", "net.h5", "--arch", "narrow.json")
        self.assertEqual(2, outcome.status)
        self.assertRegex(outcome.err, r"^scnn: error: net.h5:/layers/conv1/weights: -?\d+ at "
                                      r"\[\d\]\[\d\]\[\d\]\[\d\] does not fit 8 bits, expected "
                                      r"-128 to 127\n$")


class Outputs(ProgramTest):
    def test_both_tensors_are_those_of_a_convolution(self):
        self.network(dtype="int16")
        self.succeed("run", "--network", "net.h5", "--arch", TINY, "--outputs", "o.h5")
        with h5py.File(self.path("o.h5")) as outputs, h5py.File(self.path("net.h5")) as network:
            layer = network["layers/fc"]
            image = layer["input"][...].reshape(-1)
            scale = float(numpy.abs(image).max()) / 32767
            integers = numpy.rint(image.astype(numpy.float64) / scale).astype(numpy.int64)
            sums = layer["weights"][...].reshape(10, 16).astype(numpy.int64) @ integers
            found = outputs["layers/fc/accumulated"]
            self.assertEqual(((10, 1, 1), numpy.int64), (found.shape, found.dtype))
            numpy.testing.assert_array_equal(sums, found[...].reshape(-1))
            values = (sums * 1.0) * scale + layer["bias"][...]
            numpy.testing.assert_array_equal(values.astype(numpy.float32),
                                             outputs["layers/fc/output"][...].reshape(-1))
            self.assertGreaterEqual(outputs["layers/conv1/output"][...].min(), 0, "ReLU")


class RealNetwork(ProgramTest):
    DATA = pathlib.Path(os.environ.get("SCNN_TEST_DATA", ""), "data/alexnet_pruned.h5")

    @unittest.skipUnless(DATA.is_file(), "the real networks are absent")
    def test_alexnet_takes_the_cycles_of_an_independent_model(self):
        self.succeed("run", "--network", self.DATA, "--json", "r.json")
        self.assertEqual([102851, 124905, 75014, 48147, 38689],
                         [l["counters"]["compute_cycles"] for l in self.load("r.json")["layers"]])


class Energies(ProgramTest):
    COMPONENTS = ["multiply", "add", "activation_ram", "weight_fifo", "crossbar", "accumulator",
                  "halo", "dram", "total"]

    def test_energies_are_there_when_asked_for_and_add_up(self):
        self.network()
        table = self.succeed("run", "--network", "net.h5", "--arch", TINY, "--energy", "default",
                             "--json", "r.json", "--csv", "r.csv")
        self.assertIn("crossbar", table)
        result = self.load("r.json")
        self.assertEqual("scnn-energy/1", result["energy_table"]["schema"])
        for machine in ["scnn", "dcnn", "dcnn_opt"]:
            total = result["total"]["energy"][machine]
            self.assertEqual(self.COMPONENTS, list(total))
            for key, value in total.items():
                layers = [layer["energy"][machine][key] for layer in result["layers"]]
                self.assertAlmostEqual(sum(layers), value, delta=1e-9 * (1 + value))
            self.assertAlmostEqual(sum(v for k, v in total.items() if k != "total"),
                                   total["total"], delta=1e-6)
        lines = list(csv.DictReader(io.StringIO(self.path("r.csv").read_text())))
        self.assertEqual(result["total"]["energy"]["dcnn_opt"]["total"],
                         float(lines[-1]["dcnn_opt_total_pJ"]))

    def test_a_price_of_ones_own_counts(self):
        self.network()
        prices = {"schema": "scnn-energy/1", "name": "products only", "events": {
            name: {"pJ": 2 if name == "multiply" else 0, "source": "test"} for name in
            ["multiply", "add", "iaram_bit", "oaram_bit", "weight_fifo_bit", "crossbar_product",
             "accumulator_bit", "halo_bit", "dense_ram_bit", "dram_bit"]}}
        self.write("e.json", prices)
        self.succeed("run", "--network", "net.h5", "--energy", "e.json", "--json", "r.json")
        layer = self.load("r.json")["layers"][1]
        self.assertEqual(2 * layer["counters"]["products"], layer["energy"]["scnn"]["total"])

    def test_without_the_option_there_are_none(self):
        self.network()
        self.succeed("run", "--network", "net.h5", "--json", "r.json")
        self.assertNotIn("energy", self.path("r.json").read_text())

    def test_a_file_of_prices_that_is_none_is_refused(self):
        self.network()
        self.write("e.json", {"schema": "scnn-energy/1", "name": "x", "events": {}})
        self.refuse('e.json#/events: has no member "multiply", expected one',
                    "run", "--network", "net.h5", "--energy", "e.json")
        self.write("e.json", '{"schema": NaN}')
        told = self.scnn("info", "e.json").err
        self.refuse(told.removeprefix("scnn: error: ").rstrip("\n"),
                    "run", "--network", "net.h5", "--energy", "e.json")


class Areas(ProgramTest):
    def test_the_area_of_an_architecture(self):
        self.write("a.json", {"pe_rows": 4})
        out = self.succeed("info", "--area", "a.json")
        self.assertIn("PE                   0.124", out)
        self.assertIn("32 PEs               3.968", out)

    def test_only_architectures_have_one(self):
        self.write("d.json", {"conv1": 0.5})
        self.refuse('d.json#/conv1: unknown key "conv1", expected one of name, clock_ghz, pe_rows, '
                    "pe_cols, multiplier_array, kc, weight_bits, activation_bits, "
                    "accumulator_bits, index_bits, accumulator, iaram_bytes, oaram_bytes, "
                    "weight_fifo_entries, broadcast_entries_per_cycle, dram, ppu, stride_mode, "
                    "barrier, shared_indices, skip_zero_weights, skip_zero_activations",
                    "info", "--area", "d.json")


if __name__ == "__main__":
    main()
