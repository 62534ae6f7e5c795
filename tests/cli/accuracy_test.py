#!/usr/bin/python3
"""scnn compare --accuracy. Usage: accuracy_test.py SCNN [unittest options]"""

import csv
import io
import json

from program import TINY, ProgramTest, main

DENSITIES = [0.8, 0.5, 0.2]
ACCURACIES = {"fine": [0.90, 0.89, 0.80], "kernel": [0.89, 0.86, 0.60], "filter": [0.70, 0.5, 0.4]}
HEADER = {"format": "scnn-accuracy", "version": 1, "network": "small", "data": "pictures",
          "images": 1000, "seed": 1, "epochs": 2}
# What a run and a join say of the same network.
COUNTERS = ["cycles", "compute_cycles", "dcnn_cycles", "oracle_cycles", "products",
            "weight_fifo_reads", "weight_fifo_writes", "iaram_reads", "oaram_writes",
            "halo_transfers", "dram_weight_bits", "dram_activation_bits"]


class AccuracyTest(ProgramTest):
    """A small network, dense and pruned by the program, and a log as retraining writes it."""

    def setUp(self):
        super().setUp()
        self.path("nets").mkdir()
        self.network("nets/dense.h5")
        self.arch = self.write("arch.json", {"weight_bits": 8, "pe_rows": 2, "pe_cols": 2,
                                             "accumulator": {"bypass": "step"}})

    def prune(self, grain, density):
        name = f"{grain}-{density}-s1.h5"
        self.succeed("prune", "--network", "nets/dense.h5", "--granularity", grain, "--density",
                     density, "--out", f"nets/{name}")
        return name

    def log(self, lines, name="nets/log.jsonl"):
        return self.write(name, "".join(json.dumps(line) + "\n" for line in [HEADER] + lines))

    def point(self, grain, density, accuracy, **more):
        return {"stage": "quantised", "granularity": grain, "density": density, "accuracy": accuracy,
                "weight_bits": 8, **more}

    def dense(self, accuracy=0.9, **more):
        return {"stage": "quantised", "accuracy": accuracy, "weight_bits": 8, **more}

    def whole_log(self, dense_file=True):
        lines = [{"stage": "dense", "accuracy": 0.8},
                 self.dense(**({"file": "dense.h5"} if dense_file else {}))]
        for grain, accuracies in ACCURACIES.items():
            for density, accuracy in zip(DENSITIES, accuracies):
                lines += [{"stage": "pruned", "granularity": grain, "density": density,
                           "accuracy": 0.3},
                          self.point(grain, density, accuracy, file=self.prune(grain, density))]
        return self.log(lines)

    def compare(self, *options):
        out = self.succeed("compare", "--accuracy", "nets/log.jsonl", "--arch", self.arch, "--json",
                           "j.json", *options)
        return self.load("j.json"), out

    def point_of(self, result, grain, density):
        found = [p for p in result["accuracy"]["points"]
                 if p["granularity"] == grain and p["density"] == density]
        self.assertEqual(1, len(found))
        return found[0]

    def equal_of(self, result, grain, loss):
        return next(e for e in result["accuracy"]["equal_accuracy"]
                    if e["granularity"] == grain and e["loss"] == loss)


