/// Baselines: the counts that cases had when they were recorded or approved.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tools/regression/case_run.hpp"
#include "tools/regression/cases.hpp"

namespace scnn::cli::regression {

inline constexpr const char* kBaselineSchema = "scnn-baseline/1";

/// A case and what came of it.
struct KeptCase {
  Case given;  ///< the architecture as it was
  CaseOutcome outcome;
};

struct Baseline {
  std::filesystem::path path;
  std::string text;  ///< of the file
  std::vector<KeptCase> cases;

  [[nodiscard]] std::filesystem::path folder() const { return path.parent_path(); }
};

/// \throws InputError `FILE#/pointer: found, expected`. Counters that an older program did not
///         know may be missing
[[nodiscard]] Baseline read_baseline(const std::filesystem::path& path);

/// The text of a baseline of cases whose files are named from its folder.
[[nodiscard]] std::string baseline_text(const std::vector<KeptCase>& cases);

/// The baseline's text with some cases replaced, every other byte as it was.
/// \param changed  index of the case, and what it is now
[[nodiscard]] std::string with_cases(const Baseline& baseline,
                                     const std::vector<std::pair<std::size_t, KeptCase>>& changed);

}  // namespace scnn::cli::regression
