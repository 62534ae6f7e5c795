/// Figures as people and programs read them.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "tools/layout.hpp"
#include "tools/validation/report.hpp"

namespace scnn::cli::validation {

/// Heading, table, reasons, measures and notes, for a terminal.
[[nodiscard]] std::string text_of(const Figure& figure, const Layout& layout);

/// The same in Markdown, without heading.
[[nodiscard]] std::string markdown_of(const Figure& figure);

/// An element of `figures`.
[[nodiscard]] nlohmann::ordered_json to_json(const Figure& figure);

/// One line per number: figure, network, row, quantity, value.
[[nodiscard]] std::string csv_of(const std::vector<Figure>& figures);

}  // namespace scnn::cli::validation
