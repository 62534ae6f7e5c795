/// Files that are part of the program: the chart libraries, and the page's style and script.
#pragma once

#include <string_view>

namespace scnn::cli::report {

struct Assets {
  std::string_view vega, vega_lite, vega_embed;  ///< JavaScript; empty in a build without npm
  std::string_view licences;                     ///< of the libraries and what they contain
  std::string_view style, script;                ///< tools/report/page.css and page.js

  [[nodiscard]] bool has_libraries() const { return !vega.empty(); }
};

/// What was embedded when the program was built (cmake/ScnnReport.cmake).
[[nodiscard]] Assets embedded_assets();

}  // namespace scnn::cli::report
