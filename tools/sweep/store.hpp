/// Results of a sweep on disk: one file per point, named by the point's id.
///
/// Files appear whole or not at all (written beside, flushed, renamed), and nobody needs a
/// lock: two who compute the same point write the same result, but for `host`. That is all a
/// folder shared over NFS has to offer.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "memory/counters.hpp"

namespace scnn::cli::sweep {

enum class PointState : std::uint8_t {
  missing,
  done,
  failed,   ///< its message is on record
  corrupt,  ///< there is a file, but not as it was written
  foreign,  ///< made by another build of the program, which may count otherwise
};

/// What is known of a point.
struct PointRecord {
  PointState state = PointState::missing;
  std::string message;            ///< why it failed
  nlohmann::ordered_json result;  ///< `scnn-result/1`, when done
};

class Store {
 public:
  /// Folders are made as they are needed.
  explicit Store(std::filesystem::path folder) : folder_(std::move(folder)) {}

  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
  [[nodiscard]] std::filesystem::path file_of(const std::string& id) const;

  /// Reads and checks: a result is taken when its hash is the one it was written with.
  [[nodiscard]] PointRecord read(const std::string& id) const;

  /// \param result  of a run, `scnn-result/1`. \throws OutputError
  void write_result(const std::string& id, nlohmann::ordered_json result) const;
  /// Puts a failure on record; a later run tries again. \throws OutputError
  void write_failure(const std::string& id, const std::string& message) const;

 private:
  void write(const std::string& id, nlohmann::ordered_json object) const;

  std::filesystem::path folder_;
};

}  // namespace scnn::cli::sweep
