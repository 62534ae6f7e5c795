/// Where a granularity's accuracy falls below a bound, and what it costs there.
#pragma once

#include <optional>
#include <span>

#include "tools/accuracy/costs.hpp"

namespace scnn::cli::accuracy {

/// A measured point of one granularity, or one between two of them.
struct Sample {
  double density = 1.0;  ///< asked for
  double accuracy = 0.0;
  Costs costs;
};

/// How a curve of accuracies lies about a bound.
enum class Reach : std::uint8_t {
  crossed,  ///< it falls below it between two points
  above,    ///< all of its points reach it
  below,    ///< its densest point does not
};

[[nodiscard]] std::string_view name_of(Reach reach);

struct Crossing {
  Reach reach = Reach::below;
  std::optional<Sample> at = {};       ///< when crossed: on the straight line between the two
  double denser = 0.0, sparser = 0.0;  ///< when crossed: the densities of the two
};

/// The first place, seen from the dense side, at which accuracy falls below a bound; a curve that
/// rises above it again farther on does not count. Nothing is extrapolated.
/// \param samples  from dense to sparse
[[nodiscard]] Crossing crossing_of(std::span<const Sample> samples, double accuracy);

}  // namespace scnn::cli::accuracy
