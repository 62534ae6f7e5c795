#!/usr/bin/python3
"""Makes the trained networks that the repository carries, of those that retraining exported.

Usage: tools/trained_networks.py LOG... --points fine=0.4,vector=0.4 [--seed N] [--out DIR]

Takes ResNet-20 networks of a study (docs/studies/regularity.md) and leaves out the photograph they
were exported with: inputs are those that a made pattern gives, run through the trained network. They
are rounded to 8 bits. Writes a network file per point, and the lines of the logs that say what
accuracies they and the dense network reach. The same exports give the same files.

Exit status: 0 done; 2 something was wrong.
"""

import argparse
import json
import os
import pathlib
import sys

import h5py
import numpy

ROOT = pathlib.Path(__file__).resolve().parent.parent
SOURCE = ("ResNet-20 for CIFAR-10 of github.com/akamaster/pytorch_resnet_cifar10, Copyright (c) 2018 "
          "Yerlan Idelbayev, adapted, pruned and retrained by tools/prune_retrain.py; inputs of a "
          "made pattern, not of a photograph")
LICENCE = "BSD-2-Clause; see workloads/trained/resnet20/LICENSE"
SIZE = 32  # of a picture
LEVELS = 255  # of an input that is kept
CLOSE = 1e-3  # of the largest value, how well a recomputed input must agree


class Failure(Exception):
    """What ends the program with status 2: one line that says where."""


def pattern():
    """A picture [3][32][32] of levels 0 to 1: slopes, stripes and a disc, by integers alone."""
    row, column = numpy.mgrid[0:SIZE, 0:SIZE]

    def wave(value, period):
        """A triangle from 0 to 1."""
        phase = value % period
        return numpy.minimum(phase, period - phase) / (period / 2)
    disc = (2 * row - 30) ** 2 + (2 * column - 34) ** 2 < 400
    planes = [wave(row + 2 * column, 48), wave(3 * row - column + 64, 40), wave(row * column, 96)]
    return numpy.stack([numpy.where(disc, 1 - p / 2, p) for p in planes])


def layer_weights(layer):
    """float64, whatever they are stored as."""
    weights = layer["weights"]
    return weights[...].astype(numpy.float64) * weights.attrs.get("scale", 1.0)


def convolved(layer, value):
    """The convolution of a layer with its bias."""
    weights = layer_weights(layer)
    top, bottom, left, right = layer.attrs["padding"]
    padded = numpy.pad(value, ((0, 0), (top, bottom), (left, right)))
    windows = numpy.lib.stride_tricks.sliding_window_view(padded, weights.shape[2:], axis=(1, 2))
    stride = layer.attrs["stride"]
    windows = windows[:, ::stride[0], ::stride[1]]
    out = numpy.einsum("cyxrs,kcrs->kyx", windows, weights, optimize=True)
    return out + layer["bias"][...].astype(numpy.float64)[:, None, None] if "bias" in layer else out


