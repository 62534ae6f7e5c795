/// Accuracy against what regularity buys: the section of a comparison made with --accuracy.
#pragma once

#include "tools/report/input.hpp"
#include "tools/report/model.hpp"

namespace scnn::cli::report {

/// Whether a comparison was made with --accuracy.
[[nodiscard]] bool has_accuracies(const Input& input);

/// Accuracy over density, storage, references, cycles and energy, a line per granularity, and
/// what each costs at equal accuracy. \throws InputError
[[nodiscard]] Section accuracy_section(const Input& input);

}  // namespace scnn::cli::report
