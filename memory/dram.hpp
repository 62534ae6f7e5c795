/// DRAM channel for the weight stream (machine.md S22).
#pragma once

#include <cstdint>

#include "memory/architecture.hpp"
#include "memory/weight_stream.hpp"

namespace scnn::memory {

/// When each entry of a weight stream is on chip, counted from the start of a tile.
///
/// The stream is packed and never waits: an entry is on chip once its last bit is.
class DramStream {
 public:
  DramStream(const Dram& dram, const WeightStream& stream)
      : latency_(dram.latency_cycles),
        bits_per_cycle_(static_cast<std::uint64_t>(8 * dram.bytes_per_cycle)),
        stream_(&stream) {}

  /// First cycle in which entry `j` can be broadcast; at least latency + 1.
  [[nodiscard]] std::int64_t on_chip_cycle(std::size_t j) const {
    const std::uint64_t bits = stream_->bits[j];
    return latency_ + static_cast<std::int64_t>((bits + bits_per_cycle_ - 1) / bits_per_cycle_);
  }
  [[nodiscard]] std::size_t size() const { return stream_->bits.size(); }

 private:
  std::int64_t latency_;
  std::uint64_t bits_per_cycle_;
  const WeightStream* stream_;
};

/// Cycles the DRAM needs to move `bits` at its full rate (S27).
[[nodiscard]] constexpr std::uint64_t transfer_cycles(std::uint64_t bits, const Dram& dram) {
  const auto per_cycle = static_cast<std::uint64_t>(8 * dram.bytes_per_cycle);
  return (bits + per_cycle - 1) / per_cycle;
}

}  // namespace scnn::memory