def shortcut(value, channels):
    """Every second row and column, and channels of zeros where there are to be more (option A)."""
    more = channels - value.shape[0]
    return value if more == 0 else numpy.pad(
        value[:, ::2, ::2], ((more // 2, more - more // 2), (0, 0), (0, 0)))


def forward(file, picture):
    """Name of each layer -> its input."""
    names = [n.decode() if isinstance(n, bytes) else n for n in file["layers"].attrs["order"]]
    layers = file["layers"]
    inputs = {names[0]: picture}
    value = numpy.maximum(convolved(layers[names[0]], picture), 0)
    rest = names[1:]
    while len(rest) > 1:
        first, second = rest[:2]
        inputs[first] = value
        inner = numpy.maximum(convolved(layers[first], value), 0)
        inputs[second] = inner
        out = convolved(layers[second], inner)
        value = numpy.maximum(out + shortcut(value, out.shape[0]), 0)
        rest = rest[2:]
    if rest:  # the linear layer reads the mean of each plane
        inputs[rest[0]] = value.mean(axis=(1, 2))[:, None, None]
    return inputs


def stored_input(layer):
    values = layer["input"]
    return values[...].astype(numpy.float64) * values.attrs.get("scale", 1.0)


def check_forward(file, path):
    """The exported inputs must be what this file's own picture gives, or this is another network."""
    first = file["layers"].attrs["order"][0]
    first = first.decode() if isinstance(first, bytes) else first
    for name, value in forward(file, stored_input(file["layers"][first])).items():
        stored = stored_input(file["layers"][name])
        if value.shape != stored.shape or \
                numpy.abs(value - stored).max() > CLOSE * max(numpy.abs(stored).max(), 1e-9):
            raise Failure(f"{path}: layer {name} has another input than a ResNet-20 of these weights "
                          "computes")


def without_times(kind):
    """How files and groups are made that do not say when they were made."""
    properties = h5py.h5p.create(kind)
    properties.set_obj_track_times(False)
    return properties


def new_file(path):
    """A file in the newest layout, which takes the least space around small datasets."""
    access = h5py.h5p.create(h5py.h5p.FILE_ACCESS)
    access.set_libver_bounds(h5py.h5f.LIBVER_LATEST, h5py.h5f.LIBVER_LATEST)
    return h5py.File(h5py.h5f.create(os.fsencode(path), h5py.h5f.ACC_TRUNC,
                                     without_times(h5py.h5p.FILE_CREATE), access))


def new_group(parent, name):
    return h5py.Group(h5py.h5g.create(parent.id, name.encode(),
                                      gcpl=without_times(h5py.h5p.GROUP_CREATE)))


def add_values(group, name, values, scale):
    data = group.create_dataset(name, data=values, chunks=values.shape, compression=9, shuffle=True)
    data.attrs["scale"] = float(scale)


def copy_layer(source, target, value):
    """Everything but the input, which is `value` in 8 bits."""
    target.attrs.update(source.attrs)
    weights = source["weights"]
    if weights.dtype != numpy.int8:
        raise Failure(f"{source.file.filename}:{weights.name}: found {weights.dtype}, expected int8")
    add_values(target, "weights", weights[...], weights.attrs.get("scale", 1.0))
    if "bias" in source:
        target["bias"] = source["bias"][...]
    if "mask" in source:
        mask = source["mask"][...]
        kept = target.create_dataset("mask", data=mask, chunks=mask.shape, compression=9)
        kept.attrs.update(source["mask"].attrs)
    scale = max(numpy.abs(value).max(), 1e-9) / LEVELS
    add_values(target, "input", numpy.rint(value / scale).astype(numpy.int16), scale)


def write_network(source_path, target_path, name, header):
    mean, std = (numpy.array(header[k])[:, None, None] for k in ("mean", "std"))
    with h5py.File(source_path) as source, new_file(target_path) as target:
        check_forward(source, source_path)
        target.attrs.update(format="scnn-network", version=1, name=name, source=SOURCE, license=LICENCE)
        layers = new_group(target, "layers")
        order = [n.decode() if isinstance(n, bytes) else n for n in source["layers"].attrs["order"]]
        layers.attrs.create("order", order, dtype=h5py.string_dtype())
        for layer, value in forward(source, (pattern() - mean) / std).items():
            copy_layer(source["layers"][layer], new_group(layers, layer), value)


def read_logs(paths):
    """The first header, and the lines with the folder they are in."""
    header, lines = None, []
    for path in paths:
        for text in path.read_text(encoding="utf-8").splitlines():
            line = json.loads(text)
            if "format" not in line:
                lines.append((path.parent, line))
            elif header is None:
                header = line
    if header is None:
        raise Failure(f"{paths[0]}: found no header")
    return header, lines


def last(lines, **wanted):
    """The last line with these members, and its folder."""
    found = [(folder, line) for folder, line in lines
             if all(line.get(key) == value for key, value in wanted.items())]
    if not found:
        raise Failure(f"the logs have no line with {wanted}")
    return found[-1]


def make(options):
    header, lines = read_logs(options.log)
    options.out.mkdir(parents=True, exist_ok=True)
    kept = [header, *[last(lines, stage=stage, granularity=None)[1]
                      for stage in ("dense", "adapted")]]
    dense = dict(last(lines, stage="quantised", granularity=None)[1])
    dense.pop("file", None)
    kept.append(dense)
    for grain, density in options.points:
        folder, line = last(lines, stage="quantised", granularity=grain, density=density,
                            seed=options.seed)
        if "file" not in line:
            raise Failure(f"{grain} at {density}: the log names no network")
        name = f"{grain}-{density:g}.h5"
        beside = options.out / f".{name}.{os.getpid()}"
        try:
            write_network(folder / line["file"], beside, f"resnet20 {grain} {density:g}", header)
            beside.replace(options.out / name)
        finally:
            beside.unlink(missing_ok=True)
        kept.append({**line, "file": name})
    text = "".join(json.dumps(line) + "\n" for line in kept)
    (options.out / "accuracy.jsonl").write_text(text, encoding="utf-8")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("log", nargs="+", type=pathlib.Path, help="of the study, beside its networks")
    parser.add_argument("--points", required=True, metavar="LIST",
                        help="granularity=density, separated by commas")
    parser.add_argument("--seed", type=int, default=1, help="of the points; default: 1")
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "workloads/trained/resnet20",
                        metavar="DIR", help="default: workloads/trained/resnet20")
    options = parser.parse_args()
    try:
        options.points = [(grain, float(density)) for grain, density in
                          (word.split("=") for word in options.points.split(","))]
    except ValueError:
        parser.error(f"--points: found '{options.points}', expected fine=0.4,vector=0.4 or the like")
    return options


def main():
    try:
        make(arguments())
    except (Failure, OSError, KeyError, ValueError) as failure:
        print(f"trained_networks.py: error: {failure}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
