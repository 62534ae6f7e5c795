/// A network held in memory, so that tests need no file to be a source.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "workloads/network_file.hpp"

namespace scnn::test {

/// A network in memory that counts how often each layer is read.
class MemoryNetwork final : public workloads::NetworkSource {
 public:
  MemoryNetwork(std::string name, std::vector<workloads::Layer> layers)
      : layers_(std::move(layers)) {
    info_.name = std::move(name);
    for (const workloads::Layer& layer : layers_) specs_.push_back(layer.spec);
  }
  [[nodiscard]] const workloads::NetworkInfo& info() const override { return info_; }
  [[nodiscard]] const std::vector<workloads::LayerSpec>& layers() const override { return specs_; }
  [[nodiscard]] workloads::Layer read(std::size_t index) const override {
    ++reads_[specs_[index].name];
    return layers_[index];
  }
  [[nodiscard]] std::string where(std::size_t index) const override {
    return info_.name + ":/layers/" + specs_[index].name;
  }
  [[nodiscard]] int reads(const std::string& layer) const { return reads_[layer]; }

 private:
  workloads::NetworkInfo info_;
  std::vector<workloads::Layer> layers_;
  std::vector<workloads::LayerSpec> specs_;
  mutable std::map<std::string, int> reads_;
};

}  // namespace scnn::test
