// Accumulator writes that a bypass over several steps leaves, by hand.
#include <algorithm>
#include <catch2/catch.hpp>

#include "sim/step_bypass.hpp"

using namespace scnn;
using namespace scnn::sim;

namespace {

/// Rows of 4 inputs under kernels of 1 x 3, nothing zero: 2 outputs, 6 products each way.
workloads::QuantisedLayer layer(std::int64_t C, std::int64_t K) {
  workloads::QuantisedLayer layer;
  layer.spec.shape = {.C = C, .H = 1, .W = 4, .K = K, .R = 1, .S = 3};
  layer.weights = Tensor<std::int16_t>({K, C, 1, 3});
  layer.input = Tensor<std::int16_t>({1, C, 1, 4});
  std::ranges::fill(layer.weights.data(), std::int16_t{1});
  std::ranges::fill(layer.input.data(), std::int16_t{1});
  return layer;
}

memory::Architecture one_pe(std::int64_t kc) {
  memory::Architecture arch;
  arch.pe_rows = arch.pe_cols = 1;
  arch.kc = kc;
  return arch;
}

}  // namespace

TEST_CASE("A step writes each of its outputs once") {
  const StepWrites writes = step_writes(layer(1, 1), one_pe(1), 1);
  CHECK(writes.updates == 6);
  CHECK(writes.combined == 2);
  CHECK(step_bypass_writes(layer(1, 1), one_pe(1)) == 2);
}

TEST_CASE("Channels are steps of their own, which a window brings together") {
  CHECK(step_writes(layer(3, 1), one_pe(1), 1).updates == 18);
  CHECK(step_writes(layer(3, 1), one_pe(1), 1).combined == 6);
  CHECK(step_writes(layer(3, 1), one_pe(1), 2).combined == 4);
  CHECK(step_writes(layer(3, 1), one_pe(1), 3).combined == 2);
}

TEST_CASE("A window ends with its K-group") {
  CHECK(step_writes(layer(2, 2), one_pe(1), 100).updates == 24);
  CHECK(step_writes(layer(2, 2), one_pe(1), 100).combined == 4);
}

TEST_CASE("What is zero writes nothing") {
  auto sparse = layer(1, 1);
  sparse.weights.at(0, 0, 0, 1) = 0;
  CHECK(step_writes(sparse, one_pe(1), 1).updates == 4);
  CHECK(step_writes(sparse, one_pe(1), 1).combined == 2);
}
