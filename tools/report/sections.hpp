/// A section of the page per result file.
#pragma once

#include "tools/report/input.hpp"
#include "tools/report/model.hpp"

namespace scnn::cli::report {

// Each throws InputError for a file that is not what its schema promises.

[[nodiscard]] Section run_section(const Input& input);
[[nodiscard]] Section comparison_section(const Input& input);
[[nodiscard]] Section sweep_section(const Input& input);
[[nodiscard]] Section validation_section(const Input& input);

/// By what the file is.
[[nodiscard]] Section section_of(const Input& input);

/// Where a result came from, as tables: machine, provenance, host.
[[nodiscard]] Group origin_group(const Input& input, const memory::Architecture* arch);

}  // namespace scnn::cli::report
