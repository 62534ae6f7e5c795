#include "tools/regression/stored_run.hpp"

#include <fmt/format.h>

#include "sim/architecture_file.hpp"
#include "sim/result.hpp"
#include "sim/result_reader.hpp"
#include "sparse_formats/error.hpp"
#include "workloads/json_input.hpp"

namespace scnn::cli::regression {
namespace {

using nlohmann::ordered_json;
using workloads::JsonPlace;

StoredRun read_result(const ordered_json& object, const JsonPlace& place) {
  const sim::StoredResult result = sim::read_result(object, place.file);
  StoredRun run;
  run.facts = object;
  for (const char* key : {"schema", "layers", "total", "host", "detail"}) run.facts.erase(key);
  run.facts["architecture"] = sim::to_json(result.architecture);
  run.counted.pes = result.architecture.pe_count();
  const ordered_json& layers = object["layers"];
  for (std::size_t i = 0; i < layers.size(); ++i)
    run.counted.layers.push_back(read_part(layers[i], place / "layers" / std::to_string(i)));
  run.counted.total = read_total(object["total"], place / "total");
  return run;
}

}  // namespace

Part read_part(const ordered_json& object, const JsonPlace& place) {
  const sim::StoredLayer layer = sim::read_layer(object, place);
  Part part{layer.name, layer.counters, object};
  for (const char* key : {"name", "counters", "detail"}) part.facts.erase(key);
  return part;
}

Part read_total(const ordered_json& object, const JsonPlace& place) {
  Part part{"total", sim::read_counters(object, place), object};
  for (const char* key : {"counters", "detail"}) part.facts.erase(key);
  return part;
}

StoredRun read_stored_run(const std::filesystem::path& path) {
  const ordered_json object = workloads::read_json_file(path);
  const JsonPlace place{.file = path.string(), .pointer = {}};
  const std::string schema = sim::require_text(object, place, "schema");
  if (schema == sim::kResultSchema) return read_result(object, place);
  throw InputError((place / "schema").text(),
                   fmt::format("found \"{}\", expected \"{}\"", workloads::shown_text(schema),
                               sim::kResultSchema));
}

}  // namespace scnn::cli::regression
