#include "sim/result.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "sim/architecture_file.hpp"
#include "sim/csv.hpp"
#include "sim/energy_report.hpp"

namespace scnn::sim {
namespace {

using nlohmann::ordered_json;

ordered_json shape_json(const LayerShape& s) {
  return {{"C", s.C},
          {"H", s.H},
          {"W", s.W},
          {"K", s.K},
          {"R", s.R},
          {"S", s.S},
          {"Ho", s.Ho()},
          {"Wo", s.Wo()},
          {"stride", {s.stride_h, s.stride_w}},
          {"padding", {s.pad_top, s.pad_bottom, s.pad_left, s.pad_right}},
          {"dilation", {s.dilation_h, s.dilation_w}},
          {"groups", s.groups}};
}

template <class T>
ordered_json or_null(const std::optional<T>& value) {
  return value ? ordered_json(*value) : ordered_json(nullptr);
}

}  // namespace

memory::Counters total_of(const std::vector<LayerResult>& layers) {
  memory::Counters total;
  for (const LayerResult& layer : layers) total += layer.counters;
  return total;
}

ordered_json to_json(const NetworkFacts& network) {
  ordered_json object{{"name", network.info.name}, {"file", network.file}};
  if (!network.info.source.empty()) object["source"] = network.info.source;
  if (!network.info.license.empty()) object["license"] = network.info.license;
  object["seed"] = or_null(network.info.seed);
  object["layers"] = network.layers;
  object["first_layer"] = network.first_layer;
  return object;
}

ordered_json to_json(const Provenance& provenance) {
  return {{"version", provenance.version},
          {"git_commit", provenance.git_commit},
          {"input_sha256", provenance.input_sha256},
          {"seed", provenance.seed},
          {"activation_density", or_null(provenance.activation_density)}};
}

ordered_json to_json(const HostInfo& host) {
  ordered_json steps{{"kernel", host.steps.kernel}, {"general", host.steps.general}};
  if (host.steps.repeated_groups > 0) steps["repeated_groups"] = host.steps.repeated_groups;
  return {{"command_line", host.command_line},
          {"engine", host.engine},
          {"threads", host.threads},
          {"verified", host.verified},
          {"compiler", host.compiler},
          {"started", host.started},
          {"wall_seconds", host.wall_seconds},
          {"cpu_seconds", host.cpu_seconds},
          {"peak_memory_bytes", host.peak_memory_bytes},
          {"instruction_set", host.instruction_set},
          {"steps", std::move(steps)}};
}

ordered_json to_json(const memory::Counters& counters) {
  ordered_json object = ordered_json::object();
  for (const auto& info : memory::counter_table())
    object[std::string(info.name)] = counters.*info.member;
  return object;
}

ordered_json to_json(const LayerResult& layer) {
  return {{"name", layer.name},
          {"kind", name_of(layer.spec.kind)},
          {"shape", shape_json(layer.spec.shape)},
          {"relu", layer.spec.relu},
          {"weight_density", layer.weight_density},
          {"activation_density", layer.activation_density},
          {"granularity", name_of(layer.granularity)},
          {"kc", layer.kc},
          {"temporal_tiles", layer.temporal_tiles},
          {"counters", to_json(layer.counters)}};
}

ordered_json to_json(const RunResult& result) {
  ordered_json layers = ordered_json::array();
  for (const LayerResult& layer : result.layers) {
    layers.push_back(to_json(layer));
    if (result.energy) layers.back()["energy"] = to_json(layer_energy(result, layer));
  }
  ordered_json object;
  object["schema"] = kResultSchema;
  object["network"] = to_json(result.network);
  object["architecture"] = to_json(result.architecture);
  object["provenance"] = to_json(result.provenance);
  object["layers"] = std::move(layers);
  object["total"]["counters"] = to_json(total_of(result.layers));
  if (result.energy) {
    object["total"]["energy"] = to_json(total_energy(result));
    object["energy_table"] = to_json(*result.energy);
  }
  if (std::ranges::any_of(result.layers,
                          [](const LayerResult& l) { return l.detail != nullptr; })) {
    ordered_json& details = object["detail"]["layers"] = ordered_json::array();
    for (const LayerResult& layer : result.layers) {
      details.push_back({{"name", layer.name}});
      details.back().update(to_json(*layer.detail));
    }
  }
  object["host"] = to_json(result.host);
  return object;
}

std::string json_text(const ordered_json& value) {
  // A command line may hold bytes that are no UTF-8; they become U+FFFD.
  return value.dump(2, ' ', false, ordered_json::error_handler_t::replace) + '\n';
}

std::string csv_text(const RunResult& result) {
  CsvRow row;
  row.text("scope").text("layer");
  add_layer_header(row);
  add_counter_header(row);
  if (result.energy) add_energy_header(row);
  std::string text = row.take();
  for (const LayerResult& layer : result.layers) {
    row.text("layer").text(layer.name);
    add_layer(row, layer);
    add_counters(row, layer.counters);
    if (result.energy) add_energy(row, layer_energy(result, layer));
    text += row.take();
  }
  row.text("total").empty();
  add_no_layer(row);
  add_counters(row, total_of(result.layers));
  if (result.energy) add_energy(row, total_energy(result));
  return text + row.take();
}

}  // namespace scnn::sim
