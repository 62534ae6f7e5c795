#!/usr/bin/python3
"""The trained networks of the repository, and the script that makes them.

Usage: trained_test.py SCNN [unittest options]
"""

import json
import subprocess
import sys
import time

import h5py
import numpy

from program import ROOT, ProgramTest, main

sys.path.insert(0, str(ROOT / "tools"))
import trained_networks  # noqa: E402

FOLDER = ROOT / "workloads/trained/resnet20"
GRAINS = ["fine", "vector", "kernel", "filter"]
LIMIT = 1_500_000  # bytes of all files


class Shipped(ProgramTest):
    def test_they_are_small_and_say_where_they_come_from(self):
        files = sorted(FOLDER.iterdir())
        self.assertLess(sum(f.stat().st_size for f in files), LIMIT)
        self.assertIn("Copyright (c) 2018, Yerlan Idelbayev", (FOLDER / "LICENSE").read_text())
        networks = [f for f in files if f.suffix == ".h5"]
        self.assertEqual(4, len(networks))
        for path in networks:
            with h5py.File(path) as file:
                self.assertIn("BSD-2-Clause", file.attrs["license"])
                self.assertIn("akamaster/pytorch_resnet_cifar10", file.attrs["source"])

    def test_inputs_are_those_that_the_pattern_gives(self):
        header = json.loads((FOLDER / "accuracy.jsonl").read_text().splitlines()[0])
        mean, std = (numpy.array(header[k])[:, None, None] for k in ("mean", "std"))
        picture = (trained_networks.pattern() - mean) / std
        for path in FOLDER.glob("*.h5"):
            with h5py.File(path) as file:
                for name, value in trained_networks.forward(file, picture).items():
                    stored = file["layers"][name]["input"]
                    step = stored.attrs["scale"]
                    self.assertLessEqual(numpy.abs(stored[...] * step - value).max(), 0.5001 * step)

    def test_they_run_and_have_the_accuracies_of_the_log(self):
        log = FOLDER / "accuracy.jsonl"
        self.succeed("compare", "--accuracy", log, "--arch", ROOT / "configs/regularity.json", "--json",
                     "c.json")
        points = self.load("c.json")["accuracy"]["points"]
        self.assertEqual(GRAINS, [p["granularity"] for p in points])
        lines = [json.loads(text) for text in log.read_text().splitlines()]
        for point in points:
            line = next(x for x in lines if x.get("granularity") == point["granularity"])
            self.assertEqual(line["accuracy"], point["accuracy"])
            self.assertEqual(line["file"], point["seeds"][0]["file"])
            self.assertLess(point["mean"]["density"], 1)
        self.assertTrue(self.load("c.json")["host"]["verified"])


def shifted(weights, value, stride):
    """A convolution with padding 1, shift by shift."""
    padded = numpy.pad(value, ((0, 0), (1, 1), (1, 1)))
    rows, columns = value.shape[1:]
    out = numpy.zeros((weights.shape[0], rows, columns))
    for r in range(3):
        for s in range(3):
            part = padded[:, r:r + rows, s:s + columns]
            for k in range(weights.shape[0]):
                out[k] += (weights[k, :, r, s, None, None] * part).sum(axis=0)
    return out[:, ::stride, ::stride]


