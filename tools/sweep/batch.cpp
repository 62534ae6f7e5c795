#include "tools/sweep/batch.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <tuple>

#include "sim/architecture_file.hpp"
#include "sim/prepared_layer.hpp"

namespace scnn::cli::sweep {
namespace {

/// A batch beyond this shares little more, and a failure in it costs a fresh start.
constexpr std::size_t kMostPointsOfBatch = 64;

/// What a point costs that shares everything but time with the one before, of a first point
/// of its batch: 23 ms of 153 ms (docs/sweep.md, `bench/sweep`).
constexpr double kSharedCost = 0.15;

/// Batches a process or shard should get, so that all end at about the same time.
constexpr std::size_t kBatchesOfShare = 4;

/// Sorts points so that those which share more are closer: by network, by what is prepared
/// once, by the machine, and then by what changes the PEs' times most.
struct SortedPoint {
  std::string network, preparation, machine;
  std::tuple<std::int64_t, std::int64_t, std::int64_t, std::int64_t> supply;
  std::size_t place;
  const Point* point;

  [[nodiscard]] auto key() const { return std::tie(network, preparation, machine, supply, place); }
};

std::vector<SortedPoint> sorted(const std::vector<const Point*>& points) {
  std::vector<SortedPoint> all;
  std::set<std::string> ids;
  for (const Point* p : points) {
    if (!ids.insert(p->id).second) continue;
    all.push_back({to_json(p->request).dump(),
                   sim::to_json(sim::preparation_key(p->arch)).dump(),
                   sim::to_json(sim::machine_key(p->arch)).dump(),
                   {p->arch.weight_fifo_entries, p->arch.broadcast_entries_per_cycle,
                    p->arch.dram.bytes_per_cycle, p->arch.dram.latency_cycles},
                   all.size(),
                   p});
  }
  std::ranges::sort(all, {}, &SortedPoint::key);
  return all;
}

}  // namespace

double Batch::cost() const {
  double sum = 0.0;
  for (std::size_t i = 0; i < points.size(); ++i)
    sum += points[i]->products * (i == 0 ? 1.0 : kSharedCost);
  return sum;
}

std::vector<Batch> make_batches(const std::vector<const Point*>& points, std::size_t most) {
  std::vector<Batch> batches;
  const SortedPoint* last = nullptr;
  const auto all = sorted(points);
  for (const SortedPoint& p : all) {
    const bool fits = last != nullptr && last->network == p.network && last->machine == p.machine &&
                      batches.back().points.size() < most;
    if (!fits) batches.emplace_back();
    batches.back().points.push_back(p.point);
    last = &p;
  }
  return batches;
}

std::size_t batch_size(std::size_t points, std::size_t shares) {
  if (shares > 1) shares *= kBatchesOfShare;
  return std::clamp<std::size_t>((points + shares - 1) / shares, 1, kMostPointsOfBatch);
}

std::vector<const Point*> shard(const std::vector<Point>& points, std::size_t number,
                                std::size_t count) {
  std::vector<const Point*> all;
  all.reserve(points.size());
  for (const Point& p : points) all.push_back(&p);
  auto batches = make_batches(all, batch_size(points.size(), count));
  std::ranges::stable_sort(batches, std::ranges::greater(), &Batch::cost);
  std::vector<double> loads(count, 0.0);
  std::set<const Point*> chosen;
  for (const Batch& batch : batches) {
    const auto lightest = std::ranges::min_element(loads);
    *lightest += batch.cost();
    if (static_cast<std::size_t>(lightest - loads.begin()) == number)
      chosen.insert(batch.points.begin(), batch.points.end());
  }
  std::erase_if(all, [&](const Point* p) { return !chosen.contains(p); });
  return all;
}

}  // namespace scnn::cli::sweep
