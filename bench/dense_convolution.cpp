#include "bench/dense_convolution.hpp"

#include <cstddef>
#include <vector>

namespace scnn::bench {
namespace {

using dnnl::memory;
using Tag = memory::format_tag;

constexpr auto kFloat = memory::data_type::f32;

memory::dims weight_dims(const LayerShape& s) {
  if (s.groups == 1) return {s.K, s.C, s.R, s.S};
  return {s.groups, s.group_K(), s.group_C(), s.R, s.S};
}

/// Formats `any`: oneDNN chooses. Its dilation counts the gaps, ours the distance.
dnnl::convolution_forward::primitive_desc describe(const LayerShape& s,
                                                   const dnnl::engine& engine) {
  const auto any = [](const memory::dims& dims) { return memory::desc(dims, kFloat, Tag::any); };
  return {{dnnl::prop_kind::forward_inference,
           dnnl::algorithm::convolution_auto,
           any({1, s.C, s.H, s.W}),
           any(weight_dims(s)),
           any({1, s.K, s.Ho(), s.Wo()}),
           {s.stride_h, s.stride_w},
           {s.dilation_h - 1, s.dilation_w - 1},
           {s.pad_top, s.pad_left},
           {s.pad_bottom, s.pad_right}},
          engine};
}

/// A tensor of small normal numbers in the wanted format; dense code takes the same time
/// for any of them.
memory filled(const memory::dims& dims, Tag plain, const memory::desc& wanted,
              const dnnl::engine& engine, dnnl::stream& stream) {
  const memory::desc desc(dims, kFloat, plain);
  std::vector<float> values(desc.get_size() / sizeof(float));
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = static_cast<float>(i % 17 + 1) / 16.0F;
  memory from(desc, engine, values.data());
  memory to(wanted, engine);
  dnnl::reorder(from, to).execute(stream, from, to);
  stream.wait();
  return to;
}

}  // namespace

DenseConvolution::DenseConvolution(const LayerShape& s)
    : engine_(dnnl::engine::kind::cpu, 0), stream_(engine_) {
  const auto description = describe(s, engine_);
  implementation_ = description.impl_info_str();
  source_ = filled({1, s.C, s.H, s.W}, Tag::nchw, description.src_desc(), engine_, stream_);
  weights_ = filled(weight_dims(s), s.groups == 1 ? Tag::oihw : Tag::goihw,
                    description.weights_desc(), engine_, stream_);
  destination_ = memory(description.dst_desc(), engine_);
  primitive_ = dnnl::convolution_forward(description);
}

void DenseConvolution::execute() {
  primitive_.execute(
      stream_,
      {{DNNL_ARG_SRC, source_}, {DNNL_ARG_WEIGHTS, weights_}, {DNNL_ARG_DST, destination_}});
  stream_.wait();
}

}  // namespace scnn::bench
