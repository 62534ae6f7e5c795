#!/usr/bin/python3
"""Files of Keras 3, Caffe and PyTorch become networks, and take pruned weights back.

Usage: other_layouts_test.py SCNN [unittest options]
"""

import shutil

import h5py
import numpy

from fixtures import conv, given_input, layer, main, numbers, sequential
from layouts import write_caffe, write_keras3, write_torch
from write_back_test import WriteBackTest

PROTOTXT = """
name: "LeNet"   # a comment
layer { name: "data" type: "Input" top: "data" input_param { shape: { dim: 1 dim: 3 dim: 13 dim: 12 } } }
layer {
  name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
  param { lr_mult: 1 } param { lr_mult: 2 }
  convolution_param { num_output: 4 kernel_size: 3 stride: 2 pad: 1
                      weight_filler { type: "xavier" } engine: CAFFE }
}
layer { name: "relu1" type: "ReLU" bottom: "conv1" top: "conv1" }
layer { name: "pool1" type: "Pooling" bottom: "conv1" top: "pool1"
        pooling_param { pool: MAX kernel_size: 2 stride: 2 } }
layer { name: "norm" type: "LRN" bottom: "pool1" top: "norm" lrn_param { local_size: 5 alpha: 1e-4 } }
layer { name: "conv2/3x3" type: "Convolution" bottom: "norm" top: "b"
        convolution_param { num_output: 6 kernel_h: 3 kernel_w: 1 pad_h: 1 pad_w: 0 group: 2 } }
layer { name: "conv2/1x1" type: "Convolution" bottom: "norm" top: "a"
        convolution_param { num_output: 2 kernel_size: [1] dilation: 1 bias_term: false } }
layer { name: "cat" type: "Concat" bottom: "a" bottom: "b" top: "cat" }
layer { name: "only_train" type: "Dropout" bottom: "cat" top: "cat" include { phase: TRAIN } }
layer { name: "fc" type: "InnerProduct" bottom: "cat" top: "fc" inner_product_param { num_output: 5 } }
layer { name: "prob" type: "Softmax" bottom: "fc" top: "prob" }
"""


