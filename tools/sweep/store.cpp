#include "tools/sweep/store.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <system_error>

#include "sim/atomic_file.hpp"
#include "sim/result.hpp"
#include "sparse_formats/error.hpp"
#include "tools/host.hpp"
#include "workloads/json_input.hpp"
#include "workloads/sha256.hpp"

namespace scnn::cli::sweep {
namespace {

using nlohmann::ordered_json;

constexpr const char* kFailureSchema = "scnn-sweep-failure/1";
constexpr const char* kSeal = "sweep";

/// The hash of everything but the seal itself.
std::string hash_of(const ordered_json& object) {
  return workloads::sha256_of(sim::json_text(object));
}

/// A member that is a text; empty for anything else.
std::string text_of(const ordered_json& object, const char* key) {
  if (!object.is_object() || !object.contains(key) || !object[key].is_string()) return {};
  return object[key].get<std::string>();
}

/// Takes the seal off. \return whether it fits the object and the id
bool unseal(ordered_json& object, const std::string& id, std::string& build) {
  if (!object.is_object() || !object.contains(kSeal)) return false;
  const ordered_json seal = object[kSeal];
  object.erase(kSeal);
  build = text_of(seal, "build");
  return text_of(seal, "id") == id && text_of(seal, "sha256") == hash_of(object);
}

/// Tells builds apart that have no commit of their own; empty for those that have.
const std::string& uncommitted_build() {
  static const std::string build = [] {
    const std::string commit = program_provenance().git_commit;
    if (commit != "unknown" && commit.find("dirty") == std::string::npos) return std::string();
    const int program = ::open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    if (program < 0) return std::string("unreadable");
    std::string hash = workloads::sha256_of(program, "/proc/self/exe");
    ::close(program);
    return hash;
  }();
  return build;
}

bool by_this_build(const ordered_json& result, const std::string& build) {
  if (build != uncommitted_build()) return false;
  if (!result.contains("provenance")) return false;
  const sim::Provenance own = program_provenance();
  const ordered_json& provenance = result.at("provenance");
  return text_of(provenance, "version") == own.version &&
         text_of(provenance, "git_commit") == own.git_commit;
}

}  // namespace

std::filesystem::path Store::file_of(const std::string& id) const {
  // A folder of a thousand files is listed at once, one of a million is not.
  return folder_ / "points" / id.substr(0, 2) / (id + ".json");
}

PointRecord Store::read(const std::string& id) const {
  const std::filesystem::path file = file_of(id);
  std::error_code error;
  if (!std::filesystem::exists(file, error)) return {};
  PointRecord record{.state = PointState::corrupt, .message = {}, .result = {}};
  ordered_json object;
  try {
    object = workloads::read_json_file(file);
  } catch (const InputError&) {
    return record;
  }
  std::string build;
  if (!unseal(object, id, build)) return record;
  if (!by_this_build(object, build)) {
    record.state = PointState::foreign;
  } else if (text_of(object, "schema") == kFailureSchema) {
    record.state = PointState::failed;
    record.message = text_of(object, "message");
  } else {
    record.state = PointState::done;
    record.result = std::move(object);
  }
  return record;
}

void Store::write(const std::string& id, ordered_json object) const {
  // As it will be read: a text with bytes that are no UTF-8 changes on the way.
  object = workloads::parse_json(sim::json_text(object), "result");
  const std::string hash = hash_of(object);
  object[kSeal] = {{"id", id}, {"sha256", hash}};
  if (!uncommitted_build().empty()) object[kSeal]["build"] = uncommitted_build();
  const std::filesystem::path file = file_of(id);
  std::error_code error;
  std::filesystem::create_directories(file.parent_path(), error);
  if (error)
    throw OutputError(file.parent_path().string(), "cannot be created: " + error.message());
  sim::write_file(file, sim::json_text(object));
}

void Store::write_result(const std::string& id, ordered_json result) const {
  write(id, std::move(result));
}

void Store::write_failure(const std::string& id, const std::string& message) const {
  // Another shard may have computed the point meanwhile: a result stays.
  if (read(id).state == PointState::done) return;
  const sim::Provenance own = program_provenance();
  write(id, {{"schema", kFailureSchema},
             {"message", message},
             {"provenance", {{"version", own.version}, {"git_commit", own.git_commit}}}});
}

}  // namespace scnn::cli::sweep
