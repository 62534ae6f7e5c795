/// Cases whose counts are kept: a network, a machine, and how it is run.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "memory/architecture.hpp"
#include "tools/network_request.hpp"
#include "tools/regression/differences.hpp"
#include "workloads/json_reader.hpp"

namespace scnn::cli::regression {

inline constexpr const char* kCasesSchema = "scnn-cases/1";

struct CaseOptions {
  bool clocked = false;  ///< the clocked engine
  bool values = true;    ///< compute values; without, nothing is known of stored outputs
  bool verify = true;    ///< compare them with the reference convolution
};

/// File names are relative to the folder of the file that the case is in.
struct Case {
  std::string name;
  NetworkRequest network;
  memory::Architecture architecture;
  std::string architecture_file;  ///< empty: the case says the machine itself
  CaseOptions options;
  Tolerances tolerances;
};

/// A file of cases, or of what became of them.
struct CaseList {
  std::filesystem::path folder;  ///< that file names are relative to
  workloads::JsonPlace place;    ///< of the array, for messages
  std::vector<Case> cases;
};

/// Reads a file of cases: an array, or `{"schema": "scnn-cases/1", "cases": [...]}`.
/// Architectures of other files are resolved.
/// \throws InputError `FILE#/pointer: found, expected`
[[nodiscard]] CaseList read_cases(const std::filesystem::path& path);

/// Reads name, network, options and tolerances of a case; the rest is the caller's to ask for.
/// \throws InputError
[[nodiscard]] Case read_case_head(workloads::JsonObjectReader& reader);

/// The elements of the array `cases` of a file, none empty. \throws InputError
[[nodiscard]] const nlohmann::ordered_json& require_cases(const nlohmann::ordered_json& list,
                                                          const workloads::JsonPlace& place);
/// \throws InputError when two cases have one name
void refuse_repeated_names(const std::vector<Case>& cases, const workloads::JsonPlace& place);

[[nodiscard]] nlohmann::ordered_json to_json(const CaseOptions& options);
[[nodiscard]] nlohmann::ordered_json to_json(const Tolerances& tolerances);

/// The request with its files named from `to` instead of from `from`. Absolute names stay.
[[nodiscard]] NetworkRequest moved(NetworkRequest request, const std::filesystem::path& from,
                                   const std::filesystem::path& to);
/// A file named from `from`, named from `to`. Absolute names stay.
[[nodiscard]] std::string moved(const std::string& file, const std::filesystem::path& from,
                                const std::filesystem::path& to);
/// A file named from `folder`, as it can be opened.
[[nodiscard]] std::string located(const std::string& file, const std::filesystem::path& folder);
[[nodiscard]] NetworkRequest located(NetworkRequest request, const std::filesystem::path& folder);

}  // namespace scnn::cli::regression
