"""A folder of pictures, train/<class>/* and test/<class>/*, decoded once into memory-mapped arrays."""

import hashlib
import json
import pathlib

import numpy
import torch
from PIL import Image, UnidentifiedImageError

from export_torch import beside
from retrain.errors import RetrainError

SUFFIXES = {".jpg", ".jpeg", ".png", ".bmp", ".ppm", ".webp"}


def files_of(folder, part):
    """The pictures of one part, class by class in alphabetical order: (path, class), the classes."""
    root = pathlib.Path(folder, part)
    if not root.is_dir():
        raise RetrainError(f"{folder}: has no folder {part}, expected {part}/CLASS/PICTURE")
    classes = sorted(p.name for p in root.iterdir() if p.is_dir())
    found = [(path, label) for label, name in enumerate(classes)
             for path in sorted((root / name).iterdir()) if path.suffix.lower() in SUFFIXES]
    if not found:
        raise RetrainError(f"{root}: holds no pictures, expected {part}/CLASS/PICTURE "
                           f"({', '.join(sorted(SUFFIXES))})")
    return found, classes


def key_of(files, size):
    """Changes when a picture is added, removed or written anew."""
    digest = hashlib.sha256(repr(size).encode())
    for path, label in files:
        state = path.stat()
        digest.update(f"{path}\0{label}\0{state.st_size}\0{state.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:16]


def decoded(path, size):
    """One picture as [H][W][3] bytes."""
    try:
        with Image.open(path) as picture:
            picture = picture.convert("RGB")
            if size is not None and picture.size != (size, size):
                picture = picture.resize((size, size), Image.BILINEAR)
            return numpy.asarray(picture)
    except (OSError, UnidentifiedImageError) as error:
        raise RetrainError(f"{path}: cannot be read as a picture: {error}") from error


def decode(files, size, out, progress):
    """All pictures as one array [N][H][W][3], complete or not there."""
    first = decoded(files[0][0], size)
    with beside(out) as temporary:
        array = numpy.lib.format.open_memmap(temporary, "w+", numpy.uint8, (len(files), *first.shape))
        for index, (path, _) in enumerate(files):
            picture = decoded(path, size)
            if picture.shape != first.shape:
                raise RetrainError(f"{path}: is {picture.shape[1]} x {picture.shape[0]}, expected "
                                   f"{first.shape[1]} x {first.shape[0]} as {files[0][0]} "
                                   "(--size N scales all pictures)")
            array[index] = picture
            progress.step(index + 1, len(files))
        array.flush()


class Pictures:
    """One part of the data: `images` [N][H][W][3] bytes, `labels` [N]."""

    def __init__(self, images, labels, classes):
        self.images = images
        self.labels = labels
        self.classes = classes
        self.digest = hashlib.sha256(images.tobytes() + labels.tobytes()).hexdigest()

    def __len__(self):
        return len(self.labels)


def load(folder, part, cache, size, progress):
    """A part of the data set; decodes it into the folder `cache` when it is not there yet."""
    files, classes = files_of(folder, part)
    cache.mkdir(parents=True, exist_ok=True)
    out = cache / f"{part}-{key_of(files, size)}.npy"
    if not out.exists():
        with progress.of(f"decoding {part}") as shown:
            decode(files, size, out, shown)
    images = numpy.load(out, mmap_mode="r")
    return Pictures(images, numpy.array([label for _, label in files], numpy.int64), classes)


class Scaling:
    """Bytes to the floats a network takes: (byte / 255 - mean) / deviation per channel."""

    def __init__(self, mean, deviation, device):
        mean, deviation = torch.tensor(mean), torch.tensor(deviation)
        self._factor = (1 / (255 * deviation)).to(device)
        self._offset = (-mean / deviation).to(device)
        self._device = device
        self.key = [mean.tolist(), deviation.tolist()]

    def __call__(self, images):
        """[N][H][W][3] bytes to [N][3][H][W], in memory with the channels innermost."""
        value = torch.from_numpy(numpy.array(images)).to(self._device)
        return (value * self._factor + self._offset).permute(0, 3, 1, 2)


class Augmentation:
    """A crop at a random place of the picture with a black border, and a flip of every second one."""

    def __init__(self, padding, flip):
        self.key = [padding, flip]
        self._padding = padding
        self._flip = flip

    def __call__(self, images, random):
        count, height, width, _ = images.shape
        pad = self._padding
        padded = numpy.pad(images, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
        top, left = random.integers(0, 2 * pad + 1, (2, count))
        columns = numpy.tile(numpy.arange(width), (count, 1))
        if self._flip:
            columns = numpy.where(random.random((count, 1)) < 0.5, columns[:, ::-1], columns)
        rows = top[:, None] + numpy.arange(height)
        columns = left[:, None] + columns
        return padded[numpy.arange(count)[:, None, None], rows[:, :, None], columns[:, None, :]]


def random_of(*key):
    """A generator that depends on nothing but its key, so that a run resumes anywhere."""
    digest = hashlib.sha256(json.dumps(key).encode()).digest()
    return numpy.random.Generator(numpy.random.PCG64(int.from_bytes(digest[:16], "little")))
