#!/usr/bin/python3
"""Hostile and broken files: one line, status 2, no file, little memory.

Usage: bad_files_test.py SCNN [unittest options]
"""

import json
import os
import random
import subprocess

import h5py
import numpy

from fixtures import (SCNN, ImportTest, conv, functional, given_input, layer, main, named, numbers,
                      sequential)
from layouts import write_torch

MODEL = sequential(given_input(8, 8, 3), conv("c"), layer("Flatten", "f"),
                   layer("Dense", "d", units=2))
WEIGHTS = {"c": named("c", kernel=numbers(3, 3, 3, 4), bias=numbers(4)), "f": [],
           "d": named("d", kernel=numbers(144, 2))}
KERNEL = "model_weights/c/c/kernel:0"


class BadFile(ImportTest):
    arguments = ["import", "--in", "model.h5", "--out", "net.h5"]

    def refuse_import(self, message, *options):
        self.refuse(message, *self.arguments, *options)

    def spoiled(self, message, change, *options):
        self.keras2(MODEL, WEIGHTS)
        with h5py.File(self.path("model.h5"), "a") as file:
            change(file)
        self.refuse_import(message, *options)

    def refuse_model(self, message, model):
        self.keras2(model, WEIGHTS)
        self.refuse_import("model.h5:/@model_config" + message)


class Links(BadFile):
    def test_links_are_refused_wherever_they_stand(self):
        for link, words in [(h5py.ExternalLink("other.h5", "/x"), "a link to another file"),
                            (h5py.SoftLink("/model_weights/d"), "a soft link")]:
            for path, kind in [("model_weights", "group"), ("model_weights/c", "group"),
                               ("model_weights/c/c", "group"), (KERNEL, "dataset")]:
                def replace(file, at=path, by=link):
                    del file[at]
                    file[at] = by
                with self.subTest(words, path=path):
                    self.spoiled(f"model.h5:/{path}: is {words}, expected a {kind}", replace)

    def test_names_that_leave_their_group_are_refused(self):
        for name in ["../d/kernel:0", "/c/kernel:0", "c//kernel:0", "./kernel:0"]:
            def rename(file, to=name):
                file["model_weights/c"].attrs["weight_names"] = [to.encode()]
            self.spoiled(f'model.h5:/model_weights/c: attribute weight_names: names "{name}", expected '
                         "names joined by single slashes", rename)

    def test_numbers_kept_elsewhere_are_refused(self):
        def external(file):
            del file[KERNEL]
            file.create_dataset(KERNEL, (3, 3, 3, 4), "f4", external=[("other.bin", 0, 432)])

        def virtual(file):
            del file[KERNEL]
            layout = h5py.VirtualLayout((3, 3, 3, 4), "f4")
            layout[...] = h5py.VirtualSource("other.h5", "x", (3, 3, 3, 4))
            file.create_virtual_dataset(KERNEL, layout)

        self.spoiled(f"model.h5:/{KERNEL}: keeps its numbers in another file, expected them in this "
                     "one", external)
        self.spoiled(f"model.h5:/{KERNEL}: is a virtual dataset, expected numbers in this file", virtual)


