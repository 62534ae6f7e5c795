/// One self-contained HTML file from sections.
#pragma once

#include <string>
#include <vector>

#include "tools/report/assets.hpp"
#include "tools/report/model.hpp"

namespace scnn::cli::report {

/// \throws OutputError when the build left the chart libraries out
void require_libraries(const Assets& assets);

/// The page: opens from disk, asks the network for nothing.
/// \throws OutputError when the build left the chart libraries out
[[nodiscard]] std::string page_text(const std::vector<Section>& sections, const Assets& assets);

/// What the page's script draws: per section its controls, datasets and charts.
[[nodiscard]] nlohmann::ordered_json page_data(const std::vector<Section>& sections);

}  // namespace scnn::cli::report
