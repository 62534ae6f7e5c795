#include "sim/verification.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sim/baselines.hpp"
#include "sparse_formats/error.hpp"
#include "workloads/reference_convolution.hpp"

namespace scnn::sim {
namespace {

[[noreturn]] void broken(const LayerJob& job, const memory::Counters& c, const std::string& what) {
  std::string state;
  for (const auto& info : memory::counter_table())
    state += fmt::format("\n  {} = {}", info.name, c.*info.member);
  throw ModelError(fmt::format("layer {}: {}; counters:{}", job.layer().spec.name, what, state));
}

}  // namespace

void check_identities(const memory::Counters& c, const LayerJob& job,
                      const memory::Architecture& arch, std::uint64_t whole) {
  const std::uint64_t activities = c.issue + c.bank_stall + c.weight_wait + c.backpressure_wait +
                                   c.barrier_wait + c.buffer_wait + c.drain;
  const std::uint64_t pe_cycles = static_cast<std::uint64_t>(arch.pe_count()) * c.compute_cycles;
  if (activities != pe_cycles)
    broken(job, c,
           fmt::format("activities sum to {}, expected PEs * compute_cycles = {}", activities,
                       pe_cycles));
  const std::uint64_t accounted = c.updates + c.dropped_plane + c.dropped_stride;
  if (accounted != c.products)
    broken(job, c,
           fmt::format("updates and dropped products sum to {}, expected {} products", accounted,
                       c.products));
  // Tiles of a split layer share inputs, so their products are more than the layer's.
  const bool split = job.tiling().tiles.size() > 1;
  std::uint64_t expected = split ? 0 : whole;
  if (split)
    for (const pe::TileJob& tile : job.tiles())
      expected += nonzero_products(job.layer(), arch, tile.conv_group, tile.tile.inputs);
  if (c.products != expected)
    broken(
        job, c,
        fmt::format("{} products, expected {} from the blocks' non-zeros", c.products, expected));
}

void verify(const workloads::QuantisedLayer& layer, const Tensor<std::int64_t>& accumulated,
            const pe::OwnerMap& owners, const ForEach& for_each) {
  const auto expected =
      workloads::reference_convolution(layer.spec.shape, layer.input, layer.weights, for_each);
  const auto [found, want] = std::mismatch(accumulated.data().begin(), accumulated.data().end(),
                                           expected.data().begin(), expected.data().end());
  if (found == accumulated.data().end()) return;
  const std::int64_t n = found - accumulated.data().begin();
  const std::int64_t Wo = layer.spec.shape.Wo(), Ho = layer.spec.shape.Ho();
  const std::int64_t ox = n % Wo, oy = n / Wo % Ho, k = n / (Wo * Ho);
  throw VerificationError(
      fmt::format("layer {}: output [k={}][oy={}][ox={}] of PE {} accumulated {}, the reference "
                  "convolution gives {}",
                  layer.spec.name, k, oy, ox, owners.owner(oy, ox), *found, *want));
}

}  // namespace scnn::sim
