/// What travels on the wires between the sequencer and the PEs.
#pragma once

#include <cstdint>

#include "pe/tile_job.hpp"

namespace scnn::pe {

/// What the whole array is doing (S28).
enum class ArrayPhase : std::uint8_t {
  idle,         ///< no tile
  run,          ///< the PEs work on a group
  buffer_wait,  ///< the next group waits for an accumulator buffer (S26)
  drain,        ///< the tile's last barrier has passed
};

/// Sequencer to all PEs. Cycles are counted from the start of the tile.
struct PeCommand {
  std::uint64_t serial = 0;  ///< counts commands
  std::uint64_t tile = 0;    ///< serial number; a new one loads a tile
  const TileJob* job = nullptr;
  ArrayPhase phase = ArrayPhase::idle;
  std::int64_t group = -1;   ///< the group that runs, or ran last
  std::int64_t barrier = 0;  ///< when the previous group was over, B(g-1)
  std::int64_t cycle = 0;    ///< from when on this holds: start(g), or the end of the tile
};

/// PE to sequencer: groups `[0, groups)` of the tile are finished, the last of them when
/// `cycle` cycles had elapsed (decoupled only; the clocked sequencer counts itself). One
/// more than there are: the PE has taken the end of the tile, and is done with it.
struct FinishReport {
  std::uint64_t tile = 0;
  std::int64_t groups = 0;
  std::int64_t cycle = 0;
};

/// Sequencer to all PPUs: drain group `group` of the tile.
struct DrainCommand {
  std::uint64_t tile = 0;
  const TileJob* job = nullptr;
  std::int64_t group = -1;
};

/// PPU to sequencer: groups `[0, groups)` are drained, the last in `cycles` cycles.
struct DrainReport {
  std::uint64_t tile = 0;
  std::int64_t groups = 0;
  std::int64_t cycles = 0;
};

/// What a PPU needs to turn accumulated sums into output activations (S27).
struct OutputJob {
  const LayerShape* shape = nullptr;
  const memory::Architecture* arch = nullptr;
  OwnerMap owners;
  double weight_scale = 1.0, input_scale = 1.0;
  const float* bias = nullptr;  ///< `[K]`, or null
  bool relu = false;
};

enum class OutputStage : std::uint8_t {
  none,
  begin,     ///< a layer begins: make room for the outputs each PE owns
  measure,   ///< report the largest magnitude and the overflows
  compress,  ///< quantise with one scale for the layer, compress into the OARAM
};

/// Sequencer to all PPUs.
struct OutputCommand {
  OutputStage stage = OutputStage::none;
  const OutputJob* job = nullptr;
  double scale = 1.0;  ///< of the quantised output, for `compress`
};

/// PPU to sequencer, after `measure` and `compress`.
struct OutputReport {
  OutputStage stage = OutputStage::none;
  double peak = 0.0;            ///< largest output magnitude
  std::uint64_t overflows = 0;  ///< sums outside the accumulator range (S5)
  std::uint64_t stored = 0;     ///< elements stored in the OARAM
};

}  // namespace scnn::pe
