/// What `--detail` adds to a result: the same run, less summed up.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "memory/architecture.hpp"
#include "memory/counters.hpp"
#include "workloads/network.hpp"

namespace scnn::sim {

/// When an output-channel group ran; cycles of the layer, from its start.
struct GroupTime {
  std::int64_t start = 0;         ///< first cycle in which a step may issue (S26)
  std::int64_t first_finish = 0;  ///< cycles elapsed when the first PE had finished (S21)
  std::int64_t barrier = 0;       ///< when the last had: B (S24)
  std::int64_t drain_end = 0;     ///< when its outputs were drained (S25)
};

struct LayerDetail {
  std::vector<memory::Counters> pes;        ///< activities and work of each PE, row-major
  std::vector<GroupTime> groups;            ///< of every tile and convolution group, in order
  std::vector<std::uint64_t> bank_updates;  ///< by bank, all PEs together
};

/// Updates that each accumulator bank receives, before any are combined (S16, S17); their sum
/// is the counter `updates`.
[[nodiscard]] std::vector<std::uint64_t> bank_updates(const workloads::QuantisedLayer& layer,
                                                      const memory::Architecture& arch);

/// An element of `detail.layers`: arrays by PE, by group and by bank.
[[nodiscard]] nlohmann::ordered_json to_json(const LayerDetail& detail);

}  // namespace scnn::sim
