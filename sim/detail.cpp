#include "sim/detail.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "pe/bank_map.hpp"
#include "sim/layer_job.hpp"
#include "sim/step_walk.hpp"

namespace scnn::sim {
namespace {

using nlohmann::ordered_json;

/// Counters that each PE has of its own, in the order of the file.
constexpr const char* kOfPes[] = {"issue",        "bank_stall",  "weight_wait", "backpressure_wait",
                                  "barrier_wait", "buffer_wait", "drain",       "steps",
                                  "products",     "updates"};

/// Counts updates by bank.
class BankCount {
 public:
  BankCount(const pe::TileJob& job, std::vector<std::uint64_t>& updates)
      : map_(job.arch->accumulator, job.window()), updates_(updates) {}

  void begin_group(std::size_t /*g*/) {}
  void begin_step() {}
  void update(std::int64_t address) { ++updates_[map_.bank(address)]; }

 private:
  pe::BankMap map_;
  std::vector<std::uint64_t>& updates_;
};

const memory::CounterInfo& counter(std::string_view name) {
  return *std::ranges::find(memory::counter_table(), name, &memory::CounterInfo::name);
}

ordered_json groups_json(const std::vector<GroupTime>& groups) {
  ordered_json object = ordered_json::object();
  const auto put = [&](const char* name, std::int64_t GroupTime::*member) {
    ordered_json& times = object[name] = ordered_json::array();
    for (const GroupTime& g : groups) times.push_back(g.*member);
  };
  put("start", &GroupTime::start);
  put("first_finish", &GroupTime::first_finish);
  put("barrier", &GroupTime::barrier);
  put("drain_end", &GroupTime::drain_end);
  return object;
}

}  // namespace

std::vector<std::uint64_t> bank_updates(const workloads::QuantisedLayer& layer,
                                        const memory::Architecture& arch) {
  const LayerJob job(layer, arch, false);
  std::vector<std::uint64_t> updates(static_cast<std::size_t>(arch.accumulator.banks), 0);
  for (const pe::TileJob& tile : job.tiles()) {
    BankCount count(tile, updates);
    for (std::int64_t pe = 0; pe < arch.pe_count(); ++pe) StepWalk(tile, pe).visit(count);
  }
  return updates;
}

ordered_json to_json(const LayerDetail& detail) {
  ordered_json object;
  ordered_json& pes = object["pes"] = ordered_json::object();
  for (const char* name : kOfPes) {
    ordered_json& values = pes[name] = ordered_json::array();
    for (const memory::Counters& c : detail.pes) values.push_back(c.*counter(name).member);
  }
  object["groups"] = groups_json(detail.groups);
  object["bank_updates"] = detail.bank_updates;
  return object;
}

}  // namespace scnn::sim
