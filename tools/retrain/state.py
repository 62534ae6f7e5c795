"""The network to prune: built by a function, with parameters from a file."""

import importlib
import pathlib
import sys

import h5py
import torch
from torch import nn

import export_torch
from retrain.errors import RetrainError


def build(text):
    """The module that MODULE:FACTORY names; MODULE is a Python file or an importable name."""
    module, colon, factory = text.rpartition(":")
    if not colon:
        raise RetrainError(f'MODULE:FACTORY: found "{text}", expected FILE.py:NAME or MODULE:NAME')
    if module.endswith(".py"):
        return export_torch.build(text)
    sys.path.insert(0, str(pathlib.Path.cwd()))
    try:
        found = getattr(importlib.import_module(module), factory, None)
    except ImportError as error:
        raise RetrainError(f"MODULE:FACTORY: there is no module {module} ({error})") from error
    finally:
        sys.path.pop(0)
    model = found() if callable(found) and not isinstance(found, nn.Module) else found
    if not isinstance(model, nn.Module):
        raise RetrainError(f"MODULE:FACTORY: {text} is {type(model).__name__}, expected a module or "
                           "a function that returns one")
    return model


def load(model, path):
    """Loads parameters: a state_dict saved by PyTorch, or HDF5 datasets of its names."""
    if not pathlib.Path(path).is_file():
        raise RetrainError(f"{path}: there is no such file")
    if not h5py.is_hdf5(path):
        export_torch.load_state(model, path)
        return
    state = {}
    with h5py.File(path, "r") as file:
        file.visititems(lambda name, item: state.update({name.replace("/", "."): item})
                        if isinstance(item, h5py.Dataset) else None)
        wanted = model.state_dict()
        for name, value in wanted.items():
            if name.endswith("num_batches_tracked"):
                continue
            if name not in state:
                raise RetrainError(f"{path}: has no {name}")
            if tuple(state[name].shape) != tuple(value.shape):
                raise RetrainError(f"{path}: {name} has shape {list(state[name].shape)}, expected "
                                   f"{list(value.shape)}")
            wanted[name] = torch.from_numpy(state[name][()]).to(value.dtype)
    model.load_state_dict(wanted)
