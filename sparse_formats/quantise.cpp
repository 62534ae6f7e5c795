#include "sparse_formats/quantise.hpp"

#include <algorithm>
#include <cmath>

namespace scnn {

double quantisation_scale(double max_magnitude, int bits) {
  if (max_magnitude == 0.0) return 1.0;
  return max_magnitude / static_cast<double>((std::int64_t{1} << (bits - 1)) - 1);
}

Quantised quantise(std::span<const float> x, int bits) {
  double largest = 0.0;
  for (float v : x) largest = std::max(largest, std::fabs(static_cast<double>(v)));
  Quantised q;
  q.scale = quantisation_scale(largest, bits);
  q.values.resize(x.size());
  std::transform(x.begin(), x.end(), q.values.begin(),
                 [&](float v) { return quantise_value(static_cast<double>(v), q.scale); });
  return q;
}

}  // namespace scnn