class Weights(BadFile):
    def replace(self, values, message, **options):
        def change(file):
            del file[KERNEL]
            file.create_dataset(KERNEL, data=values, **options)
        self.spoiled(message, change)

    def test_missing_weights(self):
        self.spoiled(f"model.h5:/{KERNEL}: is missing, expected a dataset",
                     lambda file: file.pop(KERNEL))
        self.spoiled("model.h5:/model_weights/c: is missing, expected a group",
                     lambda file: file.pop("model_weights/c"))

        def unlist(file):
            file["model_weights"].attrs["layer_names"] = [b"f", b"d"]
        self.spoiled("model.h5:/model_weights: has no weights for layer c (Conv2D)", unlist)
        self.spoiled("model.h5:/model_weights: no attribute layer_names, expected the names of layers",
                     lambda file: file["model_weights"].attrs.pop("layer_names"))

    def test_shapes_that_do_not_fit_the_description(self):
        self.replace(numbers(3, 3, 3, 5), f"model.h5:/{KERNEL}: has shape [3][3][3][5], but layer c has "
                                          "4 filters of 3x3")
        self.replace(numbers(3, 2, 3, 4), f"model.h5:/{KERNEL}: has shape [3][2][3][4], but layer c has "
                                          "4 filters of 3x3")
        self.replace(numbers(3, 3, 2, 4), "model.h5:/@model_config#/config/layers/1: layer c (Conv2D): "
                                          "its kernel kernel:0 is for 2 input channels, but it reads 3")
        self.replace(numbers(3, 12, 3), f"model.h5:/{KERNEL}: has shape [3][12][3], expected a kernel of "
                                        "4 dimensions, or of 2 for a fully-connected layer")

    def test_types_that_are_no_numbers(self):
        self.replace(numpy.zeros((3, 3, 3, 4), "S8"),
                     f"model.h5:/{KERNEL}: is string, expected numbers for layer c")
        self.replace(numpy.zeros((3, 3, 3, 4), "V2"),
                     f"model.h5:/{KERNEL}: is opaque, expected numbers for layer c")

    def test_numbers_that_are_not_finite(self):
        for value in ["nan", "inf"]:
            kernel = numbers(3, 3, 3, 4)
            kernel[0, 0, 1, 2] = float(value)
            self.replace(kernel, f"model.h5:/{KERNEL}: {value} at element 6, expected finite numbers")
        self.replace(numpy.full((3, 3, 3, 4), 1e300), f"model.h5:/{KERNEL}: inf at element 0, expected "
                                                      "finite numbers")

    def test_absurd_sizes_take_no_memory(self):
        def grow(file):
            del file[KERNEL]
            file.create_dataset(KERNEL, (1 << 10, 1 << 10, 3, 1 << 10), "f4", chunks=(1, 1, 3, 1 << 10))
        model = sequential(given_input(1 << 12, 1 << 12, 3), conv("c", filters=1 << 10, size=1 << 10))
        for change in [grow]:
            self.keras2(model, WEIGHTS)
            with h5py.File(self.path("model.h5"), "a") as file:
                change(file)
            with subprocess.Popen([SCNN, *self.arguments], cwd=self.folder,
                                  stderr=subprocess.PIPE) as process:
                text = process.stderr.read().decode()
                _, status, usage = os.wait4(process.pid, 0)
                process.returncode = os.waitstatus_to_exitcode(status)
            self.assertEqual(2, process.returncode)
            self.assertRegex(text, r"^scnn: error: [^\n]* 2\^31 elements[^\n]*\n$")
            self.assertLess(usage.ru_maxrss, 256 * 1024, "KiB")

    def test_weights_that_were_never_written(self):
        def empty(file):
            del file[KERNEL]
            file.create_dataset(KERNEL, (3, 3, 3, 4), "f4")
        self.spoiled(f"model.h5:/{KERNEL}: stores 0 of the 432 bytes that shape [3][3][3][4] needs: it "
                     "was never written, or only in part", empty)


