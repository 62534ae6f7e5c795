#include "sim/densities_file.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "sim/json_input.hpp"
#include "sim/json_place.hpp"
#include "sparse_formats/error.hpp"

namespace scnn::sim {

workloads::DensityTable read_densities(const std::filesystem::path& path) {
  const nlohmann::ordered_json object = read_json_file(path);
  const JsonPlace place{.file = path.string(), .pointer = {}};
  if (!object.is_object())
    throw InputError(place.text(),
                     fmt::format("found {}, expected an object from layer name or glob to density",
                                 shown(object)));
  std::vector<std::pair<std::string, double>> entries;
  for (const auto& member : object.items()) {
    const nlohmann::ordered_json& value = member.value();
    const double density = value.is_number() ? value.get<double>() : 0.0;
    if (!(density > 0.0 && density <= 1.0))
      throw InputError((place / member.key()).text(),
                       fmt::format("found {}, expected a number in (0,1]", shown(value)));
    entries.emplace_back(member.key(), density);
  }
  return workloads::DensityTable(std::move(entries));
}

}  // namespace scnn::sim