class Keras3(WriteBackTest):
    kernels = [numbers(3, 3, 3, 4), numbers(3, 3, 4, 4, seed=2), numbers(3, 3, 4, 1),
               numbers(48, 2)]
    topology = {"module": "keras", "class_name": "Functional", "registered_name": None, "config": {
        "name": "net", "layers": [], "input_layers": ["in", 0, 0], "output_layers": ["d", 0, 0]}}
    stored = [("input_layer", "in", []), ("conv2d", "first", [kernels[0], numbers(4)]),
              ("conv2d_1", "second", [kernels[1]]),
              ("batch_normalization", "bn", [numbers(4)] * 4), ("re_lu", "r", []),
              ("depthwise_conv2d", "dw", [kernels[2], numbers(4)]), ("flatten", "f", []),
              ("dense", "d", [kernels[3], numbers(2)])]

    def setUp(self):
        super().setUp()
        def tensor(name):
            return {"class_name": "__keras_tensor__",
                    "config": {"shape": [None], "dtype": "float32", "keras_history": [name, 0, 0]}}

        def placed(entry, *inputs):
            entry["name"] = entry["config"]["name"]
            entry["inbound_nodes"] = [{"args": [tensor(i) for i in inputs], "kwargs": {}}]
            return entry

        dw = layer("DepthwiseConv2D", "dw", kernel_size=[3, 3], strides=[2, 2], padding="same",
                   depth_multiplier=1, data_format="channels_last")
        add = layer("Add", "add")
        add.update(name="add", inbound_nodes=[{"args": [[tensor("first"), tensor("r")]],
                                               "kwargs": {}}])
        source = given_input(8, 6, 3, name="in", inputs=[], key="batch_shape")
        topology = dict(self.topology, config=dict(self.topology["config"]))
        topology["config"]["layers"] = [
            source, placed(conv("first", padding="same"), "in"),
            placed(conv("second", padding="same"), "first"),
            placed(layer("BatchNormalization", "bn"), "second"),
            placed(layer("ReLU", "r", max_value=None, negative_slope=0.0, threshold=0.0), "bn"),
            add, placed(dw, "add"), placed(layer("Flatten", "f"), "dw"),
            placed(layer("Dense", "d", units=2, activation="softmax"), "f")]
        self.write("config.json", topology)

    def check(self, layers):
        self.assertEqual(["first", "second", "dw", "d"], list(layers))
        self.assertEqual([[3, 8, 6], [4, 8, 6], [4, 8, 6], [48, 1, 1]],
                         [a["input_shape"].tolist() for a, _ in layers.values()])
        self.assertEqual([0, 1, 0, 0], [int(a["relu"]) for a, _ in layers.values()])
        self.assertEqual([0, 1, 0, 1], layers["dw"][0]["padding"].tolist())
        self.assertEqual([True, False, True, True], ["bias" in d for _, d in layers.values()])
        for kernel, name in zip(self.kernels[:2], ["first", "second"]):
            numpy.testing.assert_array_equal(kernel.transpose(3, 2, 0, 1), layers[name][1]["weights"])

    def test_layers_are_found_by_their_names(self):
        for on in ["vars", "group"]:
            shuffled = [("conv2d_1" if g == "conv2d" else "conv2d" if g == "conv2d_1" else g, n, v)
                        for g, n, v in self.stored]
            write_keras3(self.path("m.weights.h5"), shuffled, on=on)
            self.check(self.imported("--in", "m.weights.h5", "--topology", "config.json"))

    def test_or_by_class_and_number(self):
        for container in ["layers", "_layer_checkpoint_dependencies"]:
            write_keras3(self.path("m.weights.h5"), self.stored, names=False, container=container)
            self.check(self.imported("--in", "m.weights.h5", "--topology", "config.json"))

    def test_models_within_models(self):
        inner = sequential(conv("x", padding="same"), conv("y", padding="same"), name="inner")
        outer = sequential(given_input(8, 6, 3, key="batch_shape"), conv("x", filters=3, size=1),
                           inner, layer("SeparableConv2D", "s", filters=2, kernel_size=[3, 3],
                                        depth_multiplier=1, padding="valid"))
        self.write("nested.json", outer)
        y = numbers(3, 3, 4, 4)
        for names in [True, False]:
            write_keras3(self.path("m.weights.h5"), [
                ("conv2d", "x", [numbers(1, 1, 3, 3)]),
                ("sequential", "inner", [("conv2d", "x", [numbers(3, 3, 3, 4)]),
                                         ("conv2d_1", "y", [y])]),
                ("separable_conv2d", "s", [numbers(3, 3, 4, 1), numbers(1, 1, 4, 2), numbers(2)])],
                names=names)
            layers = self.imported("--in", "m.weights.h5", "--topology", "nested.json")
            self.assertEqual(["x", "inner_x", "y", "s_depthwise", "s_pointwise"], list(layers))
            numpy.testing.assert_array_equal(y.transpose(3, 2, 0, 1), layers["y"][1]["weights"])
            self.assertIn("bias", layers["s_pointwise"][1])

    def test_a_list_of_layers_will_do(self):
        write_keras3(self.path("m.weights.h5"), self.stored)
        self.write("list.json", {"name": "mine", "input": [3, 8, 6], "layers": [
            {"name": "first", "type": "conv", "padding": "same", "relu": True},
            {"name": "second", "type": "conv", "padding": 1},
            {"name": "dw", "type": "depthwise", "stride": 2, "padding": "same"},
            {"name": "d", "type": "fc"}]})
        layers = self.imported("--in", "m.weights.h5", "--topology", "list.json")
        self.assertEqual([4, 1, 3, 3], list(layers["dw"][1]["weights"].shape))
        self.assertEqual([0, 1, 0, 1], layers["dw"][0]["padding"].tolist())
        self.assertEqual([1, 0, 0, 0], [int(a["relu"]) for a, _ in layers.values()])

    def test_without_a_topology_the_message_says_so(self):
        write_keras3(self.path("m.weights.h5"), self.stored)
        self.refuse("--topology: is missing, expected it: m.weights.h5 holds weights of Keras 3 "
                    "alone, not how layers are connected", "import", "--in", "m.weights.h5", "--out",
                    "net.h5")

    def test_pruned_weights_go_back(self):
        write_keras3(self.path("m.weights.h5"), self.stored)
        self.prune("m.weights.h5", "--topology", "config.json")
        self.compare("m.weights.h5", "pruned.h5", [
            f"layers/{n}/vars/0" for n in ["conv2d", "conv2d_1", "depthwise_conv2d", "dense"]])


