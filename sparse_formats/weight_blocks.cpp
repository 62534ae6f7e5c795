#include "sparse_formats/weight_blocks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "sparse_formats/error.hpp"
#include "sparse_formats/run_length.hpp"

namespace scnn::sparse {
namespace {

/// The kernel rows and columns of every phase, computed once per layer.
struct PhaseKernel {
  std::vector<std::int32_t> rows, cols;
  std::vector<std::uint32_t> offsets;  ///< `r * S + s` of each position
  [[nodiscard]] std::int64_t positions() const {
    return static_cast<std::int64_t>(rows.size() * cols.size());
  }
};

PhaseKernel phase_kernel(const WeightLayout& layout, std::int64_t phase) {
  const LayerShape& s = layout.shape;
  PhaseKernel kernel{kernel_positions(s.R, s.dilation_h, layout.split.h, phase / layout.split.w),
                     kernel_positions(s.S, s.dilation_w, layout.split.w, phase % layout.split.w),
                     {}};
  for (std::int32_t r : kernel.rows)
    for (std::int32_t c : kernel.cols)
      kernel.offsets.push_back(static_cast<std::uint32_t>(r * s.S + c));
  return kernel;
}

std::int64_t unit_of(Granularity g, const PhaseKernel& kernel) {
  switch (g) {
    case Granularity::fine:
      return kernel.positions() > 0 ? 1 : 0;
    case Granularity::vector:
      return kernel.rows.empty() ? 0 : std::ssize(kernel.cols);
    case Granularity::kernel:
    case Granularity::filter:
      return kernel.positions();
  }
  return 0;
}

/// Coordinates of the positions of a block: k outermost, then r, then s.
std::vector<StoredWeight> positions_of(const PhaseKernel& kernel, std::int64_t channels) {
  std::vector<StoredWeight> positions;
  for (std::int64_t k = 0; k < channels; ++k)
    for (std::int32_t r : kernel.rows)
      for (std::int32_t c : kernel.cols)
        positions.push_back({0, static_cast<std::uint16_t>(k), static_cast<std::uint16_t>(r),
                             static_cast<std::uint16_t>(c)});
  return positions;
}

/// What encoding takes of a layer, the same for all its parts.
struct LayerSource {
  LayerSource(const WeightLayout& of_layout, const Tensor<std::int16_t>& of_weights)
      : layout(of_layout), weights(of_weights) {
    for (std::int64_t ph = 0; ph < layout.split.count(); ++ph)
      kernels.push_back(phase_kernel(layout, ph));
    if (layout.granularity == Granularity::filter) find_live_filters();
  }

  void find_live_filters() {
    const auto per_filter = weights.size() / static_cast<std::size_t>(layout.shape.K);
    for (std::size_t k = 0; k < static_cast<std::size_t>(layout.shape.K); ++k) {
      auto filter = weights.values().subspan(k * per_filter, per_filter);
      live_filters.push_back(std::any_of(filter.begin(), filter.end(), [](auto w) { return w; }));
    }
  }

  const WeightLayout& layout;
  const Tensor<std::int16_t>& weights;
  std::vector<PhaseKernel> kernels;
  std::vector<bool> live_filters;
};

/// Encodes blocks of one layer one after the other into flat arrays.
class BlockEncoder {
 public:
  explicit BlockEncoder(const LayerSource& source)
      : source_(source), layout_(source.layout), singles_(source.layout.index_bits) {}

  /// Blocks of K-groups `[first, end)`, counted over all convolution groups.
  void encode(std::size_t first, std::size_t end) {
    const auto kgroups = static_cast<std::size_t>(layout_.kgroups());
    for (std::size_t group = first; group < end; ++group) {
      BlockPlace place{static_cast<std::int64_t>(group / kgroups),
                       static_cast<std::int64_t>(group % kgroups)};
      gather_group(place);
      encode_group(place);
      if (group == first && end - first > 1) {  // the others will be about as large
        const std::size_t groups = end - first, most = groups * dense_.size();
        values.reserve(std::min(most, values.size() * groups * 9 / 8));
        runs.reserve(std::min(most, runs.size() * groups * 9 / 8));
      }
    }
  }

  std::vector<std::int16_t> values;
  std::vector<std::uint16_t> runs;
  std::vector<std::uint64_t> value_ends, run_ends;  ///< of each block

 private:
  /// Calls `visit(place)` for the blocks of a K-group, in order.
  template <class Visit>
  void visit_blocks(BlockPlace place, Visit&& visit) {
    for (place.channel = 0; place.channel < layout_.shape.group_C(); ++place.channel)
      for (place.phase = 0; place.phase < layout_.split.count(); ++place.phase) visit(place);
  }