class Descriptions(BadFile):
    def test_json_that_is_none(self):
        def change(file):
            file.attrs["model_config"] = "{"
        self.spoiled("model.h5:/@model_config: line 1, column 2: unexpected end of input; expected "
                     "string literal", change)

        def number(file):
            file.attrs["model_config"] = 5
        self.spoiled("model.h5:/: attribute model_config is int64, expected one string", number)

    def test_json_nested_without_end(self):
        def change(file):
            file.attrs["model_config"] = "[" * 100000
        self.spoiled("model.h5:/@model_config: arrays and objects nested deeper than 64 levels, expected "
                     "at most 64", change)

    def test_members_that_are_missing_or_of_another_type(self):
        self.refuse_model('#/class_name: found "Estimator", expected Sequential, Model or Functional',
                          {"class_name": "Estimator", "config": {}})
        self.refuse_model(': has no member "layers", expected a list of layers'.replace(":", "#/config:"),
                          {"class_name": "Sequential", "config": {}})
        self.refuse_model("#/config/layers: found 5, expected a list of layers",
                          {"class_name": "Sequential", "config": {"layers": 5}})
        for change, message in [
                ({"strides": [0, 1]}, "strides: found an array, expected an integer from 1 to 16777216, "
                                      "or a list of two"),
                ({"padding": "full"}, 'padding: found "full", expected "valid" or "same"'),
                ({"filters": "4"}, 'filters: found "4", expected an integer from 1 to 16777216'),
                ({"groups": 2.5}, "groups: found 2.5, expected an integer from 1 to 16777216"),
                ({"activation": 7}, "activation: found 7, expected a string or an object")]:
            with self.subTest(message):
                self.refuse_model(f"#/config/layers/1/config/{message}",
                                  sequential(given_input(8, 8, 3), conv("c", **change)))

    def test_shapes_that_do_not_meet(self):
        head = [given_input(8, 8, 3, inputs=[]), conv("c", ["input_1"])]
        where = "#/config/layers/2: layer x "
        for entry, message in [
                (layer("Add", "x", ["c", "input_1"]),
                 "(Add): takes an input of shape [8][8][3], expected [6][6][4]"),
                (layer("Concatenate", "x", ["c", "input_1"], axis=-1),
                 "(Concatenate): takes an input of shape [8][8][3], expected [6][6][4] but for the "
                 "joined axis"),
                (layer("Reshape", "x", ["c"], target_shape=[5, -1]),
                 "(Reshape): takes an input of shape [6][6][4], expected as many elements as [5][?] has"),
                (layer("Cropping2D", "x", ["c"], cropping=[[3, 3], [0, 0]]),
                 "(Cropping2D): takes an input of shape [6][6][4], expected a map that is large enough"),
                (layer("Permute", "x", ["c"], dims=[1, 3]),
                 "(Permute): takes an input of shape [6][6][4], expected 2 dimensions")]:
            with self.subTest(message):
                self.refuse_model(where + message, functional(["input_1"], ["x"], *head, entry))

    def test_a_kernel_larger_than_its_input(self):
        self.refuse_model("#/config/layers/1: layer c (Conv2D): the output plane is 0x0, expected "
                          "at least 1x1: the kernel is larger than the padded input",
                          sequential(given_input(2, 2, 3), conv("c")))

    def test_graphs_that_are_none(self):
        loop = [given_input(8, 8, 3, inputs=[]), conv("a", ["c"]), conv("c", ["a"])]
        self.refuse_model('#/config/layers/1: layer "a" reads its own output, expected a graph without '
                          "cycles", functional(["input_1"], ["c"], *loop))
        self.refuse_model('#/config/layers/1: reads "nobody", expected a layer of the model',
                          functional(["input_1"], ["c"], loop[0], conv("c", ["nobody"])))
        self.refuse_model('#/config/layers/2: is the second layer named "c"',
                          functional(["input_1"], ["c"], loop[0], conv("c", ["input_1"]),
                                     conv("c", ["input_1"])))

    def test_models_that_multiply_are_bounded(self):
        def wrap(inner, name):
            uses = [[["in", 0, 0, {}]]] + [[[inner["name"], i, 0, {}]] for i in range(29)]
            return functional(["in"], [inner["name"]], given_input(8, 8, 3, name="in", inputs=[]),
                              dict(inner, inbound_nodes=uses), name=name)
        model = functional(["in"], ["r"], given_input(8, 8, 3, name="in", inputs=[]),
                           layer("ReLU", "r", ["in"]), name="m0")
        for depth in range(1, 5):
            model = wrap(model, f"m{depth}")
        self.keras2(model, WEIGHTS)
        outcome = self.scnn(*self.arguments)
        self.assertEqual(2, outcome.status)
        self.assertRegex(outcome.err, r"^scnn: error: [^\n]*describes more than 20000 layers[^\n]*\n$")

    def test_no_layer_with_weights(self):
        self.refuse("model.h5:/: no convolution and no fully-connected layer was found, expected at "
                    "least one", "import", "--in",
                    self.keras2(sequential(given_input(8, 8, 3), layer("Flatten", "f")), WEIGHTS),
                    "--out", "net.h5")


