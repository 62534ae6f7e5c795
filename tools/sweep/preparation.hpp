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

/// A network's layers as machines of some widths take them.
class QuantisedNetwork {
 public:
  /// Reads, prunes and quantises every layer, unless they are too many to be kept.
  /// \throws InputError when a layer cannot be run at all; OutputError when the network is no
  ///         longer the one that the point names; Interrupted
  explicit QuantisedNetwork(const Point& point);

  /// Points of equal keys have the same quantised layers.
  [[nodiscard]] static std::string key_of(const Point& point);
  /// Whether it also serves another point.
  [[nodiscard]] bool serves(const Point& point) const { return key_ == key_of(point); }
  [[nodiscard]] const RunnableNetwork& network() const { return network_; }
  [[nodiscard]] std::size_t size() const { return network_.chosen().size(); }
  /// Whether there is memory to keep layers.
  [[nodiscard]] bool kept() const { return kept_; }
  /// Chosen layer number `i`.
  [[nodiscard]] std::shared_ptr<const workloads::QuantisedLayer> layer(std::size_t i) const;

 private:
  [[nodiscard]] std::shared_ptr<const workloads::QuantisedLayer> read(std::size_t i) const;
  [[nodiscard]] double bytes() const;

  std::string key_;
  int weight_bits_, activation_bits_;
  RunnableNetwork network_;
  bool kept_;
  std::vector<std::shared_ptr<const workloads::QuantisedLayer>> layers_;
};

/// The same layers mapped and encoded. What is made in the process that forks, children find
/// in their memory; what one of them changes is its own.
class Preparation {
 public:
  Preparation(std::shared_ptr<const QuantisedNetwork> network, const memory::Architecture& arch);

  /// Whether the layers also serve another point.
  [[nodiscard]] bool serves(const Point& point) const;
  [[nodiscard]] const QuantisedNetwork& network() const { return *network_; }

  /// Encodes every layer now, where there is memory to keep them.
  /// \throws InputError when the accumulators cannot hold a layer (S10); Interrupted
  void encode();
  /// From here on also keeps what machines share that differ in timing alone.
  void keep_work();
  /// Calls `use` with layer number `i`, encoded by now. \throws InputError as `encode`
  template <class Use>
  void with_layer(std::size_t i, const Use& use) {
    if (network_->kept()) {
      use(encoded(i));
      return;
    }
    sim::PreparedLayer layer(network_->layer(i), key_);
    use(layer);
  }

 private:
  sim::PreparedLayer& encoded(std::size_t i);

  std::shared_ptr<const QuantisedNetwork> network_;
  memory::Architecture key_;
  bool keep_work_ = false;
  std::vector<std::unique_ptr<sim::PreparedLayer>> layers_;
};

}  // namespace scnn::cli::sweep
