#include "sim/densities_file.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "sparse_formats/error.hpp"
#include "workloads/json_input.hpp"
#include "workloads/json_place.hpp"

namespace scnn::sim {

workloads::DensityTable read_densities(const std::filesystem::path& path) {
  const nlohmann::ordered_json object = workloads::read_json_file(path);
  const workloads::JsonPlace place{.file = path.string(), .pointer = {}};
  if (!object.is_object())
    throw InputError(place.text(),
                     fmt::format("found {}, expected an object from layer name or glob to density",
                                 workloads::shown(object)));
  std::vector<std::pair<std::string, double>> entries;
  for (const auto& member : object.items()) {
    const nlohmann::ordered_json& value = member.value();
    const double density = value.is_number() ? value.get<double>() : 0.0;
    if (!(density > 0.0 && density <= 1.0))
      throw InputError(
          (place / member.key()).text(),
          fmt::format("found {}, expected a number in (0,1]", workloads::shown(value)));
    entries.emplace_back(member.key(), density);
  }
  return workloads::DensityTable(std::move(entries));
}

}  // namespace scnn::sim
