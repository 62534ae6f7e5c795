/// `--trace`: a timeline of the run.
#pragma once

#include <string>
#include <vector>

#include "sim/run.hpp"
#include "tools/options.hpp"

namespace scnn::cli {

/// Help lines of --trace and what goes with it.
[[nodiscard]] std::vector<OptionHelp> trace_options();

/// \throws InputError
[[nodiscard]] sim::TraceOptions trace_options_of(const Arguments& arguments,
                                                 const std::string& network);

/// What was written: `t.json: 12.3 MB, detail channel: conv1, conv2; channel (by 4): 11 layers`.
[[nodiscard]] std::string trace_text(const std::string& file, const sim::TraceSummary& summary);

}  // namespace scnn::cli
