/// What a PE does in a cycle (machine.md S28).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "memory/counters.hpp"

namespace scnn::pe {

/// Numbered as waveforms show it.
enum class Activity : std::uint8_t {
  none,
  issue,
  bank_stall,
  weight_wait,
  backpressure_wait,
  barrier_wait,
  buffer_wait,
  drain,
};

struct ActivityInfo {
  std::string_view name;
  std::uint64_t memory::Counters::*counter;
};

/// By activity; `none` has neither name nor counter.
inline constexpr std::array<ActivityInfo, 8> kActivities{{
    {"", nullptr},
    {"issue", &memory::Counters::issue},
    {"bank_stall", &memory::Counters::bank_stall},
    {"weight_wait", &memory::Counters::weight_wait},
    {"backpressure_wait", &memory::Counters::backpressure_wait},
    {"barrier_wait", &memory::Counters::barrier_wait},
    {"buffer_wait", &memory::Counters::buffer_wait},
    {"drain", &memory::Counters::drain},
}};

[[nodiscard]] constexpr const ActivityInfo& info_of(Activity activity) {
  return kActivities[static_cast<std::size_t>(activity)];
}

/// A PE that waits for the whole array has no group of its own in that cycle.
[[nodiscard]] constexpr bool waits_for_array(Activity activity) {
  return activity >= Activity::barrier_wait;
}

}  // namespace scnn::pe
