#include "tools/network_request.hpp"

#include <fmt/format.h>

#include <array>
#include <limits>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>
#include <vector>

#include "sparse_formats/error.hpp"
#include "tools/densities_option.hpp"
#include "workloads/json_reader.hpp"

namespace scnn::cli {
namespace {

using nlohmann::ordered_json;
using workloads::JsonObjectReader;

constexpr workloads::IntegerRange kSeeds{std::numeric_limits<std::int64_t>::min(),
                                         std::numeric_limits<std::int64_t>::max()};
constexpr std::array<std::string_view, 2> kModels{"correlated", "independent"};

/// Changes when the zoo makes other tensors of the same recipe, so that results of the old
/// ones are not taken for results of the new.
constexpr int kZooGeneration = 1;

std::string in_folder(const std::string& file, const std::filesystem::path& folder) {
  return (folder / file).lexically_normal().string();
}

std::optional<double> density(JsonObjectReader& reader, std::string_view key) {
  const auto value = reader.positive(key);
  if (value && *value > 1.0) reader.refuse(key, *reader.any(key), "a density in (0,1]");
  return value;
}

std::optional<Granularity> granularity(JsonObjectReader& reader) {
  std::array<std::string_view, kGranularities.size()> names{};
  for (std::size_t i = 0; i < names.size(); ++i) names[i] = name_of(kGranularities[i]);
  const auto index = reader.choice("granularity", names);
  return index ? std::optional(kGranularities[*index]) : std::nullopt;
}

Words globs(JsonObjectReader& reader) {
  constexpr const char* kExpected = "an array of layer names or globs";
  const ordered_json* value = reader.any("layers");
  if (value == nullptr) return {};
  if (!value->is_array() || value->empty()) reader.refuse("layers", *value, kExpected);
  Words words;
  for (const ordered_json& glob : *value) {
    if (!glob.is_string()) reader.refuse("layers", glob, kExpected);
    words.push_back(glob.get<std::string>());
  }
  return words;
}

/// A number as it is, anything else as a file's name or `published`.
std::string densities(JsonObjectReader& reader, const std::filesystem::path& folder) {
  const ordered_json* value = reader.any("densities");
  if (value == nullptr) return {};
  if (value->is_number()) return fmt::format("{}", density(reader, "densities").value());
  if (!value->is_string())
    reader.refuse("densities", *value, "\"published\", a density in (0,1], or a densities file");
  const auto text = value->get<std::string>();
  return text == "published" ? text : in_folder(text, folder);
}

void read_zoo(NetworkRequest& request, JsonObjectReader& reader,
              const std::filesystem::path& folder) {
  request.densities = densities(reader, folder);
  request.with_fc = reader.flag("with_fc").value_or(false);
  request.inception_only = reader.flag("inception_only").value_or(false);
  if (reader.choice("activation_model", kModels).value_or(0) == 1)
    request.activation_model = workloads::ActivationModel::independent;
}

ordered_json zoo_recipe(const NetworkRequest& request, const workloads::NetworkSource& source) {
  ordered_json recipe{
      {"zoo", request.zoo},
      {"generation", kZooGeneration},
      {"seed", request.seed.value_or(1)},
      {"activation_model", kModels[static_cast<std::size_t>(request.activation_model)]}};
  std::optional<workloads::DensityTable> table;
  DensityOf density_of;
  if (!request.densities.empty()) density_of = densities_by_name(request.densities, table);
  ordered_json& layers = recipe["layers"] = ordered_json::array();
  for (const workloads::LayerSpec& spec : source.layers()) {
    const auto weights = density_of ? density_of(spec) : std::nullopt;
    layers.push_back({spec.name, weights ? ordered_json(*weights) : ordered_json(),
                      spec.input_density ? ordered_json(*spec.input_density) : ordered_json()});
  }
  return recipe;
}

template <class T>
void put(ordered_json& object, const char* key, const std::optional<T>& value) {
  if (value) object[key] = *value;
}

void put_choices(ordered_json& object, const NetworkRequest& request) {
  if (!request.layers.empty()) object["layers"] = request.layers;
  put(object, "activation_density", request.activation_density);
  put(object, "seed", request.seed);
  if (request.granularity) object["granularity"] = name_of(*request.granularity);
  put(object, "density", request.density);
}

}  // namespace

std::unique_ptr<workloads::NetworkSource> NetworkRequest::open() const {
  std::error_code failed;  // what cannot be asked is told where it is opened
  if (zoo.empty() && !place.empty() && !std::filesystem::exists(file, failed) && !failed)
    throw InputError(place + "/file",
                     fmt::format("names {}, which is not there, expected a network", file));
  if (zoo.empty()) return workloads::open_network(file);
  workloads::ZooOptions options;
  options.seed = seed.value_or(1);
  options.with_fc = with_fc;
  options.inception_only = inception_only;
  options.activation_density = activation_density;
  options.activation_model = activation_model;
  std::optional<workloads::DensityTable> table;
  if (!densities.empty()) options.weight_density = densities_by_name(densities, table);
  return workloads::make_zoo(zoo, options);
}

NetworkRequest read_network_request(const ordered_json& object, const workloads::JsonPlace& place,
                                    const std::filesystem::path& folder) {
  JsonObjectReader reader(object, place);
  NetworkRequest request;
  request.place = place.text();
  request.file = reader.text("file").value_or("");
  request.zoo = reader.text("zoo").value_or("");
  if (request.file.empty() == request.zoo.empty())
    throw InputError(place.text(), "found both or none of \"file\" and \"zoo\", expected one");
  if (request.zoo.empty())
    request.file = in_folder(request.file, folder);
  else
    read_zoo(request, reader, folder);
  request.layers = globs(reader);
  request.activation_density = density(reader, "activation_density");
  request.seed = reader.integer("seed", kSeeds);
  request.granularity = granularity(reader);
  request.density = density(reader, "density");
  reader.refuse_unknown_keys();
  if (request.density && !request.granularity)
    throw InputError((place / "density").text(),
                     "found without \"granularity\", expected both: a granularity to prune at");
  return request;
}

ordered_json to_json(const NetworkRequest& request) {
  ordered_json object = ordered_json::object();
  if (request.zoo.empty()) {
    object["file"] = request.file;
  } else {
    object["zoo"] = request.zoo;
    if (!request.densities.empty()) {
      const auto number = ordered_json::parse(request.densities, nullptr, false);
      object["densities"] = number.is_number() ? number : ordered_json(request.densities);
    }
    if (request.with_fc) object["with_fc"] = true;
    if (request.inception_only) object["inception_only"] = true;
    if (request.activation_model != workloads::ActivationModel::correlated)
      object["activation_model"] = kModels[static_cast<std::size_t>(request.activation_model)];
  }
  put_choices(object, request);
  return object;
}

ordered_json identity_of(const NetworkRequest& request, const workloads::NetworkSource& source) {
  ordered_json object = ordered_json::object();
  if (request.zoo.empty())
    object["sha256"] = source.sha256();
  else
    object["recipe"] = zoo_recipe(request, source);
  put_choices(object, request);
  return object;
}

}  // namespace scnn::cli
