/// Filters of a sweep: `F*I*pe_rows*pe_cols == 1024`.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "workloads/json_place.hpp"

namespace scnn::cli::sweep {

/// An arithmetic expression over the keys of an architecture and the choices of a network.
///
/// A key is named as in the architecture file, inner ones with or without their object
/// (`accumulator.banks` or `banks`); flags are 1 and 0; choices compare with their names
/// (`granularity == vector`, `bypass == step`; a name's `-` is written `_`).
/// Operators as in C, and `^` for powers, `%` for remainders; muParser reads them.
class Filter {
 public:
  /// \throws InputError at `place` for what is no expression, or names what is no key
  Filter(const std::string& text, const workloads::JsonPlace& place);
  ~Filter();
  Filter(Filter&&) noexcept;
  Filter& operator=(Filter&&) noexcept;

  /// \param architecture  as resolved, to_json
  /// \param choices       object with `granularity`, `density`, `activation_density`, `seed`;
  ///                      what is absent counts as 0
  /// \throws InputError at the place for a value that is no number
  [[nodiscard]] bool holds(const nlohmann::ordered_json& architecture,
                           const nlohmann::ordered_json& choices) const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace scnn::cli::sweep
