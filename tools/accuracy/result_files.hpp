/// The files of `scnn compare --accuracy`.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "tools/accuracy/joined.hpp"

namespace scnn::cli::accuracy {

/// `scnn-compare/1` with a member `accuracy` in the place of `granularities`.
[[nodiscard]] nlohmann::ordered_json to_json(const Joined& joined);
/// One line per seed, per point and per bound, `scope` telling which.
[[nodiscard]] std::string csv_text(const Joined& joined);

}  // namespace scnn::cli::accuracy