class Files(BadFile):
    def test_other_files(self):
        self.refuse_import("model.h5: there is no such file")
        self.path("model.h5").write_bytes(b"PK\x03\x04 and more")
        self.refuse_import("model.h5: is a zip archive, expected HDF5 (of a .keras archive, "
                           "model.weights.h5 with config.json as --topology)")
        with h5py.File(self.path("model.h5"), "w") as file:
            file["numbers"] = [1, 2]
        self.refuse_import("model.h5:/: is of no layout that is known, expected Keras 2 (/model_weights, "
                           "or an attribute layer_names), Keras 3 (/layers), Caffe (/data), PyTorch "
                           "(datasets NAME.weight) or a file of scnn (an attribute format)")

    def test_options_that_do_not_belong(self):
        self.network("model.h5")
        self.write("t.json", MODEL)
        self.refuse_import("--topology: is given, but model.h5 describes its layers itself",
                           "--topology", "t.json")
        self.refuse_import('--format: found "onnx", expected one of keras2, keras3, caffe, torch, scnn, '
                           "auto", "--format", "onnx")
        self.keras2(MODEL, WEIGHTS)
        self.refuse_import("--input-shape: has 2 extents, expected 3 as in [8][8][3] of layer input_1",
                           "--input-shape", "8,8")
        self.refuse_import("none.json: no such file, expected a topology", "--topology", "none.json")

    def test_a_network_file_passes_through(self):
        self.network("model.h5")
        self.succeed(*self.arguments)
        self.assertEqual(["conv1", "conv2", "fc"], list(self.imported("--in", "model.h5")))

    def test_activations_that_do_not_fit(self):
        self.keras2(MODEL, WEIGHTS)
        for name, values, message in [
                ("other", numbers(3, 8, 8), "/other: is the name of no layer, expected the inputs of the "
                                            "network's layers"),
                ("c", numbers(8, 8, 3), "/c: has shape [8][8][3], expected [C][H][W] = [3][8][8]"),
                ("d", numbers(9), "/d: has shape [9], expected [C] = [144]"),
                ("c", numbers(3, 8, 8, dtype="float64"), "/c: is another type".replace(
                    "another type", "float64, expected float32 or int16"))]:
            with h5py.File(self.path("a.h5"), "w") as file:
                file[name] = values
            with self.subTest(message):
                self.refuse_import("a.h5:" + message, "--activations", "a.h5")
        with h5py.File(self.path("a.h5"), "w") as file:
            file["c"] = h5py.SoftLink("/x")
        self.refuse_import("a.h5:/c: is a soft link, expected a dataset", "--activations", "a.h5")

    def test_wrong_bytes_are_refused_or_harmless(self):
        self.keras2(MODEL, WEIGHTS)
        good = self.path("model.h5").read_bytes()
        generator = random.Random(5)
        for _ in range(150):
            bad = bytearray(good)
            bad[generator.randrange(len(bad))] ^= generator.randrange(1, 256)
            self.path("model.h5").write_bytes(bad)
            outcome = self.scnn(*self.arguments)
            self.assertIn(outcome.status, [0, 2], outcome.err)
            if outcome.status == 2:
                self.assertRegex(outcome.err, r"\A(scnn: note: [^\n]+\n)*scnn: error: [^\n]+\n\Z")
                self.assertEqual({"model.h5"}, set(self.files()))
            else:
                self.path("net.h5").unlink()

    def test_a_mask_of_another_shape(self):
        write_torch(self.path("model.h5"), {"c.weight_orig": numbers(4, 3, 3, 3),
                                            "c.weight_mask": numbers(4, 3, 3)})
        self.write("t.json", json.dumps({"input": [3, 8, 8], "layers": [{"name": "c", "type": "conv"}]}))
        self.refuse_import("model.h5:/c.weight_mask: has shape [4][3][3], expected that of the weights",
                           "--topology", "t.json")


if __name__ == "__main__":
    main()
