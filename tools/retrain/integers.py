"""The network the machine runs: batch norms folded into the weights, the weights as integers."""

import collections
import copy

import h5py
import numpy
import torch
from torch import nn

import export_torch
from retrain.errors import RetrainError
from torch_recorder import Recorder

KINDS = (nn.Conv2d, nn.Linear)


def layers_of(model):
    """Layer name in a network file -> module name."""
    return {name or type(module).__name__: name for name, module in model.named_modules()
            if isinstance(module, KINDS)}


def replace(model, name, module):
    parent, _, last = name.rpartition(".")
    setattr(model.get_submodule(parent), last, module)


def folded(model, image):
    """A copy on the CPU in which the convolutions do the work of the batch norms behind them."""
    model = copy.deepcopy(model).cpu().eval()
    recorder = Recorder(model, KINDS)
    recorder.run(model, image)
    names = {module: name for name, module in model.named_modules()}
    runs = collections.Counter(module for _, module, _, _ in recorder.calls)
    readings = collections.Counter(recorder.norms.values())
    with torch.no_grad():
        for _, module, _, made in recorder.calls:
            norm = recorder.norm_behind(made)
            if norm is None or runs[module] > 1 or readings[norm] > 1:
                continue
            weight, bias = export_torch.folded(module.weight, module.bias, norm)
            module.weight.copy_(weight)
            module.bias = nn.Parameter(bias)
            replace(model, names[norm], nn.Identity())
    return model


def quantised(weight, bits):
    """docs/machine.md S5, in double precision: (integers, scale)."""
    weight = weight.detach().cpu().double().numpy()
    largest = float(numpy.abs(weight).max(initial=0.0))
    scale = largest / (2 ** (bits - 1) - 1) if largest > 0 else 1.0
    return export_torch.Scaled(numpy.rint(weight / scale).astype(numpy.int8), scale)


def assign(module, scaled):
    """The module computes with what the integers stand for."""
    value = torch.from_numpy(scaled.values.astype(numpy.float64) * scaled.scale).float()
    with torch.no_grad():
        module.weight.copy_(value.reshape(module.weight.shape))


def quantise(model, bits):
    """Rounds the weights of a folded model in place. Returns layer name -> export_torch.Scaled."""
    found = {}
    for layer, name in layers_of(model).items():
        module = model.get_submodule(name)
        found[layer] = quantised(module.weight, bits)
        assign(module, found[layer])
    return found


def export(model, image, integers, masks, out):
    """Writes a folded, quantised model with the activations of `image`."""
    layers, _ = export_torch.layers_of(model, image, linear=True, fold_batch_norm=False)
    complete = []
    for name, attributes, datasets, _ in layers:
        shape = datasets["weights"].shape
        values, scale = integers[name]
        datasets["weights"] = export_torch.Scaled(values.reshape(shape), scale)
        complete.append((name, attributes, datasets, masks.get(name)))
    out.parent.mkdir(parents=True, exist_ok=True)
    source = f"PyTorch {torch.__version__}, {type(model).__name__}, pruned and retrained"
    export_torch.write(out, out.stem, source, complete)


def load(model, image, path):
    """`model` (of the right structure, any weights) with what an exported file holds."""
    model = folded(model, image)
    try:
        with h5py.File(path, "r") as file:
            for layer, name in layers_of(model).items():
                module, group = model.get_submodule(name), file["layers"][layer]
                weights = group["weights"]
                assign(module, export_torch.Scaled(weights[()], float(weights.attrs.get("scale", 1))))
                if "bias" in group:
                    module.bias = nn.Parameter(torch.from_numpy(group["bias"][()]))
    except (KeyError, RuntimeError) as error:
        raise RetrainError(f"{path}: does not hold this network: {error}") from error
    return model
