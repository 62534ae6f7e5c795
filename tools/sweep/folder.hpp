/// The folder of a sweep: `plan.json`, `points/`, and in the end the table.
#pragma once

#include <filesystem>

#include "tools/sweep/plan.hpp"

namespace scnn::cli::sweep {

struct FolderUse {
  bool resume = false;  ///< results may be there already
  bool shared = false;  ///< others may be writing to it now, for the same plan
};

/// Makes the folder, and keeps the plan in it. Another plan may take over a folder that is
/// resumed (points of equal id are reused), but not one that is shared.
/// Tables of an earlier end are removed, unless others may be at work.
/// \return whether another plan was there
/// \throws InputError at `--out` when what is there forbids it, OutputError
bool prepare_folder(const std::filesystem::path& folder, const Plan& plan, const FolderUse& use);

/// Removes the tables: they are not those of the results that are there.
void remove_tables(const std::filesystem::path& folder);

/// The plan that `prepare_folder` kept. \throws InputError
[[nodiscard]] Plan read_stored_plan(const std::filesystem::path& folder);

}  // namespace scnn::cli::sweep
