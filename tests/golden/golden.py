#!/usr/bin/env python3
"""Compares the counters of the zoo's AlexNet with those kept in this folder.

    golden.py SCNN              exit 0 equal, 1 different
    golden.py SCNN --approve    writes the counters of today; only ever by hand
"""

import json
import pathlib
import subprocess
import sys
import tempfile

KEPT = pathlib.Path(__file__).with_name("alexnet.json")


def measure(scnn):
    with tempfile.TemporaryDirectory() as folder:
        network, result = f"{folder}/alexnet.h5", f"{folder}/result.json"
        for command in (
            ["zoo", "alexnet", "--densities", "published", "--seed", "1", "--out", network],
            ["run", "--network", network, "--json", result],
        ):
            subprocess.run([scnn, *command, "--quiet"], check=True, stdout=subprocess.DEVNULL)
        layers = json.loads(pathlib.Path(result).read_text())["layers"]
    return {layer["name"]: layer["counters"] for layer in layers}


def main():
    found = measure(sys.argv[1])
    if sys.argv[2:] == ["--approve"]:
        KEPT.write_text(json.dumps(found, indent=1) + "\n")
        print(f"wrote {KEPT}")
        return 0
    kept = json.loads(KEPT.read_text())
    differences = [
        f"{layer}: {counter} is {found.get(layer, {}).get(counter)}, was {value}"
        for layer, counters in kept.items()
        for counter, value in counters.items()
        if found.get(layer, {}).get(counter) != value
    ]
    differences += [f"{layer}: not kept" for layer in found if layer not in kept]
    if differences:
        differences.append("If that is meant: tests/golden/approve, and a line under Timing in "
                           "CHANGELOG.md that says why.")
    print("\n".join(differences) or f"{len(kept)} layers as kept")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
