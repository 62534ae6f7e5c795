#include "tests/equivalence/random_case.hpp"

#include <algorithm>
#include <array>

#include "pe/tiling.hpp"
#include "sim/architecture_file.hpp"
#include "sparse_formats/error.hpp"
#include "tests/support/random_layer.hpp"

namespace scnn::test {
namespace {

using workloads::Layer;

/// Draws a value with a label of its own.
template <class T>
T labelled(Choices& c, const char* name, const std::vector<std::pair<const char*, T>>& options) {
  std::vector<std::string> labels;
  for (const auto& option : options) labels.emplace_back(option.first);
  return options[c.pick(name, std::move(labels))].second;
}

using Pair = std::array<std::int64_t, 2>;
using Four = std::array<std::int64_t, 4>;

/// Plane, kernel, stride, dilation, padding and channels.
LayerShape draw_shape(Choices& c) {
  LayerShape s;
  const auto plane = labelled<Pair>(c, "plane",
                                    {{"1x1", {1, 1}},
                                     {"3x3", {3, 3}},
                                     {"5x8", {5, 8}},
                                     {"9x4", {9, 4}},
                                     {"13x13", {13, 13}},
                                     {"17x22", {17, 22}}});
  const auto kernel = labelled<Pair>(
      c, "kernel", {{"1x1", {1, 1}}, {"3x3", {3, 3}}, {"1x4", {1, 4}}, {"5x2", {5, 2}}});
  const auto stride =
      labelled<Pair>(c, "stride", {{"1", {1, 1}}, {"2", {2, 2}}, {"3x1", {3, 1}}, {"2x3", {2, 3}}});
  const auto dilation =
      labelled<Pair>(c, "dilation", {{"1", {1, 1}}, {"2", {2, 2}}, {"1x3", {1, 3}}});
  const auto padding = labelled<Four>(c, "padding",
                                      {{"none", {0, 0, 0, 0}},
                                       {"1", {1, 1, 1, 1}},
                                       {"asymmetric", {0, 2, 3, 1}},
                                       {"large", {5, 4, 6, 4}}});
  std::tie(s.H, s.W) = std::tuple_cat(plane);
  std::tie(s.R, s.S) = std::tuple_cat(kernel);
  std::tie(s.stride_h, s.stride_w) = std::tuple_cat(stride);
  std::tie(s.dilation_h, s.dilation_w) = std::tuple_cat(dilation);
  std::tie(s.pad_top, s.pad_bottom, s.pad_left, s.pad_right) = std::tuple_cat(padding);
  s.groups = c.number("groups", {1, 2, 3});
  s.C = s.groups * c.number("channels", {1, 2, 5, 14});
  s.K = s.groups * c.number("filters", {1, 3, 8, 21});
  return s;
}

/// Zeroes one channel: its inputs, its weights, or both.
void kill_channel(Choices& c, const LayerShape& s, Tensor<std::int16_t>& weights,
                  Tensor<std::int16_t>& input) {
  const std::size_t dead = c.pick("dead channel", {"none", "input", "weights"});
  const std::int64_t channel = c.draw().between(0, s.C - 1);
  if (dead == 1)
    for (std::int64_t y = 0; y < s.H; ++y)
      for (std::int64_t x = 0; x < s.W; ++x) input.at(channel, y, x) = 0;
  if (dead != 2) return;
  for (std::int64_t k = 0; k < s.K; ++k)
    for (std::int64_t r = 0; r < s.R; ++r)
      for (std::int64_t q = 0; q < s.S; ++q) weights.at(k, channel % s.group_C(), r, q) = 0;
}

Tensor<float> to_floats(const Tensor<std::int16_t>& t, float unit) {
  Tensor<float> floats(t.shape());
  std::ranges::transform(t.data(), floats.data().begin(),
                         [&](std::int16_t v) { return static_cast<float>(v) * unit; });
  return floats;
}

/// The layer as a file would hold it: floats to be quantised, or integers with a scale.
Layer to_layer(Choices& c, const workloads::LayerSpec& spec, Tensor<std::int16_t> weights,
               Tensor<std::int16_t> input) {
  Layer layer;
  layer.spec = spec;
  if (c.pick("tensors", {"integer", "float"}) == 1) {
    layer.weights = to_floats(weights, 0.37F);
    layer.input = to_floats(input, 0.0625F);
  } else {
    layer.weights = workloads::IntTensor{std::move(weights), 0.25, false};
    layer.input = workloads::IntTensor{std::move(input), 1.5, false};
  }
  if (c.yes("bias"))
    for (std::int64_t k = 0; k < spec.shape.K; ++k)
      layer.bias.push_back(static_cast<float>(c.draw().between(-400, 400)) * 0.5F);
  return layer;
}

/// One attempt; the shape may be one that does not exist.
RandomLayer attempt(Draw& draw, const memory::Architecture& arch, const std::string& name) {
  Choices c(draw);
  workloads::LayerSpec spec;
  spec.name = name;
  spec.shape = draw_shape(c);
  const LayerShape& s = spec.shape;
  validate_shape(s, name);
  const bool fc = s.H == 1 && s.W == 1 && s.R == 1 && s.S == 1;
  spec.kind = fc ? workloads::LayerKind::fc : workloads::LayerKind::conv;
  spec.relu = c.yes("relu");

  const auto granularity =
      kGranularities[c.pick("granularity", {"fine", "vector", "kernel", "filter"})];
  const std::int64_t kept = c.number("grains kept %", {100, 50, 12});
  const std::int64_t filled = c.number("non-zero in kept %", {100, 60});
  const std::int64_t dense = c.number("activations %", {100, 45, 8});
  auto weights = random_tensor(draw, {s.K, s.group_C(), s.R, s.S}, filled, arch.weight_bits);
  drop_grains(draw, weights, granularity, kept);
  auto input = random_tensor(draw, {1, s.C, s.H, s.W}, dense, arch.activation_bits);
  kill_channel(c, s, weights, input);

  Layer layer = to_layer(c, spec, std::move(weights), std::move(input));
  layer.spec.granularity = granularity;
  RandomLayer result;
  result.layer = workloads::quantise_layer(layer, arch.weight_bits, arch.activation_bits, name);
  result.first = c.yes("first layer");

  const pe::Tiling tiling = pe::plan_tiling(s, arch, name);
  const auto regions = pe::map_regions(s, tiling.tiles.front(), arch);
  c.note("fully connected", {"no", "yes"}, fc ? 1 : 0);
  c.note("temporal tiles", {"one", "more"}, tiling.tiles.size() > 1 ? 1 : 0);
  c.note("empty PEs", {"no", "yes"},
         std::ranges::any_of(regions, [](const auto& r) { return r.inputs.area() == 0; }) ? 1 : 0);
  result.choices = c.all();
  return result;
}

/// Mostly all PEs, all cycles and every step; the rest is made of that.
sim::TraceOptions draw_trace(Draw& draw, const memory::Architecture& arch) {
  sim::TraceOptions trace;
  if (!draw.chance(10))
    trace.detail = draw.chance(60)
                       ? pe::TraceDetail::step
                       : draw.one_of({pe::TraceDetail::channel, pe::TraceDetail::group});
  if (draw.chance(25)) {
    trace.first_cycle = draw.between(0, 300);
    if (draw.chance(70)) trace.last_cycle = trace.first_cycle + draw.between(0, 300);
  }
  if (draw.chance(25)) trace.pes.push_back(draw.between(0, arch.pe_count() - 1));
  return trace;
}

}  // namespace

memory::Architecture draw_architecture(Choices& c) {
  memory::Architecture a;
  const auto array = labelled<Pair>(c, "PE array",
                                    {{"1x1", {1, 1}},
                                     {"1x3", {1, 3}},
                                     {"2x2", {2, 2}},
                                     {"3x2", {3, 2}},
                                     {"4x4", {4, 4}},
                                     {"2x7", {2, 7}}});
  std::tie(a.pe_rows, a.pe_cols) = std::tuple_cat(array);
  a.name = "random";
  a.F = c.number("F", {1, 2, 4});
  a.I = c.number("I", {1, 3, 4});
  a.kc = c.number("kc", {1, 2, 5, 8});
  a.weight_bits = static_cast<int>(c.number("weight_bits", {2, 8, 16}));
  a.activation_bits = static_cast<int>(c.number("activation_bits", {3, 8, 16}));
  a.accumulator_bits = static_cast<int>(c.number("accumulator_bits", {6, 24, 40}));
  a.index_bits = static_cast<int>(c.number("index_bits", {1, 2, 4, 16}));
  a.accumulator.banks = c.number("banks", {1, 3, 8, 32});
  a.accumulator.entries_per_bank = c.number("entries_per_bank", {4, 16, 64});
  a.accumulator.queue_threshold = c.number("queue_threshold", {0, 1, 4, 40});
  a.accumulator.bank_map =
      static_cast<memory::BankMap>(c.pick("bank_map", {"linear", "xor", "prime", "skewed"}));
  a.accumulator.bypass = static_cast<memory::Bypass>(c.pick("bypass", {"none", "step"}));
  a.accumulator.capacity =
      static_cast<memory::Capacity>(c.pick("capacity", {"ignore", "shrink-kc", "split-plane"}));
  a.iaram_bytes = c.number("iaram_bytes", {0, 24, 10240});
  a.oaram_bytes = c.number("oaram_bytes", {0, 24, 10240});
  a.weight_fifo_entries = c.number("weight_fifo_entries", {1, 2, 5, 50});
  a.broadcast_entries_per_cycle = c.number("broadcast", {1, 2, 4, 16});
  a.dram.bytes_per_cycle = c.number("bytes_per_cycle", {1, 4, 50});
  a.dram.latency_cycles = c.number("latency_cycles", {0, 1, 100});
  a.ppu.entries_per_cycle = c.number("ppu entries", {1, 5, 32});
  a.ppu.halo_entries_per_cycle = c.number("ppu halo", {1, 4, 64});
  a.stride_mode = static_cast<memory::StrideMode>(c.pick("stride_mode", {"phases", "discard"}));
  a.shared_indices = c.yes("shared_indices");
  a.skip_zero_weights = c.yes("skip_zero_weights");
  a.skip_zero_activations = c.yes("skip_zero_activations");
  return a;
}

RandomLayer draw_layer(Draw& draw, const memory::Architecture& arch, const std::string& name) {
  constexpr int kAttempts = 200;
  for (int i = 1;; ++i) try {
      return attempt(draw, arch, name);
    } catch (const InputError&) {
      // No such shape, or one that does not fit the accumulators.
      if (i == kAttempts) throw;
    }
}

Batch draw_batch(std::int64_t seed, std::int64_t index, std::int64_t layers) {
  Draw draw(seed, "batch " + std::to_string(index));
  while (true) {
    Batch batch;
    Choices c(draw);
    batch.arch = draw_architecture(c);
    batch.threads = static_cast<int>(c.number("threads", {1, 2, 7}));
    batch.choices = c.all();
    try {
      sim::validate(batch.arch, batch.arch.name);
      for (std::int64_t n = 0; n < layers; ++n)
        batch.layers.push_back(draw_layer(draw, batch.arch, "layer" + std::to_string(n)));
      batch.trace = draw_trace(draw, batch.arch);
      return batch;
    } catch (const InputError&) {
      // No such machine, or hardly a layer fits its accumulators; another one is drawn.
    }
  }
}

}  // namespace scnn::test
