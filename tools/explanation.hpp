/// Why a layer takes as long as it does.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "memory/architecture.hpp"
#include "sim/layer_bounds.hpp"
#include "sim/run.hpp"
#include "tools/layout.hpp"

namespace scnn::cli {

/// A layer, how it lies on the machine, and what running it counted.
struct Explained {
  memory::Architecture architecture;
  sim::LayerAnalysis analysis;
  sim::LayerResult result;
  bool first = false;  ///< of its network: its input comes from DRAM (S27)
};

/// Cycles the layer cannot be below, for one reason.
struct Bound {
  std::string_view key;   ///< in files: `banks`
  std::string_view name;  ///< for people
  std::uint64_t cycles = 0;
};

/// From the loosest of the multipliers to that of DRAM traffic.
[[nodiscard]] std::vector<Bound> bounds_of(const Explained& layer);

/// The reason that limits the layer: the largest bound among `steps`, `banks`, `weights`,
/// `drain` and `dram`; `steps` instead of `banks` where queues add less than a tenth to them.
[[nodiscard]] Bound limit_of(const Explained& layer);

/// Activations that go through DRAM (S27), in bits.
struct ActivationTraffic {
  std::uint64_t input = 0, output = 0;
};
[[nodiscard]] ActivationTraffic activation_traffic(const Explained& layer);

/// One sentence: what limits the layer, and where the rest of its cycles go.
[[nodiscard]] std::string conclusion(const Explained& layer);

/// How the layer lies on the machine, its bounds, the activities, the conclusion.
[[nodiscard]] std::string explanation_text(const Explained& layer, const Layout& layout);
/// `mapping`, `bounds`, `activities`, `counters`, `limit`, `conclusion`.
[[nodiscard]] nlohmann::ordered_json to_json(const Explained& layer);

}  // namespace scnn::cli
