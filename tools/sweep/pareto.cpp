#include "tools/sweep/pareto.hpp"

#include <algorithm>
#include <numeric>

namespace scnn::cli::sweep {
namespace {

bool dominates(const std::vector<double>& a, const std::vector<double>& b) {
  bool smaller = false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] > b[i]) return false;
    smaller |= a[i] < b[i];
  }
  return smaller;
}

}  // namespace

std::vector<bool> pareto_front(const std::vector<std::vector<double>>& points) {
  // In lexicographic order only an earlier point can dominate a later one, and whatever
  // dominates is itself dominated by one of the front: the front is all there is to ask.
  std::vector<std::size_t> order(points.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) { return points[a] < points[b]; });
  std::vector<std::size_t> front;
  std::vector<bool> on_front(points.size(), false);
  for (const std::size_t i : order) {
    if (std::ranges::any_of(front, [&](std::size_t f) { return dominates(points[f], points[i]); }))
      continue;
    front.push_back(i);
    on_front[i] = true;
  }
  return on_front;
}

}  // namespace scnn::cli::sweep
