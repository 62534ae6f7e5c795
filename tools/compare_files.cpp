#include <nlohmann/json.hpp>

#include "sim/architecture_file.hpp"
#include "sim/csv.hpp"
#include "tools/compare_tables.hpp"

namespace scnn::cli {
namespace {

using nlohmann::ordered_json;

ordered_json layer_json(const ComparedLayer& layer) {
  ordered_json object = sim::to_json(layer.run);
  object["density_requested"] =
      layer.density_requested ? ordered_json(*layer.density_requested) : ordered_json(nullptr);
  object.update(added_json(layer.counts));
  return object;
}

ordered_json granularity_json(const ComparedNetwork& network) {
  ordered_json layers = ordered_json::array();
  for (const ComparedLayer& layer : network.layers) layers.push_back(layer_json(layer));
  const ComparedCounts total = network.total();
  ordered_json object;
  object["granularity"] = name_of(network.granularity);
  object["layers"] = std::move(layers);
  object["total"]["counters"] = sim::to_json(total.counters);
  object["total"].update(added_json(total));
  return object;
}

void add_counts(sim::CsvRow& row, const ComparedCounts& counts) {
  const sim::Storage& s = counts.storage;
  for (const std::uint64_t n :
       {s.weights, counts.kept_weights, s.nonzero, s.stored, s.placeholders, s.value_bits,
        s.index_bits, counts.writes_without_bypass, counts.writes_with_bypass})
    row.integer(n);
  sim::add_counters(row, counts.counters);
}

void add_header(sim::CsvRow& row) {
  row.text("grain").text("scope").text("layer").text("density_requested");
  sim::add_layer_header(row);
  for (const char* name :
       {"weights", "kept_weights", "nonzero_weights", "stored_weights", "placeholders",
        "storage_value_bits", "storage_index_bits", "accumulator_writes_without_bypass",
        "accumulator_writes_with_step_bypass"})
    row.text(name);
  sim::add_counter_header(row);
}

}  // namespace

ordered_json added_json(const ComparedCounts& counts) {
  const sim::Storage& s = counts.storage;
  return {{"weights", s.weights},
          {"kept_weights", counts.kept_weights},
          {"nonzero_weights", s.nonzero},
          {"storage",
           {{"stored_weights", s.stored},
            {"placeholders", s.placeholders},
            {"value_bits", s.value_bits},
            {"index_bits", s.index_bits}}},
          {"accumulator_writes_without_bypass", counts.writes_without_bypass},
          {"accumulator_writes_with_step_bypass", counts.writes_with_bypass}};
}

ordered_json to_json(const Comparison& comparison) {
  ordered_json object;
  object["schema"] = kCompareSchema;
  object["network"] = sim::to_json(comparison.network);
  object["architecture"] = sim::to_json(comparison.architecture);
  object["provenance"] = sim::to_json(comparison.provenance);
  object["source"] = {{"weights", comparison.source.weights},
                      {"nonzero_weights", comparison.source.nonzero},
                      {"requantised_layers", comparison.source.requantised_layers}};
  object["granularities"] = ordered_json::array();
  for (const ComparedNetwork& network : comparison.granularities)
    object["granularities"].push_back(granularity_json(network));
  object["host"] = sim::to_json(comparison.host);
  return object;
}

std::string csv_text(const Comparison& comparison) {
  sim::CsvRow row;
  add_header(row);
  std::string text = row.take();
  for (const ComparedNetwork& network : comparison.granularities) {
    for (const ComparedLayer& layer : network.layers) {
      row.text(name_of(network.granularity)).text("layer").text(layer.run.name);
      if (layer.density_requested)
        row.number(*layer.density_requested);
      else
        row.empty();
      sim::add_layer(row, layer.run);
      add_counts(row, layer.counts);
      text += row.take();
    }
    row.text(name_of(network.granularity)).text("total").empty(2);
    sim::add_no_layer(row);
    add_counts(row, network.total());
    text += row.take();
  }
  return text;
}

}  // namespace scnn::cli
