#!/usr/bin/python3
"""tools/prune_retrain.py prunes, retrains, measures and exports.

Usage: short_run_test.py SCNN [unittest options]; skipped (77) without PyTorch
"""

import sys

import numpy

from retraining import RetrainTest, grains, layers_of, main

PRUNED = ["block.0", "last"]


class ShortRun(RetrainTest):
    STEPS = [0.6, 0.25]
    GRANULARITIES = ["vector", "filter"]

    def setUp(self):
        super().setUp()
        self.printed = self.train("out", "--granularity", "vector,filter", "--schedule", "0.6,0.25",
                                  "--adapt-epochs", 12, "--epochs", 3, "--batch", 16,
                                  "--adapt-learning-rate", 0.1, "--learning-rate", 0.05,
                                  "--quick-images", 10, "--crop-padding", 1, "--no-flip")
        self.points = [(g, d) for g in self.GRANULARITIES for d in self.STEPS]

    def exported(self, granularity, density):
        return layers_of(self.path(f"out/networks/{granularity}-{density:g}-s1.h5"))

    def test_the_whole_of_it(self):
        self.check_log()
        for granularity in self.GRANULARITIES:
            self.check_masks(granularity)
        for name in self.names():
            with self.subTest(name):
                self.check_integers(layers_of(self.path("out") / name))
                self.succeed("run", "--network", f"out/{name}")
        self.check_reproduced()

    def names(self):
        return [entry["file"] for entry in self.log("out") if "file" in entry]

    def check_log(self):
        log = self.log("out")
        self.assertEqual(["dense", "adapted", "quantised"] +
                         ["pruned", "retrained", "quantised"] * len(self.points),
                         [entry["stage"] for entry in log])
        for (granularity, density), lines in zip(self.points, zip(*[iter(log[3:])] * 3)):
            for entry in lines:
                self.assertEqual((granularity, density, 1), (entry["granularity"], entry["density"],
                                                             entry["seed"]))
                self.assertAlmostEqual(density, entry["density_achieved"], delta=0.1)
            self.assertEqual([10, 64, 64], [entry["images"] for entry in lines])
            self.assertEqual([0, 3, 3], [entry["epoch"] for entry in lines])
            self.assertEqual(f"networks/{granularity}-{density:g}-s1.h5", lines[2]["file"])
            self.assertEqual(8, lines[2]["weight_bits"])
        accuracy = {(e["stage"], e.get("granularity"), e.get("density")): e["accuracy"] for e in log}
        self.assertLess(accuracy["dense", None, None], 0.6)
        self.assertGreater(accuracy["adapted", None, None], 0.9, "it did not learn")
        self.assertGreater(accuracy["quantised", "vector", 0.6], 0.9, "retraining broke it")
        self.assertEqual(len(log), len(self.printed.splitlines()))

    def check_masks(self, granularity):
        """Only what may be pruned is; whole grains; what was pruned stays pruned."""
        before = None
        for density in self.STEPS:
            layers = self.exported(granularity, density)
            self.assertEqual(PRUNED, [n for n in layers if "mask" in layers[n][1]])
            masks = {n: layers[n][1]["mask"] for n in PRUNED}
            for name, mask in masks.items():
                weights, marks = layers[name][1]["weights"], layers[name][2]["mask"]
                self.assertEqual((granularity, density),
                                 (marks["granularity"], marks["density_requested"]))
                self.assertEqual(mask.mean(), marks["density_achieved"])
                rows = grains(mask, granularity)
                self.assertTrue((rows == rows[:, :1]).all())
                self.assertFalse(weights[mask == 0].any(), "a pruned weight came back")
                self.assertTrue(weights[mask == 1].any())
            if before is not None:
                self.assertFalse(any((masks[n] > before[n]).any() for n in PRUNED))
            before = masks

    def check_integers(self, layers):
        for name, (attributes, values, marks) in layers.items():
            self.assertEqual(numpy.int8, values["weights"].dtype)
            self.assertEqual(127, abs(values["weights"].astype(int)).max())
            self.assertGreater(marks["weights"]["scale"], 0)
            self.assertEqual("fc" if name == "linear" else "conv", attributes["kind"])
        from retrain import pictures  # pylint: disable=import-outside-toplevel
        first = pictures.decoded(self.path("pictures/test/columns/000.png"), None)
        expected = (first / 255 - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]
        numpy.testing.assert_allclose(layers["first"][1]["input"], expected.transpose(2, 0, 1),
                                      rtol=1e-4, atol=1e-5)

    def check_reproduced(self):
        """The accuracies in the log are those of the files."""
        words = [word for name in self.names() for word in ("--evaluate", f"out/{name}")]
        printed = self.train("other", *words).splitlines()
        self.assertEqual([f"out/{entry['file']}: {entry['accuracy']:.4f} of 64"
                          for entry in self.log("out") if "file" in entry], printed)


class Sensitivity(RetrainTest):
    def test_densities_follow_from_a_scan(self):
        options = ["--granularity", "fine", "--adapt-epochs", 6, "--batch", 16,
                   "--adapt-learning-rate", 0.1, "--crop-padding", 0]
        self.train("out", *options, "--sensitivity", "--schedule", "0.7,0.4,0.1")
        scan = self.load("out/sensitivity-fine-s1.json")
        self.assertEqual(PRUNED, list(scan["layers"]))
        for layer in scan["layers"].values():
            self.assertEqual([0.7, 0.4, 0.1], [density for density, _ in layer["accuracy"]])
        entries = [e for e in self.log("out") if e["stage"] == "sensitivity"]
        self.assertEqual([(d, n) for d in (0.7, 0.4, 0.1) for n in PRUNED],
                         [(e["density"], e["layer"]) for e in entries])
        self.assertEqual(scan["layers"]["last"]["accuracy"][2][1], entries[5]["accuracy"])

        self.train("out", *options, "--from-sensitivity", "--schedule", "0.5,0.3", "--epochs", 0.5)
        for density in (0.5, 0.3):
            chosen = self.load(f"out/densities/fine-{density:g}-s1.json")
            self.assertEqual(PRUNED, list(chosen))
            entry = [e for e in self.log("out") if e.get("density") == density][-1]
            self.assertEqual("quantised", entry["stage"])
            self.assertAlmostEqual(density, entry["density_achieved"], delta=0.005)

    def test_densities_that_are_given_and_layers_that_are_skipped(self):
        self.write("densities.json", {"block.*": 0.5, "*": 0.25})
        self.train("out", "--granularity", "kernel", "--densities", "densities.json", "--epochs", 0.1,
                   "--skip", "last", "--linear", "--batch", 16)
        layers = layers_of(self.path("out/networks/kernel-given-s1.h5"))
        self.assertEqual({"first": 0.25, "block.0": 0.5, "linear": 0.25},
                         {n: round(float(one[1]["mask"].mean()), 2) for n, one in layers.items()
                          if "mask" in one[1]})


if __name__ == "__main__":
    sys.exit(main())
