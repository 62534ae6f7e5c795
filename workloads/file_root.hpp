/// What the root and /layers of the project's HDF5 files share.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "workloads/hdf5_output.hpp"
#include "workloads/network.hpp"

namespace scnn::workloads {

inline constexpr std::string_view kNetworkFormat = "scnn-network";
inline constexpr std::string_view kEncodedFormat = "scnn-encoded";
inline constexpr std::string_view kOutputsFormat = "scnn-outputs";

/// The attribute `format`. \throws InputError unless it is that of a network, encoded or not
[[nodiscard]] std::string read_format(const hdf5::Group& root);

/// Checks the version and that /layers is all there is, and reads the network's
/// attributes. \throws InputError
[[nodiscard]] NetworkInfo read_root(const hdf5::Group& root);

/// Layer names in execution order: each names a group once, and no group is left
/// over. \throws InputError
[[nodiscard]] std::vector<std::string> read_order(const hdf5::Group& layers);

void write_root(hdf5::OutputGroup& root, std::string_view format, const NetworkInfo& info);

/// Writes /layers one layer after the other; the order is written last.
class LayersWriter {
 public:
  LayersWriter(const std::filesystem::path& path, std::string_view format, const NetworkInfo& info);
  /// A new group for the next layer.
  /// \pre  the name is new, not empty, has no '/' and is not "."
  /// \throws ModelError for any other name
  [[nodiscard]] hdf5::OutputGroup add(const std::string& name);
  /// Writes the order and gives the file its name. \pre every layer's group is gone
  void commit();

 private:
  hdf5::OutputFile file_;
  hdf5::OutputGroup layers_;
  std::vector<std::string> order_;
};

}  // namespace scnn::workloads
