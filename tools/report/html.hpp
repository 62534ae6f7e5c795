/// Parts of a page that are plain HTML: tables, the drawing of the machine, where numbers came
/// from.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "memory/architecture.hpp"
#include "tools/report/lines.hpp"

namespace scnn::cli::report {

/// Text with what HTML would take for markup escaped.
[[nodiscard]] std::string escaped(std::string_view text);

/// Every layer and the total with the numbers that the charts divide; exact values as `data-value`.
[[nodiscard]] std::string layer_table(const Lines& lines);

/// PE array and memory hierarchy with their sizes, as SVG.
[[nodiscard]] std::string machine_drawing(const memory::Architecture& arch);

/// An object's leaves as a table of two columns, keys of inner objects joined by dots.
[[nodiscard]] std::string key_table(std::string_view caption, const nlohmann::ordered_json& object);

}  // namespace scnn::cli::report
