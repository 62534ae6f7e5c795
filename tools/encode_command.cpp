#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "sim/storage.hpp"
#include "tools/commands.hpp"
#include "tools/exit_status.hpp"
#include "tools/interrupt.hpp"
#include "tools/numbers.hpp"
#include "tools/progress.hpp"
#include "tools/run_options.hpp"
#include "tools/table.hpp"
#include "workloads/encoded_file.hpp"

namespace scnn::cli {
namespace {

constexpr int kByteBits = 8;

CommandLine command_line() {
  return {
      .name = "encode",
      .usage = "--network NET --out ENCODED [options]",
      .about =
          "Compresses a network's weights as run-length blocks, as the machine has them in\n"
          "DRAM: one index per weight, or per grain of the layer's mask. `run` and\n"
          "`compare` take the encoded file in place of the network. Prints what is stored.",
      .options =
          {
              {"network", "NET", "network or encoded file"},
              {"arch", "ARCH",
               "architecture file: widths, index width, Kc, stride mode; default: the machine of "
               "SCNN, ISCA 2017"},
              {"out", "ENCODED", "encoded file to write (HDF5)"},
          },
      .examples =
          {
              {"scnn encode --network pruned.h5 --out pruned.enc.h5", "with 16-bit weights"},
              {"scnn encode --network pruned.h5 --arch configs/regularity.json --out small.h5",
               "with 8-bit weights"},
          },
  };
}

/// A line of the storage table.
struct EncodedLine {
  std::string name, grain, kc;
  std::optional<std::uint64_t> kept;  ///< weights under mask 1, where the layer has a mask
  sim::Storage storage;
};

class Encoder {
 public:
  Encoder(const workloads::NetworkSource& network, const memory::Architecture& arch,
          workloads::EncodedWriter& writer)
      : network_(network), arch_(arch), writer_(writer) {}

  EncodedLine encode(std::size_t index) {
    workloads::Layer layer = network_.read(index);
    auto weights = workloads::quantise_weights(layer.weights, arch_.weight_bits,
                                               network_.where(index) + "/weights");
    EncodedLine line{.name = layer.spec.name, .grain = {}, .kc = {}, .kept = {}, .storage = {}};
    if (layer.mask) {
      layer.spec.granularity = layer.mask->granularity;
      line.kept = static_cast<std::uint64_t>(std::ranges::count(layer.mask->kept.values(), 1));
    }
    workloads::QuantisedLayer quantised;
    quantised.spec = layer.spec;
    quantised.weights = std::move(weights.values);
    quantised.granularity = layer.spec.granularity.value_or(Granularity::fine);
    workloads::EncodedLayer encoded{.spec = layer.spec,
                                    .weights = sim::encode_layer(quantised, arch_),
                                    .weight_scale = weights.scale,
                                    .bias = std::move(layer.bias),
                                    .input = std::move(layer.input)};
    line.grain = name_of(encoded.weights.layout.granularity);
    line.kc = std::to_string(encoded.weights.layout.kc);
    line.storage = sim::storage_of(encoded.weights);
    writer_.append(encoded);
    return line;
  }

 private:
  const workloads::NetworkSource& network_;
  const memory::Architecture& arch_;
  workloads::EncodedWriter& writer_;
};

EncodedLine total_of(const std::vector<EncodedLine>& lines) {
  EncodedLine total{.name = "total", .grain = {}, .kc = {}, .kept = 0, .storage = {}};
  for (const EncodedLine& line : lines) {
    // Without a mask nothing was dropped.
    *total.kept += line.kept.value_or(line.storage.weights);
    total.storage += line.storage;
  }
  return total;
}

template <class Of>
auto column(const std::vector<EncodedLine>& lines, Of&& of) {
  std::vector<decltype(of(lines.front()))> cells;
  cells.reserve(lines.size());
  for (const EncodedLine& line : lines) cells.push_back(of(line));
  return cells;
}

std::string storage_table(const std::vector<EncodedLine>& lines, int weight_bits,
                          const Layout& layout) {
  using Line = EncodedLine;
  const auto counts = [&lines](std::uint64_t sim::Storage::*member) {
    return column(lines, [member](const Line& l) { return l.storage.*member; });
  };
  const auto against = [&lines](int bits) {
    return column(lines, [bits](const Line& l) {
      return ratio(l.storage.bits(), l.storage.weights * static_cast<std::uint64_t>(bits));
    });
  };
  Table table;
  table.text("layer", column(lines, [](const Line& l) { return l.name; }))
      .text("grain", column(lines, [](const Line& l) { return l.grain; }))
      .cells("Kc", column(lines, [](const Line& l) { return l.kc; }))
      .numbers("kept\ndensity",
               column(lines,
                      [](const Line& l) {
                        return l.kept ? ratio(*l.kept, l.storage.weights) : std::nullopt;
                      }),
               4)
      .numbers(
          "non-zero\ndensity",
          column(lines, [](const Line& l) { return ratio(l.storage.nonzero, l.storage.weights); }),
          4)
      .counts("stored\nweights", "", counts(&sim::Storage::stored))
      .counts("place-\nholders", "", counts(&sim::Storage::placeholders))
      .counts("values", "bits", counts(&sim::Storage::value_bits))
      .counts("indices", "bits", counts(&sim::Storage::index_bits))
      .numbers("of 8-bit\ndense", against(kByteBits), 3);
  if (weight_bits != kByteBits)
    table.numbers(fmt::format("of {}-bit\ndense", weight_bits), against(weight_bits), 3);
  return table.rule_before(lines.size() - 1).str(layout);
}

}  // namespace

int encode_command(const Words& words, Console& console) {
  const auto arguments = parse(command_line(), words, console);
  if (!arguments) return kDone;
  const std::string in = arguments->required("network");
  const std::string out = arguments->required("out");
  const memory::Architecture arch = architecture_of(*arguments);
  const auto network = workloads::open_network(in);
  std::vector<double> costs;
  for (const auto& spec : network->layers())
    costs.push_back(static_cast<double>(spec.shape.weight_count()));
  std::vector<EncodedLine> lines;
  {
    Progress progress(console, "encoding", costs);
    workloads::EncodedWriter writer(out, network->info());
    Encoder encoder(*network, arch, writer);
    for (std::size_t i = 0; i < network->layers().size(); ++i) {
      check_interrupt();
      progress.step(network->layers()[i].name);
      lines.push_back(encoder.encode(i));
    }
    check_interrupt();
    writer.commit();
  }
  lines.push_back(total_of(lines));
  console.out << fmt::format("{}\nencoded with {}-bit weights and {}-bit indices\n\n",
                             network->info().name, arch.weight_bits, arch.index_bits)
              << storage_table(lines, arch.weight_bits, console.layout());
  return kDone;
}

}  // namespace scnn::cli
