/// Logs of accuracies, as retraining writes them (docs/formats.md, Accuracy log).
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "sparse_formats/granularity.hpp"
#include "workloads/json_lines.hpp"

namespace scnn::cli::accuracy {

/// What had been done to a network when it was measured, in the order in which it happens.
enum class Stage : std::uint8_t { dense, adapted, sensitivity, pruned, retrained, quantised };

[[nodiscard]] std::string_view name_of(Stage stage);

/// One measured accuracy.
struct Entry {
  std::string place;  ///< `FILE:LINE`
  Stage stage = Stage::dense;
  std::optional<Granularity> granularity = {};  ///< nothing: of the dense network
  std::optional<double> density = {};           ///< asked for; there when `granularity` is
  std::optional<double> density_achieved = {};
  std::int64_t seed = 1;
  double accuracy = 0.0;  ///< share of the images
  std::optional<std::int64_t> images = {};
  std::filesystem::path file = {};  ///< the network that was measured; empty: it was not kept
};

/// What several runs measured, in the order of files and lines.
struct Log {
  std::string network, data;  ///< as the first header names them
  std::vector<Entry> entries;
};

/// Reads logs of one network.
/// \throws InputError `FILE:LINE: ...`, also for files of different networks
[[nodiscard]] Log read_logs(const std::vector<std::filesystem::path>& files);

/// The same for lines that are read already; files of networks are relative to `folder`.
void add_lines(Log& log, const std::vector<workloads::JsonLine>& lines,
               const std::filesystem::path& folder);

}  // namespace scnn::cli::accuracy
