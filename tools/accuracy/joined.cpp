#include "tools/accuracy/joined.hpp"

#include <algorithm>

namespace scnn::cli::accuracy {

Spread JoinedPoint::accuracy() const {
  std::vector<Entry> entries;
  for (const JoinedSeed& seed : seeds) entries.push_back(seed.entry);
  return accuracy_of(entries);
}

Costs JoinedPoint::mean() const {
  std::vector<Costs> all;
  for (const JoinedSeed& seed : seeds)
    all.push_back(costs_of(seed.network.counts, seed.network.energy_pj));
  return mean_of(all);
}

double Joined::accuracy_at(double loss) const {
  constexpr double kPoint = 0.01;
  return accuracy_of(dense).mean - kPoint * loss;
}

std::vector<Granularity> Joined::granularities() const {
  std::vector<Granularity> all;
  for (const JoinedPoint& point : points)
    if (all.empty() || all.back() != point.granularity) all.push_back(point.granularity);
  return all;
}

bool Joined::several_seeds() const {
  return dense.size() > 1 ||
         std::ranges::any_of(points, [](const JoinedPoint& p) { return p.seeds.size() > 1; });
}

void add_equal_accuracies(Joined& joined, const std::vector<double>& losses) {
  for (const double loss : losses)
    for (const Granularity granularity : joined.granularities()) {
      std::vector<Sample> samples;
      for (const JoinedPoint& point : joined.points)
        if (point.granularity == granularity)
          samples.push_back(
              {.density = point.density, .accuracy = point.accuracy().mean, .costs = point.mean()});
      joined.equal.push_back({.loss = loss,
                              .granularity = granularity,
                              .crossing = crossing_of(samples, joined.accuracy_at(loss))});
    }
}

}  // namespace scnn::cli::accuracy
