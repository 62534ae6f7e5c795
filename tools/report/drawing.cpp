#include <fmt/format.h>

#include <algorithm>

#include "tools/numbers.hpp"
#include "tools/report/html.hpp"

namespace scnn::cli::report {
namespace {

/// Where a box lies, in user units of the drawing.
struct Box {
  int x, y, width, height;
};

constexpr int kLine = 15;      // between lines of text
constexpr int kPitch = 30;     // between PEs of the array
constexpr int kMostDrawn = 8;  // PEs drawn of a row or column; more are hinted at

std::string text_at(int x, int y, std::string_view text, const char* style = "") {
  return fmt::format("<text x=\"{}\" y=\"{}\" class=\"{}\">{}</text>", x, y, style, escaped(text));
}

std::string box(const Box& b, const char* style, std::initializer_list<std::string> lines) {
  std::string svg =
      fmt::format("<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"4\" class=\"{}\"/>", b.x,
                  b.y, b.width, b.height, style);
  int y = b.y + b.height / 2 - static_cast<int>(lines.size() - 1) * kLine / 2 + 4;
  bool first = true;
  for (const std::string& line : lines) {
    svg += text_at(b.x + b.width / 2, y, line, first ? "name" : "size");
    first = false;
    y += kLine;
  }
  return svg;
}

std::string arrow(int x1, int y1, int x2, int y2) {
  return fmt::format("<path d=\"M{} {}L{} {}\" class=\"arrow\"/>", x1, y1, x2, y2);
}

std::string size_text(std::int64_t bytes) { return bytes_text(static_cast<std::uint64_t>(bytes)); }

/// The array of PEs, the one shown in full marked.
std::string array_of_pes(const memory::Architecture& arch) {
  const int rows = static_cast<int>(std::min<std::int64_t>(arch.pe_rows, kMostDrawn));
  const int columns = static_cast<int>(std::min<std::int64_t>(arch.pe_cols, kMostDrawn));
  std::string svg;
  for (int r = 0; r < rows; ++r)
    for (int c = 0; c < columns; ++c)
      svg += fmt::format(
          "<rect x=\"{}\" y=\"{}\" width=\"22\" height=\"22\" rx=\"2\" class=\"{}\"/>",
          170 + c * kPitch, 60 + r * kPitch, r == 0 && c == columns - 1 ? "pe shown" : "pe");
  const bool cut = rows < arch.pe_rows || columns < arch.pe_cols;
  svg += text_at(170 + columns * kPitch / 2 - 4, 44,
                 fmt::format("{} × {} PEs{}", arch.pe_rows, arch.pe_cols,
                             cut ? fmt::format(" ({} × {} drawn)", rows, columns) : ""),
                 "name");
  svg += text_at(170 + columns * kPitch / 2 - 4, 60 + rows * kPitch + 12,
                 fmt::format("halo: {} entries/cycle and PE", arch.ppu.halo_entries_per_cycle),
                 "size");
  // From the shown PE to its enlargement.
  const int right = 170 + columns * kPitch - 8;
  return svg +
         fmt::format("<path d=\"M{} 60L470 30M{} 82L470 330\" class=\"zoom\"/>", right, right);
}

std::string memory_side(const memory::Architecture& arch) {
  std::string svg = box({10, 60, 130, 76}, "dram",
                        {"DRAM", fmt::format("{} bytes/cycle", arch.dram.bytes_per_cycle),
                         fmt::format("{} cycles latency", arch.dram.latency_cycles)});
  svg += box({10, 190, 130, 76}, "buffer",
             {"weight broadcast", fmt::format("{} entries/cycle", arch.broadcast_entries_per_cycle),
              fmt::format("{}-bit, {}-bit index", arch.weight_bits, arch.index_bits)});
  return svg + arrow(75, 136, 75, 186) + arrow(140, 228, 164, 228) + arrow(140, 98, 164, 98);
}

std::string one_pe(const memory::Architecture& arch) {
  const auto& acc = arch.accumulator;
  const std::int64_t buffer_bytes =
      (acc.banks * acc.entries_per_bank * arch.accumulator_bits + 7) / 8;
  std::string svg =
      "<rect x=\"470\" y=\"30\" width=\"520\" height=\"300\" rx=\"6\" class=\"frame\"/>";
  svg += text_at(730, 20, "one PE", "name");
  svg += box({486, 50, 150, 60}, "buffer",
             {"weight FIFO", fmt::format("{} vectors of {}", arch.weight_fifo_entries, arch.F)});
  svg += box({486, 140, 150, 60}, "ram", {"IARAM", size_text(arch.iaram_bytes)});
  svg += box({486, 250, 150, 60}, "ram", {"OARAM", size_text(arch.oaram_bytes)});
  svg += box({672, 70, 130, 110}, "mult",
             {"multipliers", fmt::format("{} × {} (F × I)", arch.F, arch.I),
              fmt::format("{} × {} bit", arch.weight_bits, arch.activation_bits)});
  svg += box({838, 70, 136, 110}, "acc",
             {"accumulators", fmt::format("{} banks × {}", acc.banks, acc.entries_per_bank),
              fmt::format("{} bit, 2 buffers", arch.accumulator_bits),
              fmt::format("of {}", size_text(buffer_bytes))});
  svg += box({672, 250, 302, 60}, "buffer",
             {"PPU: halo, bias, ReLU, compression",
              fmt::format("{} entries/cycle", arch.ppu.entries_per_cycle)});
  svg += arrow(636, 80, 668, 100) + arrow(636, 170, 668, 150) + arrow(802, 125, 834, 125);
  svg += text_at(818, 196, fmt::format("crossbar {} → {}", arch.F * arch.I, acc.banks), "size");
  svg += arrow(906, 180, 906, 246) + arrow(672, 280, 640, 280);
  return svg;
}

}  // namespace

std::string machine_drawing(const memory::Architecture& arch) {
  return fmt::format(
      "<figure class=\"machine\"><figcaption><h4>The machine: {}</h4></figcaption>"
      "<svg viewBox=\"0 0 1000 340\" role=\"img\" aria-label=\"PE array and memory hierarchy\">"
      "<defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" "
      "markerHeight=\"7\" orient=\"auto\"><path d=\"M0 0L8 4L0 8z\" fill=\"currentColor\"/>"
      "</marker></defs>{}{}{}</svg></figure>\n",
      escaped(arch.name), memory_side(arch), array_of_pes(arch), one_pe(arch));
}

}  // namespace scnn::cli::report
