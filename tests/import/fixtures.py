"""Files as frameworks write them, made from the layouts' descriptions with h5py alone.

A model is a list of layers `(class name, settings, inputs)`. Weights are seeded, and
none of them is zero.
"""

import json
import pathlib
import sys

import h5py
import numpy

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "cli"))
from program import SCNN, ProgramTest, main  # pylint: disable=wrong-import-position,unused-import


def numbers(*shape, seed=1, dtype="float32"):
    """Normal numbers away from zero."""
    values = numpy.random.default_rng([seed, *shape]).normal(size=shape)
    return (values + numpy.where(values < 0, -0.01, 0.01)).astype(dtype)


def layer(kind, name, inputs=None, **settings):
    """A layer of a Keras 2 model; without `inputs` as a Sequential has it."""
    entry = {"class_name": kind, "config": {"name": name, "trainable": True, **settings}}
    if inputs is not None:
        entry["name"] = name
        entry["inbound_nodes"] = [[[i, 0, 0, {}] for i in inputs]] if inputs else []
    return entry


def sequential(*layers, name="net"):
    return {"class_name": "Sequential", "config": {"name": name, "layers": list(layers)}}


def functional(inputs, outputs, *layers, name="net", kind="Functional"):
    return {"class_name": kind, "name": name,
            "config": {"name": name, "layers": list(layers),
                       "input_layers": [[i, 0, 0] for i in inputs],
                       "output_layers": [[o, 0, 0] for o in outputs]}}


def conv(name, inputs=None, filters=4, size=3, **settings):
    """A Conv2D with Keras' defaults."""
    return layer("Conv2D", name, inputs, **{
        "filters": filters, "kernel_size": [size, size], "strides": [1, 1], "padding": "valid",
        "data_format": "channels_last", "dilation_rate": [1, 1], "groups": 1,
        "activation": "linear", "use_bias": True, **settings})


def given_input(*shape, name="input_1", inputs=None, key="batch_input_shape"):
    return layer("InputLayer", name, inputs, **{key: [None, *shape]})


def write_keras2(path, model, weights, *, strings="fixed", whole=True, split=0, options=None,
                 version="2.4.0"):
    """A Keras 2 file.

    weights: layer name -> list of (weight name, values), in the order Keras saves them.
    strings: how names are stored: `fixed` null-padded bytes, `ascii` or `utf8` of variable length.
    split:   names per attribute where `layer_names` is split, 0: not split.
    options: of every dataset: chunks, compression.
    """
    def stored(names):
        if strings == "fixed":
            return numpy.array([n.encode() for n in names], dtype="S") if names else []
        kind = h5py.string_dtype("ascii" if strings == "ascii" else "utf-8")
        return numpy.array(names, dtype=object).astype(kind) if names else []

    with h5py.File(path, "w") as file:
        group = file
        if whole:
            file.attrs["keras_version"] = version
            file.attrs["backend"] = "tensorflow"
            file.attrs["model_config"] = json.dumps(model)
            file.attrs["training_config"] = "{}"
            file.create_group("optimizer_weights")["iterations:0"] = numpy.int64(7)
            group = file.create_group("model_weights")
        group.attrs["keras_version"] = version
        group.attrs["backend"] = "tensorflow"
        names = list(weights)
        if split:
            for i in range(0, len(names), split):
                group.attrs[f"layer_names{i // split}"] = stored(names[i:i + split])
        else:
            group.attrs["layer_names"] = stored(names)
        for name, values in weights.items():
            one = group.create_group(name)
            one.attrs["weight_names"] = stored([n for n, _ in values])
            for weight_name, value in values:
                one.create_dataset(weight_name, data=value, **(options or {}))


def named(layer_name, **values):
    """Weights under TensorFlow's names: `conv/kernel:0`."""
    return [(f"{layer_name}/{n}:0", v) for n, v in values.items()]


class ImportTest(ProgramTest):
    """Imports a fixture and looks at the network it becomes."""

    def keras2(self, model, weights, name="model.h5", **how):
        write_keras2(self.path(name), model, weights, **how)
        return name

    def imported(self, *arguments, out="net.h5"):
        """The imported file's layers: name -> (attributes, datasets)."""
        self.succeed("import", *arguments, "--out", out)
        with h5py.File(self.path(out)) as file:
            order = list(file["layers"].attrs["order"])
            return {n: (dict(file["layers"][n].attrs),
                        {k: v[...] for k, v in file["layers"][n].items()}) for n in order}

    def row(self, one):
        """A layer in short: input, kernel, stride, padding, dilation, groups, relu."""
        a, d = one
        return [a["input_shape"].tolist(), list(d["weights"].shape), a["stride"].tolist(),
                a["padding"].tolist(), a["dilation"].tolist(), int(a["groups"]), int(a["relu"])]
