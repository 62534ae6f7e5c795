#include "tools/regression/stored_run.hpp"

#include <fmt/format.h>

#include "sim/architecture_file.hpp"
#include "sim/result.hpp"
#include "sim/result_reader.hpp"
#include "sparse_formats/error.hpp"
#include "workloads/json_input.hpp"
#include "workloads/json_reader.hpp"

namespace scnn::cli::regression {
namespace {

using nlohmann::ordered_json;
using workloads::JsonPlace;

/// Counters of an object, and the rest as facts. Counters that this program does not know
/// are facts, too.
Part read_counted(const ordered_json& object, const JsonPlace& place, std::string name) {
  ordered_json counters = sim::require_member(object, place, "counters");
  workloads::JsonObjectReader reader(counters, place / "counters");
  Part part{std::move(name), {}, object, {}};
  for (const memory::CounterInfo& info : memory::counter_table()) {
    const ordered_json* value = reader.any(info.name);
    if (value == nullptr)
      part.unsaid.push_back(&info);
    else if (!value->is_number_unsigned())
      reader.refuse(info.name, *value, "an integer from 0");
    else
      part.counters.*info.member = value->get<std::uint64_t>();
  }
  for (const memory::CounterInfo& info : memory::counter_table())
    counters.erase(std::string(info.name));
  part.facts.erase("detail");
  part.facts["counters"] = std::move(counters);
  return part;
}

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
  Part part = read_counted(object, place, sim::require_text(object, place, "name"));
  part.facts.erase("name");
  return part;
}

Part read_total(const ordered_json& object, const JsonPlace& place) {
  return read_counted(object, place, "total");
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
