#include "tools/sweep/store.hpp"

#include <fmt/format.h>

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

/// Takes the seal off. \return whether it fits the object and the id
bool unseal(ordered_json& object, const std::string& id) {
  if (!object.is_object() || !object.contains(kSeal)) return false;
  const ordered_json seal = object[kSeal];
  object.erase(kSeal);
  return seal.is_object() && seal.value("id", "") == id &&
         seal.value("sha256", "") == hash_of(object);
}

bool by_this_build(const ordered_json& result) {
  const sim::Provenance own = program_provenance();
  const ordered_json& provenance = result.at("provenance");
  return provenance.value("version", "") == own.version &&
         provenance.value("git_commit", "") == own.git_commit;
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
  if (!unseal(object, id)) return record;
  if (!by_this_build(object)) {
    record.state = PointState::foreign;
  } else if (object.value("schema", "") == kFailureSchema) {
    record.state = PointState::failed;
    record.message = object.value("message", "");
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
  const sim::Provenance own = program_provenance();
  write(id, {{"schema", kFailureSchema},
             {"message", message},
             {"provenance", {{"version", own.version}, {"git_commit", own.git_commit}}}});
}

}  // namespace scnn::cli::sweep