  /// A block is encoded long after it was gathered: what was only just written in parts is slow to
  /// read as a whole.
  void gather_group(const BlockPlace& group) {
    std::size_t size = 0;
    dense_ends_.clear();
    const auto channels = static_cast<std::size_t>(layout_.kgroup_channels(group.kgroup));
    visit_blocks(group, [&](const BlockPlace& place) {
      size += channels * kernel_of(place).offsets.size();
      dense_ends_.push_back(size);
    });
    dense_.resize(size);
    std::size_t block = 0, begin = 0;
    visit_blocks(group, [&](const BlockPlace& place) {
      gather(place, kernel_of(place), dense_.data() + begin);
      begin = dense_ends_[block++];
    });
  }

  void encode_group(const BlockPlace& group) {
    const bool singles = layout_.granularity == Granularity::fine && layout_.skip_zeros;
    if (singles) {
      single_values_.resize(dense_.size() + SingleEncoder::kSlack);
      single_runs_.resize(dense_.size() + SingleEncoder::kSlack);
    }
    std::size_t block = 0, begin = 0, stored = 0;
    visit_blocks(group, [&](const BlockPlace& place) {
      const std::size_t end = dense_ends_[block++];
      const auto dense = std::span<const std::int16_t>(dense_).subspan(begin, end - begin);
      begin = end;
      if (singles)
        stored +=
            singles_.encode(dense, single_values_.data() + stored, single_runs_.data() + stored);
      else
        encode_grains(place, dense);
      value_ends.push_back(values.size() + stored);
      run_ends.push_back(runs.size() + stored);
    });
    // At once: a block is little to grow an array by.
    const auto count = static_cast<std::ptrdiff_t>(stored);
    values.insert(values.end(), single_values_.begin(), single_values_.begin() + count);
    runs.insert(runs.end(), single_runs_.begin(), single_runs_.begin() + count);
  }

  [[nodiscard]] const PhaseKernel& kernel_of(const BlockPlace& place) const {
    return source_.kernels[static_cast<std::size_t>(place.phase)];
  }

  /// \tparam kPositions  of the kernel, side by side; 0 for any number, anywhere
  template <std::size_t kPositions>
  void gather_channels(const std::int16_t* filter, std::size_t channels, std::size_t per_filter,
                       const PhaseKernel& kernel, std::int16_t* out) {
    for (std::size_t k = 0; k < channels; ++k, filter += per_filter) {
      if constexpr (kPositions > 0) {
        std::memcpy(out, filter, kPositions * sizeof *out);
        out += kPositions;
      } else {
        for (std::uint32_t offset : kernel.offsets) *out++ = filter[offset];
      }
    }
  }

  void gather(const BlockPlace& place, const PhaseKernel& kernel, std::int16_t* out) {
    const LayerShape& s = layout_.shape;
    const std::int64_t first_k = place.conv_group * s.group_K() + place.kgroup * layout_.kc;
    const auto channels = static_cast<std::size_t>(layout_.kgroup_channels(place.kgroup));
    const auto per_filter = static_cast<std::size_t>(s.group_C() * s.R * s.S);
    const std::int16_t* filter =
        source_.weights.data().data() + source_.weights.index(first_k, place.channel, 0, 0);
    const bool whole = layout_.split.count() == 1;
    if (whole && kernel.offsets.size() == 1)
      gather_channels<1>(filter, channels, per_filter, kernel, out);
    else if (whole && kernel.offsets.size() == 9)
      gather_channels<9>(filter, channels, per_filter, kernel, out);
    else
      gather_channels<0>(filter, channels, per_filter, kernel, out);
  }

  [[nodiscard]] bool survives(const BlockPlace& place, std::int64_t grain,
                              std::span<const std::int16_t> weights) const {
    if (!layout_.skip_zeros) return true;
    if (layout_.granularity == Granularity::filter) {
      const std::int64_t k =
          place.conv_group * layout_.shape.group_K() + place.kgroup * layout_.kc + grain;
      return source_.live_filters[static_cast<std::size_t>(k)];
    }
    return std::any_of(weights.begin(), weights.end(), [](auto w) { return w != 0; });
  }

