#!/usr/bin/python3
"""Files of Keras 2 become networks. Usage: keras2_test.py SCNN [unittest options]"""

import numpy
import h5py

from fixtures import (ImportTest, conv, functional, given_input, layer, main, named, numbers,
                      sequential)


def convolved(image, kernel, stride, padding):
    """A dense convolution of [H][W][C] with [kh][kw][C][K] as Keras defines it, by loops."""
    kh, kw, _, filters = kernel.shape
    h, w, _ = image.shape
    if padding == "same":
        out = [-(-h // stride), -(-w // stride)]
        total = [max((o - 1) * stride + k - n, 0) for o, k, n in zip(out, (kh, kw), (h, w))]
        image = numpy.pad(image, [(t // 2, t - t // 2) for t in total] + [(0, 0)])
    else:
        out = [(h - kh) // stride + 1, (w - kw) // stride + 1]
    result = numpy.zeros((*out, filters))
    for y in range(out[0]):
        for x in range(out[1]):
            patch = image[y * stride:y * stride + kh, x * stride:x * stride + kw]
            result[y, x] = numpy.tensordot(patch, kernel, 3)
    return result


class Layouts(ImportTest):
    """One small model, written in every way Keras 2 and h5py write strings and datasets."""

    model = sequential(given_input(6, 5, 3), conv("c", filters=4, padding="same"),
                       layer("Activation", "r", activation="relu"),
                       layer("Flatten", "f", data_format="channels_last"),
                       layer("Dense", "d", units=2, activation="softmax", use_bias=False))
    kernel, bias, matrix = numbers(3, 3, 3, 4), numbers(4), numbers(120, 2)
    weights = {"input_1": [], "c": named("c", **{"kernel": kernel, "bias": bias}), "r": [], "f": [],
               "d": named("d", kernel=matrix)}

    def check(self, layers, dtype="float32"):
        self.assertEqual(["c", "d"], list(layers))
        self.assertEqual([[3, 6, 5], [4, 3, 3, 3], [1, 1], [1, 1, 1, 1], [1, 1], 1, 1],
                         self.row(layers["c"]))
        self.assertEqual([[120, 1, 1], [2, 120, 1, 1], [1, 1], [0, 0, 0, 0], [1, 1], 1, 0],
                         self.row(layers["d"]))
        self.assertEqual(("conv", "fc"), tuple(layers[n][0]["kind"] for n in "cd"))
        kernel = self.kernel.astype(dtype).astype("float32")
        numpy.testing.assert_array_equal(kernel.transpose(3, 2, 0, 1), layers["c"][1]["weights"])
        numpy.testing.assert_array_equal(self.bias, layers["c"][1]["bias"])
        numpy.testing.assert_array_equal(self.matrix.T[:, :, None, None], layers["d"][1]["weights"])
        self.assertNotIn("bias", layers["d"][1])

    def test_strings_of_every_kind(self):
        for strings in ["fixed", "ascii", "utf8"]:
            with self.subTest(strings):
                self.check(self.imported("--in", self.keras2(self.model, self.weights,
                                                             strings=strings)))

    def test_names_split_over_attributes(self):
        for split in [1, 2]:
            self.check(self.imported("--in", self.keras2(self.model, self.weights, split=split)))

    def test_an_empty_list_of_weights_is_a_vector_of_doubles(self):
        name = self.keras2(self.model, self.weights)
        with h5py.File(self.path(name)) as file:
            self.assertEqual("float64", file["model_weights/r"].attrs["weight_names"].dtype)
        self.check(self.imported("--in", name))

    def test_chunked_and_compressed_datasets(self):
        for options in [{"chunks": True}, {"compression": "gzip", "shuffle": True},
                        {"fletcher32": True}]:
            self.check(self.imported("--in", self.keras2(self.model, self.weights,
                                                         options=options)))

    def test_weights_of_other_widths(self):
        for dtype in [">f4", "float16", "float64"]:
            with self.subTest(dtype):
                weights = dict(self.weights,
                               c=named("c", kernel=self.kernel.astype(dtype), bias=self.bias))
                self.check(self.imported("--in", self.keras2(self.model, weights)), dtype)

    def test_weights_alone_with_a_topology_beside_them(self):
        name = self.keras2(None, self.weights, whole=False)
        self.write("t.json", self.model)
        self.check(self.imported("--in", name, "--topology", "t.json"))
        self.check(self.imported("--in", name, "--topology", "t.json", "--format", "keras2"))

    def test_weights_in_order_before_they_had_these_names(self):
        weights = dict(self.weights, c=[("c_W_1:0", self.kernel), ("c_b_1:0", self.bias)],
                       d=[("d_W_1:0", self.matrix)])
        self.check(self.imported("--in", self.keras2(self.model, weights)))

    def test_names_as_keras_3_writes_them_into_this_layout(self):
        model = {"module": "keras", "class_name": "Sequential", "registered_name": None,
                 "config": {"name": "net", "dtype": {"module": "keras", "config": {}}, "layers": [
                     given_input(6, 5, 3, key="batch_shape"), *self.model["config"]["layers"][1:]]}}
        weights = dict(self.weights,
                       c=[("sequential/c/kernel", self.kernel), ("sequential/c/bias", self.bias)])
        self.check(self.imported("--in", self.keras2(model, weights, strings="utf8")))

    def test_the_first_sequentials_were_a_list_with_the_shape_in_their_first_layer(self):
        layers = [dict(entry) for entry in self.model["config"]["layers"][1:]]
        layers[0] = conv("c", filters=4, padding="same", batch_input_shape=[None, 6, 5, 3])
        self.check(self.imported("--in", self.keras2({"class_name": "Sequential",
                                                      "config": layers}, self.weights)))

    def test_an_open_input_is_closed_by_an_option(self):
        model = sequential(given_input(None, None, 3), conv("c", padding="same"))
        name = self.keras2(model, {"c": self.weights["c"]})
        self.refuse("model.h5:/@model_config#/config/layers/1: layer c (Conv2D): takes an input of "
                    "shape [?][?][3], expected known extents (--input-shape states them)",
                    "import", "--in", name, "--out", "net.h5")
        layers = self.imported("--in", name, "--input-shape", "6,5,3")
        self.assertEqual([3, 6, 5], layers["c"][0]["input_shape"].tolist())


class Convolutions(ImportTest):
    def one(self, entry, weights, shape, **how):
        model = sequential(given_input(*shape), entry)
        return self.imported("--in", self.keras2(model, {entry["config"]["name"]: weights}, **how))

    def test_same_padding_puts_the_odd_row_below_and_the_odd_column_right(self):
        for size, kernel, stride, dilation, expected in [
                ((224, 224), 7, 2, 1, [2, 3, 2, 3]), ((225, 224), 7, 2, 1, [3, 3, 2, 3]),
                ((8, 9), 3, 2, 1, [0, 1, 1, 1]), ((8, 9), 1, 2, 1, [0, 0, 0, 0]),
                ((5, 5), 2, 1, 1, [0, 1, 0, 1]), ((9, 9), 3, 1, 2, [2, 2, 2, 2]),
                ((7, 7), 2, 3, 1, [0, 1, 0, 1]), ((8, 8), 5, 3, 1, [1, 2, 1, 2])]:
            with self.subTest(size=size, kernel=kernel, stride=stride):
                layers = self.one(conv("c", size=kernel, padding="same", strides=[stride, stride],
                                       dilation_rate=[dilation, dilation]),
                                  named("c", kernel=numbers(kernel, kernel, 3, 4)), (*size, 3))
                self.assertEqual(expected, layers["c"][0]["padding"].tolist())
                self.assertEqual([stride, stride], layers["c"][0]["stride"].tolist())
                self.assertEqual([dilation, dilation], layers["c"][0]["dilation"].tolist())

    def test_the_machine_computes_what_keras_defines(self):
        image = numpy.maximum(numbers(9, 8, 3), 0)
        for stride, padding in [(1, "same"), (2, "same"), (3, "same"), (2, "valid")]:
            with self.subTest(stride=stride, padding=padding):
                kernel = numbers(3, 2, 3, 5)
                with h5py.File(self.path("a.h5"), "w") as file:
                    file["c"] = image.transpose(2, 0, 1)
                name = self.keras2(
                    sequential(given_input(9, 8, 3),
                               conv("c", filters=5, kernel_size=[3, 2], padding=padding,
                                    strides=[stride, stride])), {"c": named("c", kernel=kernel)})
                self.imported("--in", name, "--activations", "a.h5")
                self.succeed("run", "--network", "net.h5", "--outputs", "o.h5")
                expected = convolved(image.astype(float), kernel.astype(float), stride, padding)
                with h5py.File(self.path("o.h5")) as file:
                    got = file["layers/c/output"][...].transpose(1, 2, 0)
                self.assertEqual(expected.shape, got.shape)
                numpy.testing.assert_allclose(got, expected, atol=2e-3)

    def test_groups(self):
        kernel = numbers(3, 3, 2, 6)
        layers = self.one(conv("c", filters=6, groups=3), named("c", kernel=kernel), (7, 7, 6))
        self.assertEqual([[6, 7, 7], [6, 2, 3, 3], [1, 1], [0] * 4, [1, 1], 3, 0],
                         self.row(layers["c"]))
        numpy.testing.assert_array_equal(kernel.transpose(3, 2, 0, 1), layers["c"][1]["weights"])

    def test_a_depthwise_kernel_with_a_multiplier(self):
        kernel = numbers(3, 3, 4, 2)
        layers = self.one(
            layer("DepthwiseConv2D", "dw", kernel_size=[3, 3], strides=[2, 2], padding="same",
                  data_format="channels_last", depth_multiplier=2, activation="relu6"),
            named("dw", depthwise_kernel=kernel, bias=numbers(8)), (8, 8, 4))
        self.assertEqual([[4, 8, 8], [8, 1, 3, 3], [2, 2], [0, 1, 0, 1], [1, 1], 4, 1],
                         self.row(layers["dw"]))
        for c in range(4):
            for m in range(2):
                numpy.testing.assert_array_equal(kernel[:, :, c, m],
                                                 layers["dw"][1]["weights"][2 * c + m, 0])

    def test_a_separable_convolution_becomes_two_layers(self):
        depthwise, pointwise = numbers(3, 3, 4, 1), numbers(1, 1, 4, 6)
        layers = self.one(
            layer("SeparableConv2D", "s", filters=6, kernel_size=[3, 3], strides=[1, 1],
                  padding="same", depth_multiplier=1, activation="relu"),
            named("s", depthwise_kernel=depthwise, pointwise_kernel=pointwise, bias=numbers(6)),
            (8, 8, 4))
        self.assertEqual(["s_depthwise", "s_pointwise"], list(layers))
        self.assertEqual([[4, 8, 8], [4, 1, 3, 3], [1, 1], [1, 1, 1, 1], [1, 1], 4, 0],
                         self.row(layers["s_depthwise"]))
        self.assertEqual([[4, 8, 8], [6, 4, 1, 1], [1, 1], [0] * 4, [1, 1], 1, 1],
                         self.row(layers["s_pointwise"]))
        self.assertEqual([False, True], ["bias" in d for _, d in layers.values()])

    def test_channels_first(self):
        layers = self.one(conv("c", data_format="channels_first", padding="same"),
                          named("c", kernel=numbers(3, 3, 3, 4)), (3, 6, 5))
        self.assertEqual([3, 6, 5], layers["c"][0]["input_shape"].tolist())

    def test_dense_on_a_map_is_a_convolution_of_1x1(self):
        layers = self.one(layer("Dense", "d", units=5, activation="relu"),
                          named("d", kernel=numbers(3, 5)), (6, 4, 3))
        self.assertEqual("conv", layers["d"][0]["kind"])
        self.assertEqual([[3, 6, 4], [5, 3, 1, 1], [1, 1], [0] * 4, [1, 1], 1, 1],
                         self.row(layers["d"]))


class Graphs(ImportTest):
    def test_shapes_through_every_kind_of_layer(self):
        last = {"data_format": "channels_last"}
        model = functional(
            ["input_1"], ["out"],
            given_input(21, 23, 3, inputs=[]),
            layer("Rescaling", "scale", ["input_1"], scale=0.1, offset=0.0),
            layer("ZeroPadding2D", "pad", ["scale"], padding=[[1, 2], [3, 4]], **last),
            conv("a", ["pad"], filters=4, strides=[2, 2]),                           # 11x14
            layer("BatchNormalization", "bn", ["a"], axis=[3]),
            layer("ReLU", "relu", ["bn"], max_value=6.0, negative_slope=0.0, threshold=0.0),
            layer("Dropout", "drop", ["relu"], rate=0.5),
            layer("MaxPooling2D", "pool", ["drop"], pool_size=[2, 3], strides=None,
                  padding="same", **last),                                           # 6x5
            layer("AveragePooling2D", "mean", ["drop"], pool_size=[2, 3], strides=[2, 3],
                  padding="valid", **last),                                          # 5x4
            layer("UpSampling2D", "up", ["mean"], size=[2, 2], **last),              # 10x8
            layer("Cropping2D", "crop", ["up"], cropping=[[1, 3], [2, 1]], **last),  # 6x5
            layer("Concatenate", "cat", ["pool", "crop"], axis=-1),                  # 6x5x8
            conv("b", ["cat"], filters=8, size=1),
            layer("GlobalAveragePooling2D", "gap", ["b"], keepdims=True, **last),
            conv("se", ["gap"], filters=8, size=1, activation="sigmoid"),
            layer("Multiply", "mul", ["b", "se"]),
            layer("Add", "add", ["mul", "cat"]),
            layer("Permute", "perm", ["add"], dims=[2, 1, 3]),                       # 5x6x8
            layer("Reshape", "shape", ["perm"], target_shape=[10, -1, 4]),           # 10x6x4
            conv("c", ["shape"], filters=2),                                         # 8x4x2
            layer("GlobalMaxPooling2D", "gmp", ["c"], **last),
            layer("Dense", "out", ["gmp"], units=3, activation="softmax"))
        weights = {"a": named("a", kernel=numbers(3, 3, 3, 4)),
                   "b": named("b", kernel=numbers(1, 1, 8, 8)),
                   "se": named("se", kernel=numbers(1, 1, 8, 8)),
                   "c": named("c", kernel=numbers(3, 3, 4, 2)),
                   "out": named("out", kernel=numbers(2, 3))}
        layers = self.imported("--in", self.keras2(model, weights))
        self.assertEqual({"a": [3, 21, 23], "b": [8, 6, 5], "se": [8, 1, 1], "c": [4, 10, 6],
                          "out": [2, 1, 1]},
                         {n: a["input_shape"].tolist() for n, (a, _) in layers.items()})
        self.assertEqual([1, 2, 3, 4], layers["a"][0]["padding"].tolist())
        self.assertEqual({"a": 1, "b": 0, "se": 0, "c": 0, "out": 0},
                         {n: int(a["relu"]) for n, (a, _) in layers.items()})

    def test_concatenation_along_every_axis(self):
        for axis, shape in [(1, [12, 5, 3]), (2, [6, 10, 3]), (3, [6, 5, 6]), (-1, [6, 5, 6]),
                            (-3, [12, 5, 3])]:
            with self.subTest(axis):
                model = functional(["input_1"], ["c"], given_input(6, 5, 3, inputs=[]),
                                   layer("Concatenate", "cat", ["input_1", "input_1"], axis=axis),
                                   conv("c", ["cat"], size=1))
                layers = self.imported("--in", self.keras2(
                    model, {"c": named("c", kernel=numbers(1, 1, shape[2], 4))}))
                self.assertEqual([shape[2], *shape[:2]], layers["c"][0]["input_shape"].tolist())

    def test_functions_of_tensorflow_as_layers(self):
        def function(name, source, what, **arguments):
            entry = layer("TFOpLambda", name, [source], function=what)
            entry["inbound_nodes"] = [[source, 0, 0, arguments]]
            return entry
        model = functional(
            ["input_1"], ["b"], given_input(6, 6, 3, inputs=[]), conv("a", ["input_1"]),
            function("plus", "a", "__operators__.add", y=3.0),
            function("r", "plus", "nn.relu6"),
            function("times", "a", "math.multiply", y=["r", 0, 0]),
            conv("b", ["times"], size=1))
        layers = self.imported("--in", self.keras2(model, {
            "a": named("a", kernel=numbers(3, 3, 3, 4)), "b": named("b", kernel=numbers(1, 1, 4, 4))}))
        self.assertEqual([[3, 6, 6], [4, 4, 4]],
                         [a["input_shape"].tolist() for a, _ in layers.values()])
        self.assertEqual([0, 0], [int(a["relu"]) for a, _ in layers.values()])

    def test_a_transposed_convolution_is_followed_and_left_out(self):
        for size, stride, padding, expected in [(3, 2, "same", 12), (3, 2, "valid", 13),
                                                (2, 3, "valid", 18), (4, 1, "valid", 9)]:
            up = conv("up", ["input_1"], filters=5, size=size, strides=[stride, stride],
                      padding=padding)
            up["class_name"] = "Conv2DTranspose"
            model = functional(["input_1"], ["c"], given_input(6, 6, 3, inputs=[]), up,
                               conv("c", ["up"], size=1))
            name = self.keras2(model, {"up": named("up", kernel=numbers(size, size, 5, 3)),
                                       "c": named("c", kernel=numbers(1, 1, 5, 4))})
            outcome = self.scnn("import", "--in", name, "--out", "net.h5")
            self.assertEqual("scnn: note: layer up (Conv2DTranspose) is a transposed convolution, which "
                             "the machine does not run, and was left out\n", outcome.err)
            with h5py.File(self.path("net.h5")) as file:
                self.assertEqual([5, expected, expected],
                                 file["layers/c"].attrs["input_shape"].tolist())

    def test_a_relu_counts_where_everything_that_reads_the_layer_rectifies_it(self):
        model = functional(
            ["input_1"], ["sum"], given_input(6, 6, 4, inputs=[]),
            conv("both", ["input_1"], size=1), layer("ReLU", "r1", ["both"]),
            layer("Activation", "r2", ["both"], activation="relu"),
            conv("one", ["r1"], size=1), layer("ReLU", "r3", ["one"]),
            conv("pooled", ["r3"], size=1), layer("MaxPooling2D", "p", ["pooled"], pool_size=2,
                                                  padding="valid"),
            layer("ReLU", "r4", ["p"]),
            conv("leaky", ["r2"], size=1), layer("LeakyReLU", "l", ["leaky"], alpha=0.1),
            conv("added", ["r2"], size=1), layer("Add", "sum", ["added", "one"]),
            layer("ReLU", "r5", ["sum"]))
        weights = {n: named(n, kernel=numbers(1, 1, 4, 4))
                   for n in ["both", "one", "pooled", "leaky", "added"]}
        layers = self.imported("--in", self.keras2(model, weights))
        self.assertEqual({"both": 1, "one": 0, "pooled": 0, "leaky": 0, "added": 0},
                         {n: int(a["relu"]) for n, (a, _) in layers.items()})
        self.assertEqual({"both": 1.0, "one": 0.45, "pooled": 0.45, "leaky": 0.45, "added": 0.45},
                         {n: float(a["input_density"]) for n, (a, _) in layers.items()})

    def inner(self):
        return functional(["in"], ["y"], given_input(8, 8, 3, name="in", inputs=[]),
                          conv("x", ["in"], filters=3, padding="same"),
                          conv("y", ["x"], filters=3, strides=[2, 2]), name="inner")

    def test_models_within_models(self):
        inner = dict(self.inner(), inbound_nodes=[[["input_1", 0, 0, {}]]])
        model = functional(["input_1"], ["x"], given_input(8, 8, 3, inputs=[]), inner,
                           conv("x", ["inner"], filters=2, size=1), kind="Model")
        x, y, top = numbers(3, 3, 3, 3), numbers(3, 3, 3, 3, seed=2), numbers(1, 1, 3, 2)
        weights = {"inner": named("x", kernel=x) + named("y", kernel=y), "x": named("x", kernel=top)}
        layers = self.imported("--in", self.keras2(model, weights))
        self.assertEqual(["inner_x", "y", "x"], list(layers))
        numpy.testing.assert_array_equal(x.transpose(3, 2, 0, 1), layers["inner_x"][1]["weights"])
        numpy.testing.assert_array_equal(y.transpose(3, 2, 0, 1), layers["y"][1]["weights"])

    def test_a_model_in_a_sequential(self):
        model = sequential(self.inner(), layer("Flatten", "f"), layer("Dense", "d", units=2))
        weights = {"inner": named("inner/x", kernel=numbers(3, 3, 3, 3)) +
                            named("inner/y", kernel=numbers(3, 3, 3, 3)),
                   "d": named("d", kernel=numbers(27, 2))}
        layers = self.imported("--in", self.keras2(model, weights))
        self.assertEqual([[3, 8, 8], [3, 8, 8], [27, 1, 1]],
                         [a["input_shape"].tolist() for a, _ in layers.values()])

    def test_layers_in_any_order(self):
        layers = [given_input(8, 8, 3, inputs=[]), conv("a", ["input_1"]), conv("b", ["a"]),
                  conv("c", ["b"])]
        weights = {"a": named("a", kernel=numbers(3, 3, 3, 4)),
                   "b": named("b", kernel=numbers(3, 3, 4, 4)),
                   "c": named("c", kernel=numbers(3, 3, 4, 4))}
        model = functional(["input_1"], ["c"], *reversed(layers))
        imported = self.imported("--in", self.keras2(model, weights))
        self.assertEqual([8, 6, 4], [a["input_shape"].tolist()[1] for a, _ in imported.values()])

    def test_a_layer_used_twice_is_imported_once_and_said_so(self):
        twice = conv("c", [], filters=3, padding="same")
        twice["inbound_nodes"] = [[["input_1", 0, 0, {}]], [["c", 0, 0, {}]]]
        model = functional(["input_1"], ["d"], given_input(8, 8, 3, inputs=[]), twice,
                           layer("Flatten", "f", []), layer("Dense", "d", ["f"], units=1))
        model["config"]["layers"][2]["inbound_nodes"] = [[["c", 1, 0, {}]]]
        name = self.keras2(model, {"c": named("c", kernel=numbers(3, 3, 3, 3)),
                                   "d": named("d", kernel=numbers(192, 1))})
        outcome = self.scnn("import", "--in", name, "--out", "net.h5")
        self.assertEqual("scnn: note: layer c (Conv2D) is used more than once and was imported as "
                         "first used\n", outcome.err)
        with h5py.File(self.path("net.h5")) as file:
            self.assertEqual(["c", "d"], list(file["layers"].attrs["order"]))

    def test_an_unknown_class_is_left_out_unless_a_shape_depends_on_it(self):
        head = [given_input(8, 8, 3, inputs=[]), conv("c", ["input_1"]),
                layer("Attention9", "odd", ["c"])]
        weights = {"c": named("c", kernel=numbers(3, 3, 3, 4)),
                   "d": named("d", kernel=numbers(3, 3, 4, 4))}
        name = self.keras2(functional(["input_1"], ["odd"], *head), weights)
        outcome = self.scnn("import", "--in", name, "--out", "net.h5")
        self.assertEqual((0, "scnn: note: layer odd (Attention9) is of a class that is not known and "
                             "was left out\n"), (outcome.status, outcome.err))
        self.path("net.h5").unlink()
        name = self.keras2(functional(["input_1"], ["d"], *head, conv("d", ["odd"])), weights)
        self.refuse("model.h5:/@model_config#/config/layers/3: layer d (Conv2D): the shape of its "
                    "input cannot be told, because it depends on layer odd of class Attention9, "
                    "which is not known", "import", "--in", name, "--out", "net.h5")

    def test_names_with_slashes(self):
        model = sequential(given_input(8, 8, 3), conv("block/conv"))
        layers = self.imported("--in", self.keras2(model, {
            "block/conv": [("block/conv/kernel:0", numbers(3, 3, 3, 4))]}))
        self.assertEqual(["block_conv"], list(layers))


if __name__ == "__main__":
    main()
