#include "sim/detail.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <span>
#include <string>

#include "memory/activation_buffer.hpp"
#include "pe/activation_tile.hpp"
#include "pe/bank_map.hpp"
#include "pe/coordinates.hpp"
#include "sim/layer_job.hpp"

namespace scnn::sim {
namespace {

using nlohmann::ordered_json;

/// Counters that each PE has of its own, in the order of the file.
constexpr const char* kOfPes[] = {"issue",        "bank_stall",  "weight_wait", "backpressure_wait",
                                  "barrier_wait", "buffer_wait", "drain",       "steps",
                                  "products",     "updates"};

/// Counts the updates of one PE in one tile.
class BankCount {
 public:
  BankCount(const pe::TileJob& job, std::int64_t pe, std::span<std::uint64_t> updates)
      : job_(job), tables_(job, pe), map_(job.arch->accumulator, job.window()), updates_(updates) {
    buffer_.load(pe::activation_layout(job, pe), *job.input);
  }

  void count() {
    const memory::WeightStream& stream = *job_.stream;
    for (std::size_t b = 0; b < stream.blocks.size(); ++b) {
      const auto stored = buffer_.block(b % stream.blocks_per_group);
      if (!stored.empty()) count_block(stream.blocks[b], stored);
    }
  }

 private:
  void count_block(const memory::BlockVectors& block,
                   std::span<const sparse::StoredActivation> stored) {
    for (std::uint32_t j = block.first; j < block.first + block.count; ++j)
      for (const auto& w : job_.stream->weights_of(job_.stream->vectors[j])) {
        if (w.value == 0) continue;
        const std::int64_t term = pe::weight_term(*job_.shape, job_.tile, w);
        for (const auto& a : stored) {
          if (a.value == 0 || std::max(tables_.row_outcomes(a)[w.r],
                                       tables_.col_outcomes(a)[w.s]) != pe::Outcome::update)
            continue;
          ++updates_[map_.bank(tables_.activation_term(a) + term)];
        }
      }
  }

  const pe::TileJob& job_;
  pe::CoordinateTables tables_;
  pe::BankMap map_;
  std::span<std::uint64_t> updates_;
  memory::ActivationBuffer buffer_;
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
  for (const pe::TileJob& tile : job.tiles())
    for (std::int64_t pe = 0; pe < arch.pe_count(); ++pe) BankCount(tile, pe, updates).count();
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
