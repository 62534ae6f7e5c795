/// What is measured: layers of the zoo or of a network file, by name.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "workloads/network.hpp"
#include "workloads/network_file.hpp"

namespace scnn::bench {

/// A workload of the zoo: one layer at densities of its own, or a network at the zoo's.
struct ZooWorkload {
  std::string_view name;
  std::string_view network;
  std::string_view layer;  ///< empty: all of them
  double weight_density = 0.0;
  double activation_density = 0.0;  ///< both 0: the zoo's densities
  bool listed = true;               ///< measured when no workload is asked for
};

/// Every workload of the zoo, smallest first.
[[nodiscard]] std::span<const ZooWorkload> zoo_workloads();

/// Layers that are made or read one at a time, so that memory follows the largest.
class Workload {
 public:
  /// \param name  of `zoo_workloads()`, or the path of a network file, which ends in `.h5`
  /// \throws InputError
  explicit Workload(const std::string& name);

  [[nodiscard]] std::size_t size() const { return layers_.size(); }
  [[nodiscard]] const workloads::LayerSpec& spec(std::size_t i) const {
    return source_->layers()[layers_[i]];
  }
  /// Layer `i` quantised to 16 bits, as the default architecture takes it.
  /// \throws InputError for a layer without input
  [[nodiscard]] workloads::QuantisedLayer quantised(std::size_t i) const;
  /// The layer is the first of its network (machine.md S27).
  [[nodiscard]] bool is_first(std::size_t i) const { return layers_[i] == 0; }

 private:
  std::unique_ptr<workloads::NetworkSource> source_;
  std::vector<std::size_t> layers_;  ///< indices into the network's
};

}  // namespace scnn::bench
