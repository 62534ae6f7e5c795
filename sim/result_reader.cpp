#include "sim/result_reader.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "sim/architecture_file.hpp"
#include "sparse_formats/error.hpp"
#include "workloads/json_place.hpp"

namespace scnn::sim {
namespace {

using nlohmann::ordered_json;

[[noreturn]] void refuse(const workloads::JsonPlace& place, const ordered_json& found,
                         const char* expected) {
  throw InputError(place.text(),
                   fmt::format("found {}, expected {}", workloads::shown(found), expected));
}

std::uint64_t require_count(const ordered_json& object, const workloads::JsonPlace& place,
                            const char* key) {
  const ordered_json& value = require_member(object, place, key);
  if (!value.is_number_unsigned()) refuse(place / key, value, "an integer from 0");
  return value.get<std::uint64_t>();
}

double require_share(const ordered_json& object, const workloads::JsonPlace& place,
                     const char* key) {
  const ordered_json& value = require_member(object, place, key);
  const double share = value.is_number() ? value.get<double>() : -1.0;
  if (!(share >= 0.0 && share <= 1.0)) refuse(place / key, value, "a number from 0 to 1");
  return share;
}

/// A result that was edited by hand, or put together from two.
void check_total(const StoredResult& result, const workloads::JsonPlace& place) {
  memory::Counters sum;
  for (const StoredLayer& layer : result.layers) sum += layer.counters;
  for (const auto& info : memory::counter_table())
    if (sum.*info.member != result.total.*info.member)
      throw InputError((place / "counters" / info.name).text(),
                       fmt::format("found {}, expected {}, the sum of the layers",
                                   result.total.*info.member, sum.*info.member));
}

}  // namespace

memory::Counters read_counters(const ordered_json& object, const workloads::JsonPlace& place) {
  const ordered_json& member = require_member(object, place, "counters");
  memory::Counters counters;
  for (const auto& info : memory::counter_table())
    counters.*info.member =
        require_count(member, place / "counters", std::string(info.name).c_str());
  return counters;
}

StoredLayer read_layer(const ordered_json& object, const workloads::JsonPlace& place) {
  StoredLayer layer;
  layer.name = require_text(object, place, "name");
  layer.weight_density = require_share(object, place, "weight_density");
  layer.activation_density = require_share(object, place, "activation_density");
  layer.granularity = require_text(object, place, "granularity");
  layer.kc = static_cast<std::int64_t>(require_count(object, place, "kc"));
  layer.temporal_tiles = static_cast<std::int64_t>(require_count(object, place, "temporal_tiles"));
  layer.counters = read_counters(object, place);
  return layer;
}

const ordered_json& require_member(const ordered_json& object, const workloads::JsonPlace& place,
                                   const char* key) {
  if (!object.is_object()) refuse(place, object, "an object");
  const auto member = object.find(key);
  if (member == object.end())
    throw InputError(place.text(), fmt::format("has no member \"{}\", expected one", key));
  return *member;
}

std::string require_text(const ordered_json& object, const workloads::JsonPlace& place,
                         const char* key) {
  const ordered_json& value = require_member(object, place, key);
  if (!value.is_string()) refuse(place / key, value, "a text");
  return value.get<std::string>();
}

double require_number(const ordered_json& object, const workloads::JsonPlace& place,
                      const char* key) {
  const ordered_json& value = require_member(object, place, key);
  if (!value.is_number()) refuse(place / key, value, "a number");
  return value.get<double>();
}

void read_layers(const ordered_json& object, const workloads::JsonPlace& place,
                 StoredResult& result) {
  const ordered_json& layers = require_member(object, place, "layers");
  const workloads::JsonPlace layers_place = place / "layers";
  if (!layers.is_array()) refuse(layers_place, layers, "an array");
  for (std::size_t i = 0; i < layers.size(); ++i)
    result.layers.push_back(read_layer(layers[i], layers_place / std::to_string(i)));
  const workloads::JsonPlace total_place = place / "total";
  result.total = read_counters(require_member(object, place, "total"), total_place);
  check_total(result, total_place);
}

StoredResult read_result_head(const ordered_json& object, const workloads::JsonPlace& place) {
  StoredResult result;
  result.network =
      require_text(require_member(object, place, "network"), place / "network", "name");
  const ordered_json& provenance = require_member(object, place, "provenance");
  const workloads::JsonPlace provenance_place = place / "provenance";
  result.version = require_text(provenance, provenance_place, "version");
  result.git_commit = require_text(provenance, provenance_place, "git_commit");
  result.input_sha256 = require_text(provenance, provenance_place, "input_sha256");
  result.architecture =
      resolve_architecture(require_member(object, place, "architecture"), place / "architecture");
  return result;
}

StoredResult read_result(const ordered_json& object, const std::string& file) {
  const workloads::JsonPlace place{.file = file, .pointer = {}};
  StoredResult result = read_result_head(object, place);
  read_layers(object, place, result);
  return result;
}

}  // namespace scnn::sim