  void encode_grains(const BlockPlace& place, std::span<const std::int16_t> dense) {
    const std::int64_t unit = unit_of(layout_.granularity, kernel_of(place));
    if (unit == 0) return;
    const bool indexed = block_has_indices(layout_.granularity, place);
    RunEncoder encoder(layout_.index_bits);
    auto record = [&](std::uint16_t run) {
      if (indexed) runs.push_back(run);
    };
    const auto step = static_cast<std::size_t>(unit);
    for (std::size_t at = 0; at < dense.size(); at += step) {
      const auto grain = dense.subspan(at, step);
      if (!survives(place, static_cast<std::int64_t>(at / step), grain)) {
        encoder.drop();
        continue;
      }
      encoder.store(
          [&](std::uint16_t run) {
            record(run);
            values.insert(values.end(), step, 0);
          },
          [&](std::uint16_t run) {
            record(run);
            values.insert(values.end(), grain.begin(), grain.end());
          });
    }
  }

  const LayerSource& source_;
  const WeightLayout& layout_;
  SingleEncoder singles_;
  // Of the K-group at hand.
  std::vector<std::int16_t> dense_;
  std::vector<std::size_t> dense_ends_;  ///< of each block
  std::vector<std::int16_t> single_values_;
  std::vector<std::uint16_t> single_runs_;
};

/// Where each part begins in what all of them make up, and the end. \param size_of  of a part
template <class SizeOf>
std::vector<std::size_t> starts(const std::vector<BlockEncoder>& parts, SizeOf size_of) {
  std::vector<std::size_t> start(1, 0);
  for (const BlockEncoder& part : parts) start.push_back(start.back() + size_of(part));
  return start;
}

/// Puts parts one behind the other.
EncodedWeights join(const WeightLayout& layout, std::vector<BlockEncoder>& parts,
                    const ForEach& for_each) {
  EncodedWeights all{layout, {}, {}, {}, {}};
  all.value_offsets.resize(layout.block_count() + 1);
  all.run_offsets.resize(layout.block_count() + 1);
  const auto value_start = starts(parts, [](const auto& p) { return p.values.size(); });
  const auto run_start = starts(parts, [](const auto& p) { return p.runs.size(); });
  const auto block_start = starts(parts, [](const auto& p) { return p.value_ends.size(); });
  if (parts.size() == 1) {
    all.values = std::move(parts[0].values);
    all.runs = std::move(parts[0].runs);
  } else {
    all.values.resize(value_start.back());
    all.runs.resize(run_start.back());
  }
  for_each.run(parts.size(), [&](std::size_t p) {
    const BlockEncoder& part = parts[p];
    if (parts.size() > 1) {
      std::copy(part.values.begin(), part.values.end(), all.values.data() + value_start[p]);
      std::copy(part.runs.begin(), part.runs.end(), all.runs.data() + run_start[p]);
    }
    for (std::size_t b = 0; b < part.value_ends.size(); ++b) {
      all.value_offsets[block_start[p] + b + 1] = value_start[p] + part.value_ends[b];
      all.run_offsets[block_start[p] + b + 1] = run_start[p] + part.run_ends[b];
    }
  });
  return all;
}

[[noreturn]] void throw_block(std::size_t block, const std::string& what) {
  throw InputError("", fmt::format("block {}: {}", block, what));
}

}  // namespace

std::int64_t WeightLayout::kgroup_channels(std::int64_t g) const {
  return std::min(kc, shape.group_K() - g * kc);
}

std::size_t WeightLayout::block_count() const {
  return static_cast<std::size_t>(shape.groups * kgroups() * shape.group_C() * split.count());
}

BlockPlace place_of(const WeightLayout& layout, std::size_t block) {
  auto n = static_cast<std::int64_t>(block);
  BlockPlace place;
  place.phase = n % layout.split.count();
  n /= layout.split.count();
  place.channel = n % layout.shape.group_C();
  n /= layout.shape.group_C();
  place.kgroup = n % layout.kgroups();
  place.conv_group = n / layout.kgroups();
  return place;
}

std::uint64_t EncodedWeights::index_bits() const {
  return runs.size() * static_cast<std::uint64_t>(layout.index_bits);
}

std::uint64_t EncodedWeights::footprint_bits() const {
  return values.size() * static_cast<std::uint64_t>(layout.weight_bits) + index_bits();
}

EncodedWeights encode_weights(const WeightLayout& layout, const Tensor<std::int16_t>& weights,
                              const ForEach& for_each) {
  const LayerSource source(layout, weights);
  const auto groups = static_cast<std::size_t>(layout.shape.groups * layout.kgroups());
  const std::size_t count = for_each.parts(groups);
  std::vector<BlockEncoder> parts(count, BlockEncoder(source));
  for_each.run(
      count, [&](std::size_t p) { parts[p].encode(groups * p / count, groups * (p + 1) / count); });
  return join(layout, parts, for_each);
}

std::int64_t block_unit(const WeightLayout& layout, std::int64_t phase) {
  return unit_of(layout.granularity, phase_kernel(layout, phase));
}

WeightDecoder::WeightDecoder(const EncodedWeights& encoded) : encoded_(&encoded) {
  for (std::int64_t ph = 0; ph < encoded.layout.split.count(); ++ph) {
    const PhaseKernel kernel = phase_kernel(encoded.layout, ph);
    phases_.push_back({positions_of(kernel, encoded.layout.kc),
                       static_cast<std::uint64_t>(kernel.positions()),
                       static_cast<std::uint64_t>(unit_of(encoded.layout.granularity, kernel))});
  }
}

std::size_t WeightDecoder::stored(std::size_t block) const {
  return encoded_->value_offsets[block + 1] - encoded_->value_offsets[block];
}

std::size_t WeightDecoder::decode(std::size_t block, StoredWeight* out) const {
  return decode(block, place_of(encoded_->layout, block), out);
}

std::size_t WeightDecoder::decode(std::size_t block, const BlockPlace& place,
                                  StoredWeight* w) const {
  const WeightLayout& layout = encoded_->layout;
  const Phase& phase = phases_[static_cast<std::size_t>(place.phase)];
  const std::uint64_t unit = phase.unit;
  const std::uint64_t first = encoded_->value_offsets[block];
  const std::uint64_t count = encoded_->value_offsets[block + 1] - first;
  if (unit == 0) {
    if (count != 0) throw_block(block, "values in a phase that has no weights");
    return 0;
  }
  // The indices of a filter encoding stand in the K-group's first block.
  std::size_t indexed = block;
  if (!block_has_indices(layout.granularity, place))
    indexed -= static_cast<std::size_t>(place.channel * layout.split.count() + place.phase);
  const std::uint64_t first_run = encoded_->run_offsets[indexed];
  const std::uint64_t grains = encoded_->run_offsets[indexed + 1] - first_run;
  if (count != grains * unit)
    throw_block(block,
                fmt::format("{} values for {} indices, expected {}", count, grains, grains * unit));
  const std::uint64_t positions =
      static_cast<std::uint64_t>(layout.kgroup_channels(place.kgroup)) * phase.per_channel;
  const std::int16_t* value = encoded_->values.data() + first;
  const std::uint16_t* const runs = encoded_->runs.data() + first_run;
  const StoredWeight* const places = phase.positions.data();
  std::uint64_t position = 0;
  std::size_t nonzero = 0;
  const auto check = [&] {
    if (position < positions) return;
    throw_block(block,
                fmt::format("runs reach position {}, expected below {}", position, positions));
  };
  const auto take = [&] {
    *w = places[position++];
    w++->value = *value;
    nonzero += *value++ != 0 ? 1 : 0;
  };
  if (unit == 1) {
    for (std::uint64_t n = 0; n < grains; ++n) {
      position += runs[n];
      check();
      take();
    }
  } else {
    for (std::uint64_t n = 0; n < grains; ++n) {
      position += runs[n] * unit;
      check();
      for (std::uint64_t u = 0; u < unit; ++u) take();
    }
  }
  return nonzero;
}

void decode_block(const EncodedWeights& encoded, std::size_t block,
                  std::vector<StoredWeight>& out) {
  const WeightDecoder decoder(encoded);
  const std::size_t before = out.size();
  out.resize(before + decoder.stored(block));
  decoder.decode(block, out.data() + before);
}

Tensor<std::int16_t> decode_weights(const EncodedWeights& encoded) {
  const LayerShape& s = encoded.layout.shape;
  Tensor<std::int16_t> weights({s.K, s.group_C(), s.R, s.S});
  const WeightDecoder decoder(encoded);
  std::vector<StoredWeight> stored;
  for (std::size_t b = 0; b < encoded.layout.block_count(); ++b) {
    const BlockPlace place = place_of(encoded.layout, b);
    stored.resize(decoder.stored(b));
    decoder.decode(b, stored.data());
    const std::int64_t first_k = place.conv_group * s.group_K() + place.kgroup * encoded.layout.kc;
    for (const StoredWeight& w : stored)
      weights.at(first_k + w.k, place.channel, w.r, w.s) = w.value;
  }
  return weights;
}

}  // namespace scnn::sparse
