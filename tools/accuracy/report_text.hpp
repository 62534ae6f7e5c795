/// What `scnn compare --accuracy` prints.
#pragma once

#include <string>

#include "tools/accuracy/joined.hpp"
#include "tools/layout.hpp"

namespace scnn::cli::accuracy {

/// Tables at equal density and at equal accuracy, then what a reader should know.
[[nodiscard]] std::string joined_text(const Joined& joined, const Layout& layout);

}  // namespace scnn::cli::accuracy
