#!/usr/bin/python3
"""Statistics of the activations of network files, real beside generated.

    activation_statistics.py NET...            a table per network, a line per distinct input
    activation_statistics.py --fit NET...      searches the shares that fit best
    activation_statistics.py --shares .3,.3,.6,0,10 NET...   other shares than the zoo's

Shares are those of workloads/activation_field.hpp: of the variance, a level per channel;
of the rest, a fine and a coarse part, and what all channels have in common (none in the
zoo, whatever --fit finds on the activations of one image); then the length over which the
coarse window grows by one. The field here follows the same law with numpy's random
numbers: numbers differ from those of `scnn zoo`, statistics do not.
Columns: docs/activations.md.
"""

import argparse
import zlib

import h5py
import numpy as np

ZOO = (0.30, 0.30, 0.60, 0, 10)
COLUMNS = ["neighbours", "two apart", "channel std", "position std", "dead", "empty 2x2",
           "empty 4x4", "runs"]


def inputs(path):
    """(layer, non-zero pattern [C][H][W]) of every distinct input that has zeros."""
    with h5py.File(path) as file:
        order = [n.decode() if isinstance(n, bytes) else n for n in file["layers"].attrs["order"]]
        seen = set()
        for name in order:
            data = file["layers"][name].get("input")
            if data is None or data.shape[0] <= 4 or min(data.shape[1:]) < 4:
                continue
            active = data[...] != 0
            if active.mean() <= 0.99 and active.tobytes() not in seen:
                seen.add(active.tobytes())
                yield name, active


def statistics(active):
    C, H, W = active.shape

    def correlation(n):
        pairs = [(active[:, :, n:], active[:, :, :-n]), (active[:, n:], active[:, :-n])]
        return np.mean([np.corrcoef(a.ravel(), b.ravel())[0, 1] for a, b in pairs])

    def empty(n):
        tiles = active[:, :H // n * n, :W // n * n].reshape(C, H // n, n, W // n, n)
        return 1 - tiles.any((2, 4)).mean()

    starts = [np.diff(active, axis=axis, prepend=False) & active for axis in (1, 2)]
    return np.array([correlation(1), correlation(2), active.mean((1, 2)).std(),
                     active.mean(0).std(), 1 - active.any((1, 2)).mean(), empty(2), empty(4),
                     np.mean([s.sum() for s in starts]) / active.sum()])


def smooth(noise, window, axis):
    """Noise summed twice over a window, to variance 1."""
    tent = np.convolve(np.ones(window), np.ones(window))
    length = noise.shape[axis] - len(tent) + 1
    total = sum(w * noise.take(range(i, i + length), axis) for i, w in enumerate(tent))
    return total / np.sqrt((tent ** 2).sum())


def generate(shape, density, shares, seed):
    """A pattern of that density."""
    C, H, W = shape
    channel, fine, coarse, common, growth = shares
    random = np.random.default_rng(seed)

    def part(count, h, w):
        noise = random.normal(size=(count, H + 2 * (h - 1), W + 2 * (w - 1)))
        return smooth(smooth(noise, h, 1), w, 2)

    def within(count):
        window = [1 + int(n / growth + 0.5) for n in (H, W)]
        return (np.sqrt(fine) * part(count, 2, 2) + np.sqrt(coarse) * part(count, *window)
                + np.sqrt(max(0, 1 - fine - coarse)) * part(count, 1, 1))

    field = np.sqrt(1 - channel) * (np.sqrt(1 - common) * within(C) + np.sqrt(common) * within(1))
    field += np.sqrt(channel) * random.normal(size=(C, 1, 1))
    count = round(density * field.size)
    return field >= np.partition(field.ravel(), -count)[-count]


def compare(patterns, shares):
    """Statistics [input][real, generated][column]; the same seeds whatever the shares."""
    return np.array([[statistics(a), statistics(generate(a.shape, a.mean(), shares,
                                                         zlib.crc32(name.encode())))]
                     for name, a in patterns])


def misfit(networks, shares):
    """Root mean square error of each column over its mean, averaged over columns but `dead`."""
    tables = [compare(patterns, shares) for patterns in networks]
    used = [i for i, column in enumerate(COLUMNS) if column != "dead"]
    squares = np.mean([((t[:, 1] - t[:, 0]) ** 2).mean(0) for t in tables], 0)
    means = np.mean([t[:, 0].mean(0) for t in tables], 0)
    return (np.sqrt(squares) / means)[used].mean()


# Channel, fine, coarse, common; the last trades fine for coarse.
DIRECTIONS = [(1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 2, 0), (0, 0, 0, 0.2), (0, -1, 1, 0)]


def descend(networks, start):
    """(misfit, shares) at the end of a coordinate descent that leaves the growth alone."""
    best, error = start, misfit(networks, start)
    for step in (0.05, 0.025):
        moved = True
        while moved:
            moved = False
            for direction in DIRECTIONS:
                for size in (-step, step):
                    tried = (*(round(b + size * d, 4) for b, d in zip(best, direction)), best[4])
                    if min(tried) < 0 or tried[1] + tried[2] > 1:
                        continue
                    found = misfit(networks, tried)
                    if found < error - 1e-5:
                        best, error, moved = tried, found, True
    print(f"misfit {error:.4f} at {','.join(map(str, best))}", flush=True)
    return error, best


def fit(networks, shares):
    """A descent for each growth, because windows jump with it; every network weighs the same."""
    return min(descend(networks, (*shares[:4], growth)) for growth in (4, 5, 7, 10, 14))[1]


def report(path, patterns, shares):
    table = compare(patterns, shares)
    print(f"\n{path}: real / generated\n{'':24}" + "".join(f"{c:>14}" for c in COLUMNS))
    for (name, _), (real, made) in zip(patterns, table):
        print(f"{name:24}" + "".join(f"{a:8.3f}/{b:5.3f}" for a, b in zip(real, made)))
    print(f"{'mean':24}" + "".join(f"{a:8.3f}/{b:5.3f}" for a, b in zip(*table.mean(0))))
    error = np.abs(table[:, 0] - table[:, 1]).mean(0)
    print(f"{'mean absolute error':24}" + "".join(f"{e:14.3f}" for e in error))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("networks", nargs="+", metavar="NET")
    parser.add_argument("--fit", action="store_true")
    parser.add_argument("--shares", default=",".join(map(str, ZOO)))
    options = parser.parse_args()
    shares = tuple(float(word) for word in options.shares.split(","))
    networks = [list(inputs(path)) for path in options.networks]
    if options.fit:
        shares = fit(networks, shares)
    for path, patterns in zip(options.networks, networks):
        report(path, patterns, shares)


if __name__ == "__main__":
    main()
