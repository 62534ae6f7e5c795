/// Layers that are read, pruned, quantised and encoded once for many points.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "sim/prepared_layer.hpp"
#include "tools/network_input.hpp"
#include "tools/sweep/points.hpp"

namespace scnn::cli::sweep {

/// Made in the process that forks: children find the layers in their memory, and what one of
/// them changes is its own.
class Preparation {
 public:
  /// Prepares every layer for the point, unless they are too many to be kept.
  /// \throws InputError when a layer cannot be run at all; Interrupted
  explicit Preparation(const Point& point);

  /// Whether the layers also serve another point.
  [[nodiscard]] bool serves(const Point& point) const;

  [[nodiscard]] const RunnableNetwork& network() const { return network_; }
  [[nodiscard]] std::size_t size() const { return network_.chosen().size(); }
  /// Calls `use` with chosen layer number `i`, which is prepared now if it was not kept.
  template <class Use>
  void with_layer(std::size_t i, const memory::Architecture& arch, const Use& use) {
    if (kept_) {
      use(*layers_[i]);
      return;
    }
    sim::PreparedLayer layer(quantised(i, arch), arch);
    use(layer);
  }

 private:
  [[nodiscard]] workloads::QuantisedLayer quantised(std::size_t i,
                                                    const memory::Architecture& arch) const;
  [[nodiscard]] double bytes() const;

  std::string request_;  ///< as JSON
  memory::Architecture key_;
  RunnableNetwork network_;
  bool kept_;
  std::vector<std::unique_ptr<sim::PreparedLayer>> layers_;
};

}  // namespace scnn::cli::sweep