class Script(ProgramTest):
    """Two blocks and a linear layer, exported as the study does."""

    def setUp(self):
        super().setUp()
        generator = numpy.random.default_rng(3)
        layers = [("conv1", 3, 2, 1), ("b0.conv1", 2, 2, 1), ("b0.conv2", 2, 2, 1),
                  ("b1.conv1", 2, 4, 2), ("b1.conv2", 4, 4, 1)]
        self.weights = {name: generator.integers(-50, 50, (k, c, 3, 3)).astype(numpy.int8)
                        for name, c, k, _ in layers}
        self.strides = {name: stride for name, _, _, stride in layers}
        self.bias = {name: generator.normal(size=k).astype(numpy.float32) for name, _, k, _ in layers}
        self.linear = generator.integers(-50, 50, (3, 4, 1, 1)).astype(numpy.int8)
        self.inputs = self.through(generator.normal(size=(3, 32, 32)))
        with h5py.File(self.path("fine.h5"), "w") as file:
            file.attrs.update(format="scnn-network", version=1, name="n")
            group = file.create_group("layers")
            group.attrs.create("order", [*self.weights, "linear"], dtype=h5py.string_dtype())
            for name, values in [*self.weights.items(), ("linear", self.linear)]:
                self.add(group.create_group(name), name, values)
        self.log("fine.h5")

    def log(self, file):
        lines = [{"format": "scnn-accuracy", "version": 1, "network": "n", "mean": [.5, .4, .3],
                  "std": [.2, .2, .25]}, {"stage": "dense", "accuracy": .8},
                 {"stage": "adapted", "accuracy": .9},
                 {"stage": "quantised", "accuracy": .89, "file": "dense.h5"},
                 {"stage": "quantised", "granularity": "fine", "density": .4, "seed": 1,
                  "accuracy": .88, "file": file}]
        self.write("accuracy.jsonl", "".join(json.dumps(line) + "\n" for line in lines))

    def add(self, layer, name, values):
        conv = name != "linear"
        layer.attrs.update(kind="conv" if conv else "fc", stride=[self.strides.get(name, 1)] * 2,
                           padding=[int(conv)] * 4, dilation=[1, 1], groups=1, relu=1,
                           input_shape=self.inputs[name].shape)
        layer["weights"] = values
        layer["weights"].attrs["scale"] = 0.01
        layer["bias"] = self.bias.get(name, numpy.zeros(3, numpy.float32))
        layer["input"] = self.inputs[name].astype(numpy.float32)

    def through(self, picture):
        """What each layer reads."""
        def conv(name, value):
            return shifted(self.weights[name] * 0.01, value, self.strides[name]) + \
                self.bias[name][:, None, None]
        rectified = lambda value: numpy.maximum(value, 0)  # noqa: E731
        a = rectified(conv("conv1", picture))
        b = rectified(conv("b0.conv1", a))
        c = rectified(conv("b0.conv2", b) + a)
        d = rectified(conv("b1.conv1", c))
        short = numpy.zeros((4, 16, 16))
        short[1:3] = c[:, ::2, ::2]
        e = rectified(conv("b1.conv2", d) + short)
        return {"conv1": picture, "b0.conv1": a, "b0.conv2": b, "b1.conv1": c, "b1.conv2": d,
                "linear": e.mean(axis=(1, 2)).reshape(-1, 1, 1)}

    def make(self):
        return subprocess.run([ROOT / "tools/trained_networks.py", self.path("accuracy.jsonl"),
                               "--points", "fine=0.4", "--out", self.path("out")],
                              capture_output=True, text=True, check=False)

    def test_the_pattern_takes_the_place_of_the_photograph(self):
        done = self.make()
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        picture = (trained_networks.pattern() - numpy.array([.5, .4, .3])[:, None, None]) / \
            numpy.array([.2, .2, .25])[:, None, None]
        with h5py.File(self.path("out/fine-0.4.h5")) as file:
            for name, value in self.through(picture).items():
                layer = file["layers"][name]
                step = layer["input"].attrs["scale"]
                self.assertLessEqual(numpy.abs(layer["input"][...] * step - value).max(), 0.51 * step)
                expected = self.weights.get(name, self.linear)
                self.assertTrue((expected == layer["weights"][...]).all())
        lines = [json.loads(t) for t in self.path("out/accuracy.jsonl").read_text().splitlines()]
        self.assertEqual([None, "dense", "adapted", "quantised", "quantised"],
                         [line.get("stage") for line in lines])
        self.assertNotIn("file", lines[3])
        self.assertEqual("fine-0.4.h5", lines[4]["file"])
        self.succeed("run", "--network", "out/fine-0.4.h5")

    def test_the_same_exports_give_the_same_files(self):
        self.make()
        before = {p.name: p.read_bytes() for p in self.path("out").iterdir()}
        time.sleep(1.1)  # times in files are in seconds
        self.make()
        for path in self.path("out").iterdir():
            self.assertTrue(before[path.name] == path.read_bytes(), path.name)

    def test_an_export_of_another_network_is_refused(self):
        with h5py.File(self.path("fine.h5"), "a") as file:
            file["layers/b1.conv2/input"][0, 3, 3] += 5
        done = self.make()
        self.assertEqual(2, done.returncode)
        self.assertIn("fine.h5: layer b1.conv2 has another input", done.stderr)
        self.assertEqual([], list(self.path("out").glob("*.h5")))
        self.log("gone.h5")
        self.assertEqual(2, self.make().returncode)


if __name__ == "__main__":
    main()
