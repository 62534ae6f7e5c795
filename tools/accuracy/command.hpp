/// `scnn compare --accuracy`: accuracies of a log beside what the networks cost.
#pragma once

#include "tools/options.hpp"

namespace scnn::cli::accuracy {

/// What `compare` takes beside its other options.
[[nodiscard]] std::vector<OptionHelp> options();

/// Refuses the options that need --accuracy when it was not given. \throws InputError
void refuse_without_logs(const Arguments& arguments);

/// Runs the command. \return an exit status
int compare(const Arguments& arguments, const Words& words, Console& console);

}  // namespace scnn::cli::accuracy