class Caffe(WriteBackTest):
    blobs = {"conv1": [numbers(4, 3, 3, 3), numbers(4)], "conv2/3x3": [numbers(6, 2, 3, 1), numbers(6)],
             "conv2/1x1": [numbers(2, 4, 1, 1)], "norm": [], "fc": [numbers(5, 96), numbers(5)]}

    def check(self, layers):
        # conv1: (13 + 2 - 3)/2 + 1 = 7 rows, (12 + 2 - 3)/2 + 1 = 6 columns; pooled, rounded up: 4x3.
        self.assertEqual({
            "conv1": [[3, 13, 12], [4, 3, 3, 3], [2, 2], [1, 1, 1, 1], [1, 1], 1, 1],
            "conv2_3x3": [[4, 4, 3], [6, 2, 3, 1], [1, 1], [1, 1, 0, 0], [1, 1], 2, 0],
            "conv2_1x1": [[4, 4, 3], [2, 4, 1, 1], [1, 1], [0] * 4, [1, 1], 1, 0],
            "fc": [[96, 1, 1], [5, 96, 1, 1], [1, 1], [0] * 4, [1, 1], 1, 0]},
            {n: self.row(one) for n, one in layers.items()})
        numpy.testing.assert_array_equal(self.blobs["conv2/3x3"][0], layers["conv2_3x3"][1]["weights"])
        numpy.testing.assert_array_equal(self.blobs["fc"][0], layers["fc"][1]["weights"][:, :, 0, 0])
        numpy.testing.assert_array_equal(self.blobs["fc"][1], layers["fc"][1]["bias"])

    def test_a_deploy_prototxt_is_the_topology(self):
        write_caffe(self.path("m.caffemodel.h5"), self.blobs)
        self.write("deploy.prototxt", PROTOTXT)
        self.check(self.imported("--in", "m.caffemodel.h5", "--topology", "deploy.prototxt"))

    def test_inputs_as_early_files_state_them(self):
        write_caffe(self.path("m.caffemodel.h5"), self.blobs)
        layers = PROTOTXT.split("\n", 3)[3]
        for head in ['input: "data" input_dim: 1 input_dim: 3 input_dim: 13 input_dim: 12',
                     'input: "data"\ninput_shape { dim: 1 dim: 3 dim: 13 dim: 12 }']:
            self.write("deploy.prototxt", f"name: 'x'\n{head}\n{layers}")
            self.check(self.imported("--in", "m.caffemodel.h5", "--topology", "deploy.prototxt"))
        self.write("deploy.prototxt", f"{head}\n{layers}".replace("layer {", "layers {")
                   .replace('"Convolution"', "CONVOLUTION").replace('"InnerProduct"', "INNER_PRODUCT")
                   .replace('"ReLU"', "RELU"))
        self.check(self.imported("--in", "m.caffemodel.h5", "--topology", "deploy.prototxt"))

    def test_blobs_of_four_dimensions_as_early_files_have_them(self):
        blobs = dict(self.blobs, conv1=[self.blobs["conv1"][0], numbers(4).reshape(1, 1, 1, 4)],
                     fc=[b.reshape(1, 1, *([1] * (2 - b.ndim)), *b.shape) for b in self.blobs["fc"]])
        write_caffe(self.path("m.caffemodel.h5"), blobs)
        self.write("deploy.prototxt", PROTOTXT)
        self.check(self.imported("--in", "m.caffemodel.h5", "--topology", "deploy.prototxt"))

    def test_a_last_window_that_begins_outside_is_not_counted(self):
        # 7x6 pooled by 2 with padding 1 and stride 3: ceil(7/3)+1 = 4 begins at row 9 of 8: 3x3.
        write_caffe(self.path("m.caffemodel.h5"), dict(self.blobs, fc=[numbers(5, 72)]))
        self.write("deploy.prototxt", PROTOTXT.replace("pool: MAX kernel_size: 2 stride: 2",
                                                       "pool: MAX kernel_size: 2 stride: 3 pad: 1"))
        layers = self.imported("--in", "m.caffemodel.h5", "--topology", "deploy.prototxt")
        self.assertEqual([4, 3, 3], layers["conv2_1x1"][0]["input_shape"].tolist())

    def test_a_text_that_is_no_prototxt_names_its_line(self):
        write_caffe(self.path("m.caffemodel.h5"), self.blobs)
        arguments = ["import", "--in", "m.caffemodel.h5", "--topology", "t", "--out", "net.h5"]
        for text, message in [
                ("name: 'x'\nlayer { name }", 't: line 2: found "}" after name, expected ":" or "{"'),
                ("layer {\n name: 'a'\n", "t: line 3: found the end of the file in layer"),
                ("name: 'a", "t: line 1: found a string without an end"),
                ("name: 'a'\n}", 't: line 2: found "}" that closes nothing'),
                ("name:", "t: line 1: found the end of the file, expected a value"),
                ("name: ''", "t: line 1: describes no layers, expected a deploy prototxt"),
                ("a {" * 40, "t: line 1: messages nested deeper than 32 levels, expected at most that"),
                (PROTOTXT.replace("stride: 2 pad", "stride: two pad"),
                 't: line 7: stride is "two", expected an integer from 1 to 16777216')]:
            with self.subTest(message):
                self.write("t", text)
                self.refuse(message, *arguments)

    def test_pruned_weights_go_back(self):
        write_caffe(self.path("m.caffemodel.h5"), self.blobs)
        self.write("deploy.prototxt", PROTOTXT)
        self.prune("m.caffemodel.h5", "--topology", "deploy.prototxt")
        self.compare("m.caffemodel.h5", "pruned.h5", [f"data/{n}/0" for n, b in self.blobs.items() if b])


