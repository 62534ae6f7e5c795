#include "workloads/import/keras_references.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "sparse_formats/error.hpp"

namespace scnn::workloads::imports {
namespace {

using nlohmann::ordered_json;

bool is_reference(const ordered_json& value) {
  return value.is_array() && value.size() >= 3 && value[0].is_string() &&
         value[1].is_number_integer() && value[2].is_number_integer();
}

TensorReference read_reference(const ordered_json& value, const JsonPlace& place) {
  if (!is_reference(value) || !value[1].is_number_unsigned() || !value[2].is_number_unsigned())
    throw InputError(place.text(), fmt::format("found {}, expected [layer, call, tensor]",
                                               value.is_array() ? "another list" : shown(value)));
  return {value[0].get<std::string>(), value[1].get<std::size_t>(), value[2].get<std::size_t>()};
}

/// Walks as deep as the JSON is nested, which its reader bounds.
void collect(const ordered_json& value, const JsonPlace& place, std::vector<TensorReference>& out) {
  if (is_reference(value)) {
    out.push_back(read_reference(value, place));
    if (value.size() > 3) collect(value[3], place, out);  // tensors among the arguments
    return;
  }
  if (value.is_array()) {
    for (const auto& element : value) collect(element, place, out);
    return;
  }
  if (!value.is_object()) return;
  const auto config = value.find("config");
  if (value.value("class_name", ordered_json()) == "__keras_tensor__" && config != value.end() &&
      config->is_object() && config->contains("keras_history")) {
    out.push_back(read_reference((*config)["keras_history"], place));
    return;
  }
  for (const auto& member : value.items()) collect(member.value(), place, out);
}

}  // namespace

std::vector<TensorReference> references_in(const ordered_json& value, const JsonPlace& place) {
  std::vector<TensorReference> references;
  collect(value, place, references);
  return references;
}

}  // namespace scnn::workloads::imports
