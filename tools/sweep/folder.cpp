#include "tools/sweep/folder.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <nlohmann/json.hpp>
#include <system_error>

#include "sim/atomic_file.hpp"
#include "sim/result.hpp"
#include "sparse_formats/error.hpp"
#include "workloads/json_input.hpp"
#include "workloads/json_reader.hpp"

namespace scnn::cli::sweep {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

constexpr const char* kStoredSchema = "scnn-sweep-folder/1";

fs::path plan_file(const fs::path& folder) { return folder / "plan.json"; }

ordered_json stored(const Plan& plan) {
  return {{"schema", kStoredSchema},
          {"file", fs::absolute(plan.file).lexically_normal().string()},
          {"folder", fs::absolute(plan.folder / ".").lexically_normal().string()},
          {"plan", plan.written}};
}

/// Of several who try at once one succeeds: a link is made or not, over NFS too.
bool create_exclusively(const fs::path& file, const std::string& text) {
  fs::path own = file;
  own += fmt::format(".new-{}", ::getpid());
  sim::write_file(own, text);
  std::error_code error;
  fs::create_hard_link(own, file, error);
  // Where there are no links, a rename must do.
  if (error && !fs::exists(file)) {
    fs::rename(own, file);
    return true;
  }
  fs::remove(own);
  return !error;
}

}  // namespace

void remove_tables(const fs::path& folder) {
  std::error_code error;  // what cannot be removed cannot be written either, and is told then
  for (const char* table : {"table.csv", "table.json", "table.h5"})
    fs::remove(folder / table, error);
}

bool prepare_folder(const fs::path& folder, const Plan& plan, const FolderUse& use) {
  std::error_code error;
  if (fs::exists(folder) && !fs::is_directory(folder))
    throw InputError("--out", fmt::format("{} is a file, expected a folder", folder.string()));
  fs::create_directories(folder, error);
  if (error) throw OutputError(folder.string(), "cannot be created: " + error.message());
  const fs::path file = plan_file(folder);
  const std::string text = sim::json_text(stored(plan));
  if (!fs::exists(file)) {
    if (!use.resume && fs::exists(folder / "table.csv"))
      throw InputError("--out",
                       fmt::format("{} holds a table, expected an empty folder", folder.string()));
    if (create_exclusively(file, text)) return false;
  }
  if (!use.resume && !use.shared)
    throw InputError("--out", fmt::format("{} holds a sweep, expected --resume to go on with it, "
                                          "or another folder",
                                          folder.string()));
  const bool same = sim::json_text(workloads::read_json_file(file)) == text;
  if (!same && use.shared)
    throw InputError("--out", fmt::format("{} holds a sweep of another plan, expected the same "
                                          "for every shard",
                                          folder.string()));
  if (!same) sim::write_file(file, text);
  if (!use.shared) remove_tables(folder);
  return !same;
}

Plan read_stored_plan(const fs::path& folder) {
  const fs::path file = plan_file(folder);
  const ordered_json object = workloads::read_json_file(file);
  workloads::JsonObjectReader reader(object, {.file = file.string(), .pointer = {}});
  if (reader.text("schema") != kStoredSchema)
    throw InputError((reader.place() / "schema").text(),
                     fmt::format("expected \"{}\"", kStoredSchema));
  const auto name = reader.text("file").value_or("");
  const auto from = reader.text("folder").value_or("");
  const ordered_json* plan = reader.any("plan");
  if (plan == nullptr) throw InputError((reader.place() / "plan").text(), "is missing");
  reader.refuse_unknown_keys();
  return resolve_plan(*plan, name, from);
}

}  // namespace scnn::cli::sweep
