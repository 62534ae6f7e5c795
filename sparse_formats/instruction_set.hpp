/// Which instruction set the vectorised kernels use, of this and of all other folders.
#pragma once

#include <string>
#include <vector>

namespace scnn {

/// Names of those this build can dispatch to on this processor.
[[nodiscard]] std::vector<std::string> instruction_sets();
/// The one that is used.
[[nodiscard]] std::string instruction_set();
/// Forces one of them for the whole process, or (empty) chooses the best again; for tests and
/// benchmarks.
/// \throws InputError for a name that is not among them
void force_instruction_set(const std::string& name);

}  // namespace scnn
