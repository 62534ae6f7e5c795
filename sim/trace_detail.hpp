/// How finely a layer can be traced without its timeline growing out of bounds.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "pe/timeline.hpp"
#include "pe/workers.hpp"
#include "sim/layer_job.hpp"
#include "sim/trace_options.hpp"

namespace scnn::sim {

/// What a layer is chosen to stay below; bytes.
inline constexpr double kTraceBudget = 50e6;

/// `group`, `channel`, `step`.
[[nodiscard]] std::string_view name_of(pe::TraceDetail detail);
/// The same, with how many channels share a slice: `channel (by 4)`.
[[nodiscard]] std::string name_of(const pe::TraceLevel& level);

/// Cycles between samples of occupancy and bandwidth.
[[nodiscard]] std::int64_t sample_cycles(pe::TraceDetail detail);

/// Work of the traced PEs, counted from mapping and blocks before anything has run.
struct TraceWork {
  std::uint64_t pes = 0;
  std::uint64_t groups = 0;    ///< that have weight vectors, over all tiles
  std::uint64_t channels = 0;  ///< blocks with weights and activations, over groups and PEs
  std::uint64_t channels_of_group = 0;  ///< input channels
  std::uint64_t steps = 0;
  std::uint64_t vectors = 0;  ///< weight vectors, over PEs
  std::uint64_t cycles = 0;   ///< that the layer will take, roughly
};

[[nodiscard]] TraceWork trace_work(const LayerJob& job, const TraceOptions& options,
                                   pe::Workers& workers);

/// An estimate from above of the bytes of a layer's events.
/// \param window  cycles that are traced at most
[[nodiscard]] double trace_bytes(const TraceWork& work, const pe::TraceLevel& level, double window);

/// The option's level, or else the finest that stays within the budget. A function of the
/// layer, the architecture and the options alone.
[[nodiscard]] pe::TraceLevel choose_level(const LayerJob& job, const TraceOptions& options,
                                          pe::Workers& workers);

}  // namespace scnn::sim
