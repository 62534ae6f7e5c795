#include "tools/report/detail_file.hpp"

#include <fmt/format.h>

#include "sim/result_reader.hpp"
#include "sparse_formats/error.hpp"

namespace scnn::cli::report {
namespace {

using nlohmann::ordered_json;
using workloads::JsonPlace;

Counts read_counts(const ordered_json& object, const JsonPlace& place, const char* key) {
  const ordered_json& list = require_array(object, place, key);
  Counts counts;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (!list[i].is_number_unsigned())
      throw InputError(
          (place / key / std::to_string(i)).text(),
          fmt::format("found {}, expected an integer from 0", workloads::shown(list[i])));
    counts.push_back(list[i].get<std::uint64_t>());
  }
  return counts;
}

void require_size(const Counts& counts, std::size_t size, const JsonPlace& place) {
  if (counts.size() != size)
    throw InputError(place.text(),
                     fmt::format("found {} numbers, expected {}", counts.size(), size));
}

/// Keys of the file, in the order of activities().
constexpr const char* kActivityKeys[] = {
    "issue",        "bank_stall",  "weight_wait", "backpressure_wait",
    "barrier_wait", "buffer_wait", "drain"};

void read_pes(LayerDetail& layer, const ordered_json& object, const JsonPlace& place,
              std::size_t pes) {
  const auto read = [&](const char* key) {
    Counts counts = read_counts(object, place, key);
    require_size(counts, pes, place / key);
    return counts;
  };
  for (const char* key : kActivityKeys) layer.activities.push_back(read(key));
  layer.steps = read("steps");
  layer.products = read("products");
}

void read_groups(LayerDetail& layer, const ordered_json& object, const JsonPlace& place) {
  layer.start = read_counts(object, place, "start");
  const auto read = [&](const char* key) {
    Counts counts = read_counts(object, place, key);
    require_size(counts, layer.start.size(), place / key);
    return counts;
  };
  layer.first_finish = read("first_finish");
  layer.barrier = read("barrier");
  layer.drain_end = read("drain_end");
}

LayerDetail read_layer(const ordered_json& object, const JsonPlace& place,
                       const memory::Architecture& arch) {
  LayerDetail layer;
  layer.name = sim::require_text(object, place, "name");
  read_pes(layer, sim::require_member(object, place, "pes"), place / "pes",
           static_cast<std::size_t>(arch.pe_count()));
  read_groups(layer, sim::require_member(object, place, "groups"), place / "groups");
  layer.bank_updates = read_counts(object, place, "bank_updates");
  require_size(layer.bank_updates, static_cast<std::size_t>(arch.accumulator.banks),
               place / "bank_updates");
  return layer;
}

}  // namespace

std::vector<LayerDetail> read_detail(const Input& input, const Lines& lines,
                                     const memory::Architecture& arch) {
  if (!input.object.contains("detail")) return {};
  const JsonPlace place = input.place() / "detail";
  const ordered_json& list = require_array(input.object["detail"], place, "layers");
  if (list.size() != lines.names.size())
    throw InputError((place / "layers").text(),
                     fmt::format("found {} layers, expected {} as the run has", list.size(),
                                 lines.names.size()));
  std::vector<LayerDetail> layers;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const JsonPlace at = place / "layers" / std::to_string(i);
    layers.push_back(read_layer(list[i], at, arch));
    if (layers.back().name != lines.names[i])
      throw InputError((at / "name").text(),
                       fmt::format("found \"{}\", expected \"{}\"",
                                   workloads::shown_text(layers.back().name), lines.names[i]));
  }
  return layers;
}

}  // namespace scnn::cli::report
