/// Which layers of a network a command works on, and where their inputs come from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/result.hpp"
#include "tools/network_request.hpp"
#include "tools/options.hpp"
#include "workloads/network_file.hpp"

namespace scnn::cli {

/// The layers whose name matches one of the globs, in execution order; all without globs.
/// \throws InputError at `where` for a glob that matches no layer
[[nodiscard]] std::vector<std::size_t> select_layers(const workloads::NetworkSource& network,
                                                     const Words& globs,
                                                     const std::string& where = "--layers");

/// A network of which some layers are run, each with an input.
class RunnableNetwork {
 public:
  /// Takes --network, --layers, --activation-density and --seed.
  /// \throws InputError also when a chosen layer has no input and no density to make one of
  explicit RunnableNetwork(const Arguments& arguments);
  /// Takes a network of a plan or a list of cases. \throws InputError as above
  explicit RunnableNetwork(NetworkRequest request);

  [[nodiscard]] const NetworkRequest& request() const { return request_; }
  [[nodiscard]] const workloads::NetworkSource& source() const { return *source_; }
  /// Indices of the chosen layers.
  [[nodiscard]] const std::vector<std::size_t>& chosen() const { return chosen_; }
  /// Reads a layer, prunes it where that is asked for, and makes its input where it has none.
  [[nodiscard]] workloads::Layer read(std::size_t index) const;
  /// Products to expect of every chosen layer: its multiplies, times the densities that are
  /// stated for it.
  [[nodiscard]] std::vector<double> costs() const;
  /// How many chosen layers get a made input.
  [[nodiscard]] std::size_t synthesised() const;

  /// What results say about the network, and about what fixed their numbers.
  [[nodiscard]] sim::NetworkFacts facts() const;
  [[nodiscard]] sim::Provenance provenance() const;

 private:
  [[nodiscard]] std::optional<double> input_density(std::size_t index) const;
  [[nodiscard]] double weight_density(const workloads::LayerSpec& spec) const;

  NetworkRequest request_;
  std::unique_ptr<workloads::NetworkSource> source_;
  std::vector<std::size_t> chosen_;
  std::int64_t seed_ = 1;
};

/// Tells on `console` what a reader of the numbers should know about the inputs.
void note_inputs(const RunnableNetwork& network, const Arguments& arguments,
                 const Console& console);

/// Options that RunnableNetwork takes, for a command's help.
[[nodiscard]] std::vector<OptionHelp> network_options();

}  // namespace scnn::cli
