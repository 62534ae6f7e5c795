#include "tools/accuracy/crossing.hpp"

#include <array>

namespace scnn::cli::accuracy {

std::string_view name_of(Reach reach) {
  constexpr std::array<std::string_view, 3> names{"crossed", "above", "below"};
  return names[static_cast<std::size_t>(reach)];
}

Crossing crossing_of(std::span<const Sample> samples, double accuracy) {
  if (samples.empty() || samples.front().accuracy < accuracy) return {};
  for (std::size_t i = 1; i < samples.size(); ++i) {
    const Sample& a = samples[i - 1];
    const Sample& b = samples[i];
    if (b.accuracy >= accuracy) continue;
    const double share = (a.accuracy - accuracy) / (a.accuracy - b.accuracy);
    return {.reach = Reach::crossed,
            .at = Sample{.density = a.density + share * (b.density - a.density),
                         .accuracy = accuracy,
                         .costs = between(a.costs, b.costs, share)},
            .denser = a.density,
            .sparser = b.density};
  }
  return {.reach = Reach::above};
}

}  // namespace scnn::cli::accuracy
