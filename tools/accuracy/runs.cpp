#include "tools/accuracy/runs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "sim/energy.hpp"
#include "sparse_formats/error.hpp"

namespace scnn::cli::accuracy {
namespace {

/// Opens each network once, and finds the work that is the same.
class Planner {
 public:
  explicit Planner(const NetworkRequest& network) : request_(network) {}

  /// A network for one seed of a point.
  void add(const JoinedPoint& point, JoinedSeed& seed) {
    const bool exported = is_exported(seed.entry);
    if (!exported && request_.file.empty()) refuse(seed.entry);
    Work one{.network = open(exported ? seed.entry.file.string() : request_.file),
             .granularity = point.granularity,
             .density = exported && !point.dense ? std::nullopt : std::optional(point.density),
             .pruned_here = !exported && !point.dense,
             .place = seed.entry.place,
             .seeds = {&seed}};
    const auto same = std::ranges::find_if(work_, [&one](const Work& other) {
      return other.network == one.network && other.granularity == one.granularity &&
             other.density == one.density;
    });
    if (same != work_.end())
      same->seeds.push_back(&seed);
    else
      work_.push_back(std::move(one));
  }

  /// Whether there is a network to run for an entry.
  [[nodiscard]] bool has_network(const Entry& entry) const {
    return !request_.file.empty() || !entry.file.empty();
  }

  [[nodiscard]] std::vector<Work> take() { return std::move(work_); }

 private:
  /// An export that is gone does not matter where --network can stand in.
  [[nodiscard]] bool is_exported(const Entry& entry) const {
    std::error_code failed;  // what cannot be asked is told when it is opened
    return !entry.file.empty() &&
           (request_.file.empty() || std::filesystem::exists(entry.file, failed));
  }

  [[noreturn]] static void refuse(const Entry& entry) {
    throw InputError(entry.place,
                     "has no \"file\", and --network is missing, expected one of the two");
  }

  std::shared_ptr<const RunnableNetwork> open(const std::string& file) {
    auto& network = networks_[file];
    if (!network) {
      NetworkRequest request = request_;
      request.file = file;
      network = std::make_shared<const RunnableNetwork>(std::move(request));
    }
    return network;
  }

  const NetworkRequest& request_;
  std::map<std::string, std::shared_ptr<const RunnableNetwork>> networks_;
  std::vector<Work> work_;
};

/// The dense network as a point of a granularity: kept whole, its weights share indices as pruned
/// ones do.
JoinedPoint dense_point(const Points& points, const Planner& planner, Granularity granularity) {
  JoinedPoint point{.granularity = granularity, .dense = true, .seeds = {}};
  for (const Entry& entry : points.dense)
    if (planner.has_network(entry)) point.seeds.push_back({.entry = entry, .network = {}});
  return point;
}

/// The logs' points; the dense network stands before each granularity's unless it is among them.
std::vector<JoinedPoint> joined_points(const Points& points, const Planner& planner) {
  std::vector<JoinedPoint> all;
  for (const Point& point : points.pruned) {
    const bool first = all.empty() || all.back().granularity != point.granularity;
    if (first && point.density < 1.0) {
      JoinedPoint dense = dense_point(points, planner, point.granularity);
      if (!dense.seeds.empty()) all.push_back(std::move(dense));
    }
    JoinedPoint joined{.granularity = point.granularity, .density = point.density, .seeds = {}};
    for (const Entry& entry : point.seeds) joined.seeds.push_back({.entry = entry, .network = {}});
    all.push_back(std::move(joined));
  }
  return all;
}

void check_granularity(const Work& work, const workloads::Layer& layer, const std::string& where) {
  const bool as_said = !layer.spec.granularity || *layer.spec.granularity == work.granularity;
  if (work.density || !layer.mask || as_said) return;
  throw InputError(where, fmt::format("pruned as {}, expected {} as {} says",
                                      scnn::name_of(*layer.spec.granularity),
                                      scnn::name_of(work.granularity), work.place));
}

}  // namespace

std::vector<Work> plan_work(Joined& joined, const Points& points, const NetworkRequest& network) {
  Planner planner(network);
  joined.dense = points.dense;
  joined.points = joined_points(points, planner);
  for (JoinedPoint& point : joined.points)
    for (JoinedSeed& seed : point.seeds) planner.add(point, seed);
  return planner.take();
}

void Runner::run_layer(RanNetwork& ran, const Work& work, std::size_t layer) {
  const RunnableNetwork& network = *work.network;
  const workloads::Layer source = network.read(layer);
  const std::string where = network.source().where(layer);
  check_granularity(work, source, where);
  const bool first = layer == 0;
  const ComparedLayer result = comparer_.run(source, work.granularity, work.density, where, first);
  ran.counts += result.counts;
  if (!energy_) return;
  const sim::EnergyComparison energy =
      sim::compare_energy({.shape = result.run.spec.shape,
                           .counters = result.run.counters,
                           .activation_density = result.run.activation_density,
                           .temporal_tiles = result.run.temporal_tiles,
                           .first = first},
                          arch_, *energy_);
  ran.energy_pj = ran.energy_pj.value_or(0.0) + energy.scnn.total();
}

}  // namespace scnn::cli::accuracy
