"""Writers of the layouts that hold weights alone, from their descriptions."""

import h5py


def write_keras3(path, layers, *, names=True, on="vars", container="layers"):
    """Keras 3's `.weights.h5`.

    layers: list of (group, name, variables), variables being a list of values, or of inner
            layers of a model within.
    names:  whether the attribute `name` is written, on `vars` or on the `group` itself.
    """
    def write(parent, inner):
        for group, name, content in inner:
            one = parent.create_group(f"{container}/{group}")
            variables = one.create_group("vars")
            if names:
                (variables if on == "vars" else one).attrs["name"] = name
            if content and isinstance(content[0], tuple):
                write(one, content)
                continue
            for i, value in enumerate(content):
                variables[str(i)] = value

    with h5py.File(path, "w") as file:
        write(file, layers)
        file.create_group("vars")
        file.create_group("optimizer/vars")["0"] = 7


def write_caffe(path, layers):
    """Caffe's `.caffemodel.h5`: layer -> list of blobs."""
    with h5py.File(path, "w") as file:
        data = file.create_group("data")
        for name, blobs in layers.items():
            one = data.create_group(name)
            for i, blob in enumerate(blobs):
                one[str(i)] = blob


def write_torch(path, tensors):
    """A `state_dict`, flat."""
    with h5py.File(path, "w") as file:
        for name, value in tensors.items():
            file[name] = value
