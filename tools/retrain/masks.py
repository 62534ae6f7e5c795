"""Masks: weights go to `scnn prune` in a network file and come back with what is kept."""

import pathlib
import shutil
import subprocess

import h5py
import torch

import export_torch
from retrain import integers
from retrain.errors import RetrainError

BUILT = pathlib.Path(__file__).resolve().parents[2] / "build" / "release" / "tools" / "scnn"


def program(given):
    """Where `scnn` is."""
    if given is None:
        found = str(BUILT) if BUILT.is_file() else shutil.which("scnn")
    else:
        found = shutil.which(given)
    if found is None:
        raise RetrainError(f"--scnn: there is no program {given or 'scnn'}, expected a build of scnn "
                           f"({BUILT} or in PATH)")
    return found


class Pruner:
    """Asks `scnn prune` for masks of one model's layers."""

    def __init__(self, scnn, model, image, skip, linear):
        self._scnn = scnn
        self._image = image
        layers, _ = export_torch.layers_of(model, image, linear=True, fold_batch_norm=True)
        self.convolutions = [n for n, a, *_ in layers if a["kind"] == "conv"]
        self._skip = self.convolutions[:1] if skip is None else [glob for glob in skip if glob]
        if not linear:
            self._skip += [n for n, a, *_ in layers if a["kind"] == "fc"]

    def write(self, model, path):
        """The weights as the machine holds them, batch norms folded in: those are ranked."""
        layers, _ = export_torch.layers_of(model, self._image, linear=True, fold_batch_norm=True)
        for _, _, datasets, _ in layers:
            del datasets["input"]
        path.parent.mkdir(parents=True, exist_ok=True)
        export_torch.write(path, "weights", "prune_retrain.py", layers)

    def prune(self, model, granularity, wanted, out, previous=None):
        """Layer name -> export_torch.Mask. `wanted`: the options of `scnn prune` that say how much."""
        weights = out.with_suffix(".weights.h5")
        self.write(model, weights)
        words = [self._scnn, "prune", "--network", weights, "--granularity", granularity, *wanted,
                 "--out", out, "--quiet"]
        words += [word for glob in self._skip for word in ("--skip", glob)]
        words += [] if previous is None else ["--mask", previous]
        # In a session of its own: Ctrl-C is for the run, which stops in order.
        done = subprocess.run([str(w) for w in words], capture_output=True, text=True, check=False,
                              start_new_session=True)
        weights.unlink()
        if done.returncode != 0:
            raise RetrainError(f"scnn prune: {done.stderr.strip() or done.returncode}")
        masks = read(out)
        if not masks:
            raise RetrainError("scnn prune: no layer was pruned, expected at least one (see --skip and "
                               "--densities)")
        return masks


def read(path):
    """The masks of a network file."""
    masks = {}
    with h5py.File(path, "r") as file:
        for name in file["layers"].attrs["order"]:
            found = file["layers"][name].get("mask")
            if found is not None:
                masks[name] = export_torch.Mask(found[()], found.attrs["granularity"],
                                                float(found.attrs["density_requested"]))
    return masks


def parameters(model, masks):
    """Parameter name -> 0/1 tensor of its shape."""
    names = integers.layers_of(model)
    found = {}
    for layer, mask in masks.items():
        parameter = f"{names[layer]}.weight" if names[layer] else "weight"
        weight = model.get_parameter(parameter)
        found[parameter] = torch.from_numpy(mask.values).reshape(weight.shape).to(weight.dtype)
    return found


def apply(model, held):
    """Zeroes what the 0/1 tensors of `parameters` drop."""
    with torch.no_grad():
        for name, mask in held.items():
            weight = model.get_parameter(name)
            weight.mul_(mask.to(weight.device))


def density(masks):
    """Weights kept / weights, of the layers that have a mask."""
    return sum(int(m.values.sum()) for m in masks.values()) / sum(m.values.size
                                                                  for m in masks.values())
