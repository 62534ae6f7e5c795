/// Which activations a PE holds for a tile, and how they are stored (machine.md S6, S11, S18).
#pragma once

#include <cstdint>

#include "pe/tile_job.hpp"
#include "sparse_formats/activation_blocks.hpp"

namespace scnn::pe {

/// The codec's parameters for PE `pe`'s part of a tile.
[[nodiscard]] sparse::ActivationLayout activation_layout(const TileJob& job, std::int64_t pe);

}  // namespace scnn::pe
