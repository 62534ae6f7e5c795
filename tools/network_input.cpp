#include "tools/network_input.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <limits>

#include "sparse_formats/error.hpp"
#include "tools/comparison.hpp"
#include "tools/host.hpp"
#include "workloads/densities.hpp"
#include "workloads/hdf5.hpp"
#include "workloads/zoo.hpp"

namespace scnn::cli {
namespace {

/// Of weights and of activations, where none is stated: only estimates of time use it.
constexpr double kUsualDensity = 0.5;

NetworkRequest request_of(const Arguments& arguments) {
  NetworkRequest request;
  request.file = arguments.required("network");
  request.layers = arguments.all("layers");
  request.activation_density = arguments.density("activation-density");
  request.seed = arguments.integer("seed", std::numeric_limits<std::int64_t>::min(),
                                   std::numeric_limits<std::int64_t>::max());
  return request;
}

}  // namespace

std::vector<std::size_t> select_layers(const workloads::NetworkSource& network, const Words& globs,
                                       const std::string& where) {
  const auto& specs = network.layers();
  std::vector<bool> wanted(specs.size(), globs.empty());
  for (const std::string& glob : globs) {
    bool found = false;
    for (std::size_t i = 0; i < specs.size(); ++i) {
      if (!workloads::matches_glob(glob, specs[i].name)) continue;
      wanted[i] = found = true;
    }
    if (!found)
      throw InputError(where, fmt::format("\"{}\" matches no layer of network \"{}\", expected "
                                          "a layer's name or a glob (see scnn info)",
                                          glob, network.info().name));
  }
  std::vector<std::size_t> chosen;
  for (std::size_t i = 0; i < specs.size(); ++i)
    if (wanted[i]) chosen.push_back(i);
  return chosen;
}

RunnableNetwork::RunnableNetwork(const Arguments& arguments)
    : RunnableNetwork(request_of(arguments)) {}

RunnableNetwork::RunnableNetwork(NetworkRequest request)
    : request_(std::move(request)), source_(request_.open()) {
  seed_ = request_.seed.value_or(source_->info().seed.value_or(1));
  const bool in_file = !request_.place.empty();
  chosen_ =
      select_layers(*source_, request_.layers, in_file ? request_.place + "/layers" : "--layers");
  for (const std::size_t i : chosen_)
    if (!source_->layers()[i].has_input && !input_density(i))
      throw InputError(
          source_->where(i),
          fmt::format("has no dataset input and no attribute input_density, expected "
                      "one of the two, or {}",
                      in_file ? "activation_density in the request" : "--activation-density"));
}

std::optional<double> RunnableNetwork::input_density(std::size_t index) const {
  return request_.activation_density ? request_.activation_density
                                     : source_->layers()[index].input_density;
}

workloads::Layer RunnableNetwork::read(std::size_t index) const {
  workloads::Layer layer = source_->read(index);
  if (request_.granularity)
    prune_to(layer, *request_.granularity, request_.density.value_or(default_density(layer)),
             source_->where(index));
  if (!layer.input)
    layer.input = workloads::synthesise_input(layer.spec, input_density(index).value(), seed_);
  return layer;
}

double RunnableNetwork::weight_density(const workloads::LayerSpec& spec) const {
  if (request_.density) return *request_.density;
  return spec.density_published.value_or(kUsualDensity);
}

std::vector<double> RunnableNetwork::costs() const {
  std::vector<double> costs;
  for (const std::size_t i : chosen_) {
    const workloads::LayerSpec& spec = source_->layers()[i];
    costs.push_back(static_cast<double>(spec.shape.multiplies()) * weight_density(spec) *
                    input_density(i).value_or(kUsualDensity));
  }
  return costs;
}

std::size_t RunnableNetwork::synthesised() const {
  return static_cast<std::size_t>(std::ranges::count_if(
      chosen_, [this](std::size_t i) { return !source_->layers()[i].has_input; }));
}

sim::NetworkFacts RunnableNetwork::facts() const {
  return {.info = source_->info(),
          .file = workloads::hdf5::printable_path(std::filesystem::path(request_.file).filename()),
          .layers = source_->layers().size(),
          .first_layer = source_->layers().front().name};
}

sim::Provenance RunnableNetwork::provenance() const {
  sim::Provenance provenance = program_provenance();
  provenance.input_sha256 = source_->sha256();
  provenance.seed = seed_;
  provenance.activation_density = request_.activation_density;
  return provenance;
}

void note_inputs(const RunnableNetwork& network, const Arguments& arguments,
                 const Console& console) {
  const std::size_t made = network.synthesised();
  if (made > 0)
    console.note(
        fmt::format("{} of {} layers have no input in the file and run on a synthesised "
                    "one, as dense as {} says",
                    made, network.chosen().size(),
                    arguments.has("activation-density") ? "--activation-density"
                                                        : "the layer's input_density"));
  else if (arguments.has("activation-density"))
    console.note("--activation-density has no effect: every layer has its input in the file");
}

std::vector<OptionHelp> network_options() {
  return {
      {"network", "NET", "network or encoded file (HDF5)"},
      {"layers", "GLOB", "only layers whose name matches; may be repeated", true},
      {"activation-density", "D",
       "density, above 0, at most 1, of the inputs made for layers that have none in the file; "
       "default: the layer's attribute input_density"},
      {"seed", "N", "seed of inputs that are made; default: the network's seed, or 1"},
  };
}

}  // namespace scnn::cli
