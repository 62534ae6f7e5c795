/// Builds a JSON tree from parser events, refusing what a plain parse lets pass.
/// Internal to workloads/json_input.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "workloads/json_place.hpp"

namespace scnn::workloads {

/// What the parser could not read.
struct JsonSyntaxError {
  std::size_t position = 0;  ///< bytes read when the error was found
  int id = 0;                ///< nlohmann's number of the error
  std::string message;       ///< nlohmann's words
};

/// SAX handler: keeps keys in file order, throws InputError for a repeated key or too deep
/// nesting, and ends the parse with `syntax_error` set for text that is no JSON.
class JsonBuilder final : public nlohmann::json_sax<nlohmann::ordered_json> {
 public:
  explicit JsonBuilder(std::string file) : file_(std::move(file)) {}

  /// Set when the parse ended early.
  [[nodiscard]] const std::optional<JsonSyntaxError>& syntax_error() const { return syntax_error_; }
  /// The finished tree.
  [[nodiscard]] nlohmann::ordered_json take() { return std::move(root_); }

  bool null() override { return add(nullptr); }
  bool boolean(bool value) override { return add(value); }
  bool number_integer(number_integer_t value) override { return add(value); }
  bool number_unsigned(number_unsigned_t value) override { return add(value); }
  bool number_float(number_float_t value, const string_t& /*token*/) override { return add(value); }
  bool string(string_t& value) override { return add(std::move(value)); }
  bool binary(binary_t& value) override { return add(std::move(value)); }
  bool start_object(std::size_t /*size*/) override {
    return open(nlohmann::ordered_json::object());
  }
  bool start_array(std::size_t /*size*/) override { return open(nlohmann::ordered_json::array()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(string_t& name) override;
  bool parse_error(std::size_t position, const std::string& last_token,
                   const nlohmann::detail::exception& error) override;

 private:
  /// An object or array that is still open.
  struct Frame {
    nlohmann::ordered_json* value;
    std::string key;                       // of the member being read
    std::unordered_set<std::string> keys;  // of the object so far
  };

  bool add(nlohmann::ordered_json value);
  bool open(nlohmann::ordered_json empty);
  bool close();
  nlohmann::ordered_json* place_value(nlohmann::ordered_json value);
  [[nodiscard]] JsonPlace place() const;

  std::string file_;
  nlohmann::ordered_json root_;
  std::optional<JsonSyntaxError> syntax_error_;
  std::vector<Frame> frames_;
};

}  // namespace scnn::workloads