class Join(AccuracyTest):
    def test_every_point_costs_what_a_run_of_its_network_says(self):
        self.whole_log()
        result, _ = self.compare("--energy", "default")
        self.assertEqual(["schema", "network", "architecture", "provenance", "accuracy",
                          "energy_table", "host"], list(result))
        for grain, accuracies in ACCURACIES.items():
            for density, accuracy in zip(DENSITIES, accuracies):
                self.succeed("run", "--network", f"nets/{grain}-{density}-s1.h5", "--arch",
                             self.arch, "--json", "r.json", "--energy", "default")
                run = self.load("r.json")["total"]
                point = self.point_of(result, grain, density)
                seed = point["seeds"][0]
                self.assertEqual(accuracy, point["accuracy"])
                self.assertEqual(run["counters"], seed["counters"])
                self.assertEqual(f"{grain}-{density}-s1.h5", seed["file"])
                self.assertAlmostEqual(run["energy"]["scnn"]["total"], seed["energy_pJ"], places=3)
                for name in COUNTERS:
                    self.assertEqual(run["counters"][name], point["mean"][name], name)
                self.assertEqual(run["counters"]["accumulator_writes"],
                                 point["mean"]["accumulator_writes_with_step_bypass"])
                self.assertAlmostEqual(run["counters"]["dcnn_cycles"] / run["counters"]["cycles"],
                                       point["mean"]["speed_up"])

    def test_storage_is_that_of_the_comparison_of_the_same_network(self):
        self.whole_log()
        result, _ = self.compare()
        self.succeed("compare", "--network", "nets/dense.h5", "--density", "0.5", "--arch", self.arch,
                     "--json", "c.json")
        for compared in self.load("c.json")["granularities"]:
            if compared["granularity"] == "vector":
                continue
            total = compared["total"]
            point = self.point_of(result, compared["granularity"], 0.5)
            for key in ["weights", "kept_weights", "nonzero_weights", "storage",
                        "accumulator_writes_without_bypass"]:
                self.assertEqual(total[key], point["seeds"][0][key])
            bits = total["storage"]["value_bits"] + total["storage"]["index_bits"]
            self.assertAlmostEqual(bits / 8 / total["weights"], point["mean"]["storage_ratio"])
            self.assertAlmostEqual(total["storage"]["index_bits"] / bits,
                                   point["mean"]["index_share"])

    def test_the_dense_network_is_a_point_of_every_granularity(self):
        self.whole_log()
        result, _ = self.compare()
        for grain in ACCURACIES:
            point = self.point_of(result, grain, 1.0)
            self.assertTrue(point["dense"])
            self.assertEqual(0.9, point["accuracy"])
            self.assertEqual(1.0, point["mean"]["density"])
        self.assertLess(self.point_of(result, "filter", 1.0)["mean"]["storage_ratio"],
                        self.point_of(result, "fine", 1.0)["mean"]["storage_ratio"])

    def test_without_a_dense_network_only_pruned_points_are_measured(self):
        self.whole_log(dense_file=False)
        result, out = self.compare()
        self.assertEqual({0.8, 0.5, 0.2}, {p["density"] for p in result["accuracy"]["points"]})
        self.assertEqual("below", self.equal_of(result, "filter", 0.5)["reach"])
        self.assertIn("filter at 0.5 points: even its densest point loses more.", out)

    def test_at_equal_accuracy_costs_lie_on_the_line_between_two_densities(self):
        self.whole_log()
        result, _ = self.compare("--accuracy-loss", "0.25,0.5,15")
        a, b = (self.point_of(result, "fine", d) for d in (0.8, 0.5))
        equal = self.equal_of(result, "fine", 0.25)  # a quarter of the way from 0.90 to 0.89
        self.assertAlmostEqual(0.8975, equal["accuracy"])
        self.assertEqual([0.8, 0.5], equal["between"])
        self.assertAlmostEqual(0.725, equal["density"])
        for key in ["cycles", "accumulator_writes_with_step_bypass", "storage_ratio"]:
            self.assertAlmostEqual((3 * a["mean"][key] + b["mean"][key]) / 4, equal["costs"][key])
        kernel = self.equal_of(result, "kernel", 0.5)  # between the dense network and 0.8
        self.assertEqual([1.0, 0.8], kernel["between"])
        self.assertAlmostEqual(0.9, kernel["density"])
        self.assertEqual("above", self.equal_of(result, "fine", 15)["reach"])
        self.assertNotIn("costs", self.equal_of(result, "fine", 15))

    def test_tables_say_what_json_says(self):
        self.whole_log()
        result, out = self.compare("--energy", "default")
        lines = out.splitlines()
        self.assertLessEqual(max(map(len, lines)), 100)
        self.assertIn("Dense network, quantised: 90.00 % of 1,000 images", lines)
        start = lines.index("At equal density")
        end = lines.index("At equal accuracy")
        row = next(l for l in lines[start:end] if "kernel" in l and "86.00" in l).split()
        mean = self.point_of(result, "kernel", 0.5)["mean"]
        self.assertEqual(["kernel", f"{mean['density']:.3f}", "86.00", "4.00",
                          f"{mean['storage_ratio']:.3f}", f"{mean['index_share']:.3f}",
                          f"{mean['accumulator_writes_with_step_bypass']:,.0f}",
                          f"{mean['weight_fifo_reads']:,.0f}", f"{mean['cycles']:,.0f}",
                          f"{mean['speed_up']:.2f}", f"{mean['energy_pJ'] / 1e6:.1f}"], row)
        row = next(l for l in lines[end:] if l.startswith("0.5 ")).split()
        costs = self.equal_of(result, "fine", 0.5)["costs"]
        self.assertEqual(["0.5", "fine", f"{costs['density']:.3f}", "89.50"], row[:4])

    def test_accuracies_of_different_numbers_of_images_are_not_compared_silently(self):
        file = self.prune("fine", 0.5)
        warning = "Accuracies are of 100 to 1,000 images: fewer say less."
        for images, said in [({}, False), ({"images": 100}, True)]:
            self.log([self.dense(file="dense.h5"),
                      self.point("fine", 0.5, 0.8, file=file, **images)])
            self.assertEqual(said, warning in self.compare()[1])

    def test_csv_says_the_same_as_json(self):
        self.whole_log()
        result, _ = self.compare("--csv", "j.csv", "--energy", "default")
        rows = list(csv.DictReader(io.StringIO(self.path("j.csv").read_text())))
        points = result["accuracy"]["points"]
        means = [r for r in rows if r["scope"] == "mean"]
        self.assertEqual(len(points), len(means))
        for point, row in zip(points, means):
            self.assertEqual(point["granularity"], row["grain"])
            self.assertEqual(point["density"], float(row["density_requested"]))
            self.assertEqual(point["accuracy"], float(row["accuracy"]))
            for key, value in point["mean"].items():
                self.assertEqual(value, float(row[key]), key)
        equal = [r for r in rows if r["scope"] == "equal_accuracy"]
        self.assertEqual(len(result["accuracy"]["equal_accuracy"]), len(equal))
        for found, row in zip(result["accuracy"]["equal_accuracy"], equal):
            self.assertEqual(found["loss"], float(row["loss_points"]))
            self.assertEqual(found["costs"]["cycles"] if "costs" in found else None,
                             float(row["cycles"]) if row["cycles"] else None)

    def test_engines_and_threads_do_not_matter(self):
        self.whole_log()
        expected, text = self.compare()
        for options in [["--engine", "clocked"], ["--threads", "1"]]:
            found, _ = self.compare(*options)
            self.assertEqual({**expected, "host": None}, {**found, "host": None})
        self.assertEqual(text, self.compare()[1])

    def test_means_and_spread_are_over_seeds(self):
        first, second = self.prune("fine", 0.5), self.prune("fine", 0.4)
        self.log([self.dense(0.92), self.dense(0.90, seed=2),
                  self.point("fine", 0.5, 0.90, file=first),
                  self.point("fine", 0.5, 0.86, seed=2, file=second)])
        result, out = self.compare()
        self.assertAlmostEqual(0.91, result["accuracy"]["dense"]["accuracy"])
        point = self.point_of(result, "fine", 0.5)
        self.assertAlmostEqual(0.88, point["accuracy"])
        self.assertEqual([0.86, 0.90], [point["accuracy_least"], point["accuracy_most"]])
        cycles = [s["counters"]["cycles"] for s in point["seeds"]]
        self.assertAlmostEqual(sum(cycles) / 2, point["mean"]["cycles"])
        self.assertNotEqual(cycles[0], cycles[1])
        self.assertIn("(mean of 2 seeds, 90.00 to 92.00)", out)
        self.assertIn("spread", out)

    def test_the_last_line_of_a_point_counts_over_all_logs(self):
        name = self.prune("fine", 0.5)
        self.log([self.dense(), self.point("fine", 0.5, 0.7, file=name)])
        self.log([self.point("fine", 0.5, 0.8, file=name), self.point("fine", 0.2, 0.6, file=name)],
                 "nets/more.jsonl")
        self.succeed("compare", "--accuracy", "nets/log.jsonl", "nets/more.jsonl", "--arch",
                     self.arch, "--json", "j.json")
        result = self.load("j.json")
        self.assertEqual(["log.jsonl", "more.jsonl"], result["accuracy"]["logs"])
        self.assertEqual([0.8, 0.6], [p["accuracy"] for p in result["accuracy"]["points"]])

    def test_points_without_a_network_are_pruned_from_the_one_given(self):
        self.log([self.dense(), self.point("fine", 0.5, 0.8), self.point("kernel", 0.2, 0.6),
                  self.point("kernel", 0.5, 0.7, file="gone.h5")])
        outcome = self.scnn("compare", "--accuracy", "nets/log.jsonl", "--network", "nets/dense.h5",
                            "--arch", self.arch, "--json", "j.json")
        self.assertEqual(0, outcome.status, outcome.err)
        self.assertEqual("scnn: note: 3 points without an exported network: --network is pruned to "
                         "the density\n", outcome.err)
        result = self.load("j.json")
        self.succeed("compare", "--network", "nets/dense.h5", "--density", "0.5", "--arch", self.arch,
                     "--json", "c.json", "--granularity", "fine,kernel")
        for compared in self.load("c.json")["granularities"]:
            seed = self.point_of(result, compared["granularity"], 0.5)["seeds"][0]
            self.assertEqual(compared["total"]["counters"], seed["counters"])
            self.assertTrue(seed["pruned_here"])
        self.assertFalse(self.point_of(result, "fine", 1.0)["seeds"][0]["pruned_here"])

    def test_a_point_per_granularity_has_no_line_to_be_equal_on(self):
        self.log([self.dense(), self.point("fine", 0.5, 0.8, file=self.prune("fine", 0.5)),
                  self.point("kernel", 0.2, 0.6, file=self.prune("kernel", 0.2))])
        result, out = self.compare()
        self.assertNotIn("equal accuracy", out)
        self.assertEqual(["below"] * 4, [e["reach"] for e in result["accuracy"]["equal_accuracy"]])

    def test_granularities_and_layers_can_be_chosen(self):
        self.whole_log()
        result, _ = self.compare("--granularity", "kernel", "--layers", "conv2")
        self.assertEqual({"kernel"}, {p["granularity"] for p in result["accuracy"]["points"]})
        self.assertEqual(216, self.point_of(result, "kernel", 0.5)["seeds"][0]["weights"])

    def test_info_shows_the_points_of_the_file(self):
        self.whole_log()
        result, _ = self.compare()
        text = self.succeed("info", "j.json")
        mean = self.point_of(result, "kernel", 0.5)["mean"]
        row = next(l for l in text.splitlines() if l.startswith("kernel") and "0.500" in l).split()
        self.assertEqual(["kernel", "0.500", "86.00", f"{mean['storage_ratio']:.3f}",
                          f"{mean['cycles']:.0f}"], row)


