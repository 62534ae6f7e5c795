#include "tools/report/input.hpp"

#include <fmt/format.h>

#include "sim/result.hpp"
#include "sim/result_reader.hpp"
#include "sparse_formats/error.hpp"
#include "tools/compare_tables.hpp"
#include "tools/sweep/result_table.hpp"
#include "workloads/json_input.hpp"

namespace scnn::cli::report {
namespace {

struct Schema {
  std::string_view name;
  Kind kind;
};

constexpr std::string_view kValidationSchema = "scnn-validation/1";

}  // namespace

Input read_input(const std::filesystem::path& path) {
  std::error_code failed;  // what cannot be asked is told when it is opened
  const auto file = std::filesystem::is_directory(path, failed) ? path / "table.json" : path;
  Input input{.file = file.string(), .object = workloads::read_json_file(file)};
  const std::string schema = sim::require_text(input.object, input.place(), "schema");
  for (const Schema& known :
       {Schema{sim::kResultSchema, Kind::run}, Schema{kCompareSchema, Kind::comparison},
        Schema{sweep::kTableSchema, Kind::sweep}, Schema{kValidationSchema, Kind::validation}})
    if (schema == known.name) {
      input.kind = known.kind;
      return input;
    }
  throw InputError((input.place() / "schema").text(),
                   fmt::format("found \"{}\", expected \"{}\", \"{}\", \"{}\" or \"{}\"",
                               workloads::shown_text(schema), sim::kResultSchema, kCompareSchema,
                               sweep::kTableSchema, kValidationSchema));
}

const nlohmann::ordered_json& require_array(const nlohmann::ordered_json& object,
                                            const workloads::JsonPlace& place, const char* key) {
  const nlohmann::ordered_json& member = sim::require_member(object, place, key);
  if (!member.is_array())
    throw InputError((place / key).text(),
                     fmt::format("found {}, expected an array", workloads::shown(member)));
  return member;
}

}  // namespace scnn::cli::report
