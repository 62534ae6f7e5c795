#include "tools/accuracy/result_files.hpp"

#include <nlohmann/json.hpp>

#include "sim/architecture_file.hpp"
#include "sim/csv.hpp"
#include "tools/compare_tables.hpp"

namespace scnn::cli::accuracy {
namespace {

using nlohmann::ordered_json;

template <class T>
ordered_json or_null(const std::optional<T>& value) {
  return value ? ordered_json(*value) : ordered_json(nullptr);
}

/// \param energy  whether energies were asked for
ordered_json to_json(const Costs& costs, bool energy) {
  ordered_json object;
  for (const CostRatio& ratio : cost_ratios())
    object[std::string(ratio.name)] = or_null((costs.*ratio.of)());
  for (const CostInfo& info : cost_table()) object[std::string(info.name)] = costs.*info.member;
  if (energy) object["energy_pJ"] = costs.energy_pj;
  return object;
}

ordered_json entry_json(const Entry& entry) {
  ordered_json object{{"seed", entry.seed},
                      {"stage", name_of(entry.stage)},
                      {"accuracy", entry.accuracy},
                      {"images", or_null(entry.images)}};
  if (entry.density_achieved) object["density_achieved"] = *entry.density_achieved;
  return object;
}

ordered_json seed_json(const JoinedSeed& seed) {
  const RanNetwork& ran = seed.network;
  ordered_json object = entry_json(seed.entry);
  object["file"] = ran.file;
  object["sha256"] = ran.sha256;
  object["pruned_here"] = ran.pruned_here;
  object.update(added_json(ran.counts));
  object["counters"] = sim::to_json(ran.counts.counters);
  if (ran.energy_pj) object["energy_pJ"] = *ran.energy_pj;
  return object;
}

void put_spread(ordered_json& object, const Spread& spread) {
  object["accuracy"] = spread.mean;
  object["accuracy_least"] = spread.least;
  object["accuracy_most"] = spread.most;
}

ordered_json point_json(const JoinedPoint& point, bool energy) {
  ordered_json object{{"granularity", scnn::name_of(point.granularity)},
                      {"density", point.density},
                      {"dense", point.dense}};
  put_spread(object, point.accuracy());
  object["mean"] = to_json(point.mean(), energy);
  object["seeds"] = ordered_json::array();
  for (const JoinedSeed& seed : point.seeds) object["seeds"].push_back(seed_json(seed));
  return object;
}

ordered_json equal_json(const EqualAccuracy& equal, const Joined& joined) {
  const Crossing& crossing = equal.crossing;
  ordered_json object{{"loss", equal.loss},
                      {"accuracy", joined.accuracy_at(equal.loss)},
                      {"granularity", scnn::name_of(equal.granularity)},
                      {"reach", name_of(crossing.reach)}};
  if (crossing.at) {
    object["density"] = crossing.at->density;
    object["between"] = {crossing.denser, crossing.sparser};
    object["costs"] = to_json(crossing.at->costs, joined.energy.has_value());
  }
  return object;
}

ordered_json accuracy_json(const Joined& joined) {
  const bool energy = joined.energy.has_value();
  ordered_json object{{"network", joined.name}, {"data", joined.data}, {"logs", joined.logs}};
  ordered_json& dense = object["dense"];
  put_spread(dense, accuracy_of(joined.dense));
  dense["seeds"] = ordered_json::array();
  for (const Entry& entry : joined.dense) dense["seeds"].push_back(entry_json(entry));
  object["points"] = ordered_json::array();
  for (const JoinedPoint& point : joined.points)
    object["points"].push_back(point_json(point, energy));
  object["equal_accuracy"] = ordered_json::array();
  for (const EqualAccuracy& equal : joined.equal)
    object["equal_accuracy"].push_back(equal_json(equal, joined));
  return object;
}

void add_number(sim::CsvRow& row, const std::optional<double>& value) {
  if (value)
    row.number(*value);
  else
    row.empty();
}

/// What the lines of a table begin with.
struct RowHead {
  const char* scope;
  Granularity granularity;
  std::optional<double> density = {}, loss = {};
  std::optional<std::int64_t> seed = {};
  std::optional<Spread> accuracy = {};
};

std::string csv_row(const RowHead& head, const std::optional<Costs>& costs, bool energy) {
  sim::CsvRow row;
  row.text(head.scope).text(scnn::name_of(head.granularity));
  add_number(row, head.density);
  add_number(row, head.loss);
  if (head.seed)
    row.integer(*head.seed);
  else
    row.empty();
  for (const double Spread::*member : {&Spread::mean, &Spread::least, &Spread::most})
    add_number(row, head.accuracy ? std::optional((*head.accuracy).*member) : std::nullopt);
  const std::size_t cells = cost_ratios().size() + cost_table().size() + (energy ? 1 : 0);
  if (!costs) return row.empty(cells).take();
  for (const CostRatio& ratio : cost_ratios()) add_number(row, ((*costs).*ratio.of)());
  for (const CostInfo& info : cost_table()) row.number((*costs).*info.member);
  if (energy) row.number(costs->energy_pj);
  return row.take();
}

std::string csv_header(bool energy) {
  sim::CsvRow row;
  for (const char* name : {"scope", "grain", "density_requested", "loss_points", "seed", "accuracy",
                           "accuracy_least", "accuracy_most"})
    row.text(name);
  for (const CostRatio& ratio : cost_ratios()) row.text(ratio.name);
  for (const CostInfo& info : cost_table()) row.text(info.name);
  if (energy) row.text("energy_pJ");
  return row.take();
}

Spread single(double accuracy) { return {.mean = accuracy, .least = accuracy, .most = accuracy}; }

}  // namespace

ordered_json to_json(const Joined& joined) {
  ordered_json object;
  object["schema"] = kCompareSchema;
  object["network"] = sim::to_json(joined.network);
  object["architecture"] = sim::to_json(joined.architecture);
  object["provenance"] = sim::to_json(joined.provenance);
  object["accuracy"] = accuracy_json(joined);
  if (joined.energy) object["energy_table"] = sim::to_json(*joined.energy);
  object["host"] = sim::to_json(joined.host);
  return object;
}

std::string csv_text(const Joined& joined) {
  const bool energy = joined.energy.has_value();
  std::string text = csv_header(energy);
  for (const JoinedPoint& point : joined.points) {
    for (const JoinedSeed& seed : point.seeds)
      text += csv_row({.scope = "seed",
                       .granularity = point.granularity,
                       .density = point.density,
                       .seed = seed.entry.seed,
                       .accuracy = single(seed.entry.accuracy)},
                      costs_of(seed.network.counts, seed.network.energy_pj), energy);
    text += csv_row({.scope = "mean",
                     .granularity = point.granularity,
                     .density = point.density,
                     .accuracy = point.accuracy()},
                    point.mean(), energy);
  }
  for (const EqualAccuracy& equal : joined.equal) {
    const auto& at = equal.crossing.at;
    text += csv_row({.scope = "equal_accuracy",
                     .granularity = equal.granularity,
                     .density = at ? std::optional(at->density) : std::nullopt,
                     .loss = equal.loss,
                     .accuracy = single(joined.accuracy_at(equal.loss))},
                    at ? std::optional(at->costs) : std::nullopt, energy);
  }
  return text;
}

}  // namespace scnn::cli::accuracy
