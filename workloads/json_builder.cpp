#include "workloads/json_builder.hpp"

#include <fmt/format.h>

#include "sparse_formats/error.hpp"
#include "workloads/json_input.hpp"

namespace scnn::workloads {

using nlohmann::ordered_json;

bool JsonBuilder::key(string_t& name) {
  Frame& object = frames_.back();
  object.key = name;
  if (!object.keys.insert(name).second)
    throw InputError(place().text(),
                     fmt::format("repeated key \"{}\", expected every key once", shown_text(name)));
  return true;
}

bool JsonBuilder::parse_error(std::size_t position, const std::string& /*last_token*/,
                              const nlohmann::detail::exception& error) {
  syntax_error_ = {.position = position, .id = error.id, .message = error.what()};
  return false;
}

bool JsonBuilder::add(ordered_json value) {
  place_value(std::move(value));
  return true;
}

bool JsonBuilder::open(ordered_json empty) {
  if (frames_.size() == kMaxJsonDepth)
    throw InputError(file_, fmt::format("arrays and objects nested deeper than {} levels, "
                                        "expected at most {}",
                                        kMaxJsonDepth, kMaxJsonDepth));
  ordered_json* const value = place_value(std::move(empty));
  frames_.push_back({.value = value, .key = {}, .keys = {}});
  return true;
}

bool JsonBuilder::close() {
  frames_.pop_back();
  return true;
}

ordered_json* JsonBuilder::place_value(ordered_json value) {
  if (frames_.empty()) {
    root_ = std::move(value);
    return &root_;
  }
  Frame& parent = frames_.back();
  if (parent.value->is_array()) {
    parent.value->push_back(std::move(value));
    return &parent.value->back();
  }
  // An ordered object is a vector of members: appending is safe because `key` has refused
  // repeated ones, and does not search it for each member as `operator[]` would.
  auto& members = parent.value->get_ref<ordered_json::object_t&>();
  members.emplace_back(parent.key, std::move(value));
  return &members.back().second;
}

JsonPlace JsonBuilder::place() const {
  JsonPlace place{.file = file_, .pointer = {}};
  // The element of an array that is still open is its last.
  for (const Frame& frame : frames_)
    place = place / (frame.value->is_array() ? std::to_string(frame.value->size() - 1) : frame.key);
  return place;
}

}  // namespace scnn::workloads