class Torch(WriteBackTest):
    topology = {"input": [3, 9, 9], "layers": [
        {"name": "features.0", "type": "conv", "stride": 2, "padding": 1, "relu": True},
        {"type": "max_pool", "kernel": 3, "stride": 2, "padding": 1, "ceil": True},
        {"name": "skip", "type": "dropout"},
        {"name": "features.3", "type": "conv", "padding": [1, 1], "groups": 2},
        {"type": "batch_norm"},
        {"name": "sum", "type": "add", "inputs": ["skip", "batch_norm5"]},
        {"type": "relu"},
        {"type": "resize", "size": [2, 2]},
        {"name": "fc", "type": "fc"}]}
    tensors = {"features.0.weight": numbers(4, 3, 3, 3), "features.0.bias": numbers(4),
               "features.3.weight": numbers(4, 2, 3, 3), "features.4.running_mean": numbers(4),
               "fc.weight": numbers(6, 16), "fc.bias": numbers(6)}

    def setUp(self):
        super().setUp()
        self.write("t.json", self.topology)

    def check(self, layers):
        self.assertEqual({
            "features.0": [[3, 9, 9], [4, 3, 3, 3], [2, 2], [1, 1, 1, 1], [1, 1], 1, 1],
            "features.3": [[4, 3, 3], [4, 2, 3, 3], [1, 1], [1, 1, 1, 1], [1, 1], 2, 0],
            "fc": [[16, 1, 1], [6, 16, 1, 1], [1, 1], [0] * 4, [1, 1], 1, 0]},
            {n: self.row(one) for n, one in layers.items()})
        numpy.testing.assert_array_equal(self.tensors["fc.weight"],
                                         layers["fc"][1]["weights"][:, :, 0, 0])

    def test_a_state_dict(self):
        for prefix in ["", "module."]:
            write_torch(self.path("m.h5"), {prefix + n: v for n, v in self.tensors.items()})
            self.check(self.imported("--in", "m.h5", "--topology", "t.json"))

    def pruned(self, dtype="float32"):
        tensors = dict(self.tensors)
        weight = tensors.pop("features.0.weight")
        mask = (numpy.random.default_rng(3).random(weight.shape) < 0.5).astype(dtype)
        tensors.update({"features.0.weight_orig": weight, "features.0.weight_mask": mask})
        write_torch(self.path("m.h5"), tensors)
        return weight, mask.astype(bool)

    def test_a_mask_beside_the_weights_is_their_pruning(self):
        for dtype in ["float32", "uint8", "bool"]:
            weight, mask = self.pruned(dtype)
            layers = self.imported("--in", "m.h5", "--topology", "t.json")
            self.check(layers)
            numpy.testing.assert_array_equal(numpy.where(mask, weight, 0),
                                             layers["features.0"][1]["weights"])
            numpy.testing.assert_array_equal(mask, layers["features.0"][1]["mask"])

    def test_pruning_goes_into_the_mask_where_there_is_one(self):
        weight, mask = self.pruned()
        self.prune("m.h5", "--topology", "t.json", density="0.2")
        _, new = self.compare("m.h5", "pruned.h5", ["features.0.weight_mask", "features.3.weight",
                                                    "fc.weight"])
        kept = new["features.0.weight_mask"] != 0
        self.assertEqual(round(0.2 * weight.size), kept.sum())
        self.assertTrue(mask[kept].all())
        self.assertLessEqual(abs(weight[mask & ~kept]).max(), abs(weight[kept]).min())

    def test_names_with_slashes_lead_through_groups_and_no_link(self):
        write_torch(self.path("m.h5"), {"block/conv.weight": numbers(4, 3, 3, 3), "x.weight": [1.0]})
        self.write("t.json", {"input": [3, 8, 8], "layers": [{"name": "block/conv", "type": "conv"}]})
        arguments = ["--in", "m.h5", "--topology", "t.json"]
        self.assertEqual(["block_conv"], list(self.imported(*arguments)))
        with h5py.File(self.path("m.h5"), "a") as file:
            file.move("block", "other")
        shutil.copy(self.path("m.h5"), self.path("n.h5"))
        self.path("net.h5").unlink()
        with h5py.File(self.path("m.h5"), "a") as file:
            file["block"] = h5py.ExternalLink("n.h5", "/other")
        self.refuse("m.h5:/block: is a link to another file, expected a group", "import", *arguments,
                    "--out", "net.h5")

    def test_a_list_with_mistakes_is_refused(self):
        write_torch(self.path("m.h5"), self.tensors)
        arguments = ["import", "--in", "m.h5", "--topology", "t.json", "--out", "net.h5"]

        def spoil(index, message, **change):
            layers = [dict(one) for one in self.topology["layers"]]
            layers[index].update(change)
            self.write("t.json", dict(self.topology, layers=layers))
            self.refuse(message, *arguments)

        spoil(0, 't.json#/layers/0/strides: unknown key "strides", did you mean "stride"?', strides=2)
        spoil(0, "t.json#/layers/0/padding: found -1, expected an integer from 0 to 16777216, or a "
                 "list of two", padding=-1)
        spoil(3, 't.json#/layers/3/inputs: found "later", expected the name of a layer before this '
                 'one, or "input"', inputs=["later"])
        spoil(3, 't.json#/layers/3/name: is the second layer "features.0"', name="features.0")
        spoil(8, 'm.h5:/: has no weights for layer fc2 (fc), expected a dataset fc2.weight', name="fc2")
        spoil(3, "t.json#/layers/3: layer features.3 (conv): its kernel features.3.weight is for 2 "
                 "input channels, but it reads 4", groups=1)
        self.write("t.json", {"layers": []})
        self.refuse("t.json#/input: found null, expected a list of integers, each an integer from 1 "
                    "to 16777216", *arguments)


if __name__ == "__main__":
    main()
