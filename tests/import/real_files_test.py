#!/usr/bin/python3
"""Files that frameworks wrote: imported, compared with shapes computed here, and run.

Usage: real_files_test.py SCNN [unittest options]; skipped (77) without SCNN_TEST_DATA
"""

import json
import os
import pathlib
import sys

import h5py
import numpy

from fixtures import ImportTest, main

FOLDER = pathlib.Path(os.environ.get("SCNN_TEST_DATA", "")) / "data/imports"
WHOLE = {"keras2_resnet8_cifar10.h5": 10, "keras2_mobilenet_vww.h5": 28,
         "keras2_mini_xception.hdf5": 23, "keras2_mnist.h5": 5}
# Multiplies of the whole network, summed by hand from the models' papers and sources.
MULTIPLIES = {"keras2_resnet8_cifar10.h5": 12_501_632, "keras2_mobilenet_vww.h5": 7_489_664,
              "keras2_mnist.h5": 281_640}


def window(size, kernel, stride, padding):
    """Extent after a window as TensorFlow documents it, and the padding of both sides."""
    if padding == "valid":
        return (size - kernel + stride) // stride, [0, 0]
    out = (size + stride - 1) // stride
    total = max(kernel - stride, 0) if size % stride == 0 else max(kernel - size % stride, 0)
    return out, [total // 2, total - total // 2]


def table_of(model):
    """Rows [name, C, H, W, K, R, S, stride, padding] of a model's JSON, by recursion over readers."""
    layers = model["config"] if isinstance(model["config"], list) else model["config"]["layers"]
    shapes, rows, previous = {}, [], None
    for entry in layers:
        config, kind = entry["config"], entry["class_name"]
        name = config["name"]
        inbound = entry.get("inbound_nodes")
        if inbound:
            inputs = [shapes[i[0]] for i in inbound[0]]
        elif "batch_input_shape" in config and previous is None:
            inputs = [tuple(config["batch_input_shape"][1:])]
        else:
            inputs = [previous]
        shape = inputs[0]
        if kind in {"Conv2D", "DepthwiseConv2D", "SeparableConv2D", "MaxPooling2D",
                    "AveragePooling2D"}:
            h, w, channels = shape
            size = config.get("kernel_size") or config["pool_size"]
            (ho, rows_padding), (wo, columns_padding) = (
                window(n, k, s, config["padding"])
                for n, k, s in zip((h, w), size, config["strides"]))
            edge = [*config["strides"], *rows_padding, *columns_padding]
            filters = config.get("filters", channels)
            if kind == "SeparableConv2D":
                rows.append([name + "_depthwise", channels, h, w, channels, *size, *edge])
                rows.append([name + "_pointwise", channels, ho, wo, filters, 1, 1, 1, 1, 0, 0, 0, 0])
            elif "kernel_size" in config:
                rows.append([name, channels, h, w, filters, *size, *edge])
            shape = (ho, wo, filters)
        elif kind == "Dense":
            rows.append([name, shape[-1], 1, 1, config["units"], 1, 1, 1, 1, 0, 0, 0, 0])
            shape = (config["units"],)
        elif kind == "Flatten":
            shape = (int(numpy.prod(shape)),)
        elif kind == "GlobalAveragePooling2D":
            shape = shape[-1:]
        elif kind == "Reshape":
            shape = tuple(config["target_shape"])
        else:
            assert kind in {"InputLayer", "BatchNormalization", "Activation", "Add", "Dropout"}, kind
        shapes[name] = previous = shape
    return rows


def multiplies_of(result):
    shapes = [one["shape"] for one in result["layers"]]
    return sum(s["K"] * s["Ho"] * s["Wo"] * s["C"] // s["groups"] * s["R"] * s["S"] for s in shapes)


class RealFiles(ImportTest):
    def check(self, model, layers):
        expected = table_of(model)
        found = [[n, *a["input_shape"], d["weights"].shape[0], *d["weights"].shape[2:], *a["stride"],
                  *a["padding"]] for n, (a, d) in layers.items()]
        self.assertEqual(expected, [[x if isinstance(x, str) else int(x) for x in r] for r in found])

    def run_network(self):
        self.succeed("run", "--network", "net.h5", "--json", "r.json")
        return self.load("r.json")

    def test_whole_models(self):
        for name, count in WHOLE.items():
            with self.subTest(name):
                layers = self.imported("--in", FOLDER / name)
                self.assertEqual(count, len(layers))
                with h5py.File(FOLDER / name) as file:
                    text = file.attrs["model_config"]
                    self.check(json.loads(text), layers)
                    weights = file["model_weights"]
                    for key, (_, datasets) in layers.items():
                        owner = key.removesuffix("_depthwise").removesuffix("_pointwise")
                        part = key[len(owner) + 1:] + "_kernel" if key != owner else None
                        stored = {n.decode().split("/")[-1]: weights[owner][n.decode()][...]
                                  for n in weights[owner].attrs["weight_names"]}
                        kernel = stored.get(f"{part}:0", stored.get("kernel:0"))
                        if kernel is None or part == "depthwise_kernel":
                            kernel = stored["depthwise_kernel:0"]
                            kernel = kernel.reshape(*kernel.shape[:2], 1, -1)
                        if kernel.ndim == 2:
                            kernel = kernel[None, None]
                        numpy.testing.assert_array_equal(numpy.moveaxis(kernel, (3, 2), (0, 1)),
                                                         datasets["weights"])
                result = self.run_network()
                if name in MULTIPLIES:
                    self.assertEqual(MULTIPLIES[name], multiplies_of(result))

    def test_weights_alone(self):
        topology = FOLDER / "keras2_mnist_topology.json"
        layers = self.imported("--in", FOLDER / "keras2_mnist_weights_only.h5", "--topology", topology)
        self.check(json.loads(topology.read_text()), layers)
        self.run_network()

    def test_a_state_dict_of_pytorch_with_a_list_of_layers(self):
        layers = [{"name": "conv1", "type": "conv", "padding": 1}, {"type": "batch_norm"},
                  {"name": "out", "type": "relu"}]
        last, expected = "out", {"conv1": [3, 32, 32]}
        for stage, block in [(s, b) for s in (1, 2, 3) for b in (0, 1, 2)]:
            name = f"layer{stage}.{block}"
            strided = stage > 1 and block == 0
            layers += [
                {"name": f"{name}.conv1", "type": "conv", "padding": 1, "inputs": [last],
                 "stride": 2 if strided else 1},
                {"type": "batch_norm"}, {"type": "relu"},
                {"name": f"{name}.conv2", "type": "conv", "padding": 1},
                {"name": f"{name}.bn2", "type": "batch_norm"},
                # A shortcut that pads channels with zeros has no layer; its sum's shape is bn2's.
                {"name": f"{name}.sum", "type": "add",
                 "inputs": [f"{name}.bn2"] + ([] if strided else [last])},
                {"name": name, "type": "relu"}]
            channels, side = 8 << stage, 64 >> stage
            expected[f"{name}.conv1"] = [channels // 2, 2 * side, 2 * side] if strided else \
                [channels, side, side]
            expected[f"{name}.conv2"] = [channels, side, side]
            last = name
        layers += [{"type": "global_pool"}, {"name": "linear", "type": "fc"}]
        expected["linear"] = [64, 1, 1]
        self.write("t.json", {"input": [3, 32, 32], "layers": layers})
        found = self.imported("--in", FOLDER.parent / "resnet20_cifar10_state_dict.h5", "--topology",
                              "t.json")
        self.assertEqual(expected, {n: a["input_shape"].tolist() for n, (a, _) in found.items()})
        self.assertEqual({n for n in expected if not n.endswith("conv2")} - {"linear"},
                         {n for n, (a, _) in found.items() if a["relu"]})
        self.assertEqual(40_551_040, multiplies_of(self.run_network()))

    def test_relus_are_where_the_models_have_them(self):
        layers = self.imported("--in", FOLDER / "keras2_resnet8_cifar10.h5")
        # Added before the ReLU: the second convolution of a block, and every projection.
        self.assertEqual({"conv2d", "conv2d_1", "conv2d_3", "conv2d_6"},
                         {n for n, (a, _) in layers.items() if a["relu"]})
        layers = self.imported("--in", FOLDER / "keras2_mobilenet_vww.h5")
        self.assertEqual({"dense"}, {n for n, (a, _) in layers.items() if not a["relu"]})


if __name__ == "__main__":
    if not FOLDER.is_dir():
        print(f"skipped: no folder {FOLDER}")
        sys.exit(77)
    main()
