#!/usr/bin/python3
"""Runs the worked example of docs/machine.md and compares its counters with the page.

Usage: machine_example_test.py SCNN
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile

import h5py
import numpy

ROOT = pathlib.Path(__file__).resolve().parent.parent


def blocks():
    """The JSON blocks of the page by the word after ```json."""
    text = (ROOT / "docs/machine.md").read_text(encoding="utf-8")
    found = re.findall(r"^```json (\w+)\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
    return {name: json.loads(body) for name, body in found}


def write_network(path, layer):
    weights = numpy.array(layer["weights"], dtype=numpy.int16)
    image = numpy.array(layer["input"], dtype=numpy.int16)
    with h5py.File(path, "w") as file:
        file.attrs.update(format="scnn-network", version=numpy.int64(1), name="worked-example")
        group = file.create_group("layers/example")
        file["layers"].attrs.create("order", ["example"], dtype=h5py.string_dtype())
        group["weights"], group["input"] = weights, image
        group.attrs["kind"] = "conv"
        for name, value in {"stride": [1, 1], "padding": layer["padding"], "dilation": [1, 1],
                            "groups": 1, "relu": layer["relu"],
                            "input_shape": image.shape}.items():
            group.attrs[name] = numpy.array(value, dtype=numpy.int64)


def run(scnn, page, engine):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        write_network(folder / "net.h5", page["layer"])
        (folder / "arch.json").write_text(json.dumps(page["architecture"]))
        subprocess.run([scnn, "run", "--quiet", "--network", folder / "net.h5",
                        "--arch", folder / "arch.json", "--engine", engine,
                        "--json", folder / "result.json"],
                       check=True, stdout=subprocess.DEVNULL)
        result = json.loads((folder / "result.json").read_text())
    return result["layers"][0]["counters"]


def main():
    page = blocks()
    expected = page["counters"]
    status = 0
    for engine in ("decoupled", "clocked"):
        found = run(sys.argv[1], page, engine)
        for counter in sorted(set(expected) | set(found)):
            if expected.get(counter) != found.get(counter):
                print(f"{engine}: {counter}: the page says {expected.get(counter)}, "
                      f"the machine {found.get(counter)}")
                status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
