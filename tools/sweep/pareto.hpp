/// Pareto fronts: points that nothing beats in every respect.
#pragma once

#include <cstddef>
#include <vector>

namespace scnn::cli::sweep {

/// Which of the points no other dominates: one that is nowhere larger and somewhere smaller.
/// Equal points do not dominate one another.
/// \param points  each with the same number of metrics, all to be small
[[nodiscard]] std::vector<bool> pareto_front(const std::vector<std::vector<double>>& points);

}  // namespace scnn::cli::sweep