class Refusals(AccuracyTest):
    def refuse_log(self, message, lines, *options):
        self.log(lines)
        self.refuse(message, "compare", "--accuracy", "nets/log.jsonl", *options)

    def test_broken_lines_are_refused_where_they_are(self):
        self.write("nets/log.jsonl", json.dumps(HEADER) + '\n{"stage": "dense", "accuracy": nan}')
        self.refuse('nets/log.jsonl:2: column 32: found "nan", expected a JSON value',
                    "compare", "--accuracy", "nets/log.jsonl")
        self.refuse_log('nets/log.jsonl:2#/accuracy: found "high", expected a number from 0',
                        [{"stage": "dense", "accuracy": "high"}])
        self.refuse_log('nets/log.jsonl:2#/lr: unknown key "lr", expected one of stage, granularity, '
                        "density, density_achieved, seed, epoch, accuracy, images, weight_bits, file",
                        [self.dense(lr=0.1)])
        self.write("nets/log.jsonl", "\x00\x01")
        self.refuse("nets/log.jsonl:1: found binary data, expected JSON text",
                    "compare", "--accuracy", "nets/log.jsonl")
        self.refuse("nets: found a directory, expected a file of JSON lines",
                    "compare", "--accuracy", "nets")

    def test_networks_must_be_there_and_be_pruned_as_the_log_says(self):
        self.refuse_log('nets/log.jsonl:3: has no "file", and --network is missing, expected one of '
                        "the two", [self.dense(), self.point("fine", 0.5, 0.8)])
        self.refuse_log("nets/gone.h5: there is no such file",
                        [self.dense(), self.point("fine", 0.5, 0.8, file="gone.h5")])
        name = self.prune("kernel", 0.5)
        self.refuse_log(f"nets/{name}:/layers/conv1: pruned as kernel, expected fine as "
                        "nets/log.jsonl:3 says",
                        [self.dense(), self.point("fine", 0.5, 0.8, file=name)])

    def test_options_that_do_not_go_together_are_refused(self):
        self.whole_log()
        log = ["compare", "--accuracy", "nets/log.jsonl"]
        self.refuse("--accuracy, --density: both are given, expected at most one of them",
                    *log, "--density", "0.5")
        self.refuse("--granularity: the logs have no point of it, expected another",
                    *log, "--granularity", "vector")
        self.refuse('--accuracy-loss: found "-1", expected points of accuracy from 0, separated by '
                    "commas", *log, "--accuracy-loss=0.5,-1")
        self.refuse('--accuracy-loss: found "1" twice, expected points of accuracy from 0, separated '
                    "by commas", *log, "--accuracy-loss", "1,1")
        self.refuse("--json: names the file of --accuracy, expected another",
                    *log, "--json", "nets/log.jsonl")
        for option in [["--accuracy-loss", "1"], ["--energy", "default"]]:
            self.refuse(f"{option[0]}: found without --accuracy, expected both",
                        "compare", "--network", "nets/dense.h5", *option)
        self.refuse("--network: is missing, expected it (see scnn compare --help)",
                    "compare", "--arch", TINY)


if __name__ == "__main__":
    main()
