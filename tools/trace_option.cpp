#include "tools/trace_option.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdint>

#include "sim/trace_detail.hpp"
#include "sparse_formats/error.hpp"
#include "tools/build_info.hpp"

namespace scnn::cli {
namespace {

constexpr std::int64_t kMost = INT64_MAX - 1;
constexpr const char* kWindow = "--trace-window";

void read_window(const std::string& text, sim::TraceOptions& trace) {
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos)
    throw InputError(kWindow, fmt::format("found \"{}\", expected FIRST:LAST", text));
  trace.first_cycle = parse_integer(text.substr(0, colon), kWindow, 0, kMost);
  trace.last_cycle = parse_integer(text.substr(colon + 1), kWindow, trace.first_cycle, kMost);
}

/// The layers of one level; a long list is counted.
std::string layers_text(const std::vector<std::string>& layers) {
  constexpr std::size_t kNamed = 6;
  return layers.size() <= kNamed ? fmt::format("{}", fmt::join(layers, ", "))
                                 : fmt::format("{} layers", layers.size());
}

}  // namespace

std::vector<OptionHelp> trace_options() {
  return {
      {"trace", "FILE", "write a timeline (trace events, for ui.perfetto.dev)"},
      {"trace-detail",
       "LEVEL",
       "group, channel or step; default: for each layer the finest that stays below 50 MB",
       false,
       {"group", "channel", "step"}},
      {"trace-window", "FIRST:LAST", "cycles to trace, counted over the run; default: all"},
      {"trace-pes", "LIST", "PEs to trace, row-major from 0: 0,5; default: all"},
  };
}

sim::TraceOptions trace_options_of(const Arguments& arguments, const std::string& network) {
  sim::TraceOptions trace;
  trace.file = arguments.text("trace").value_or("");
  if (trace.file.empty()) {
    for (const char* option : {"trace-detail", "trace-window", "trace-pes"})
      if (arguments.has(option))
        throw InputError(fmt::format("--{}", option), "found without --trace, expected both");
    return trace;
  }
  static_assert(static_cast<int>(pe::TraceDetail::step) == 2,
                "in the order of the option's choices");
  if (const auto detail = arguments.choice("trace-detail"))
    trace.detail = static_cast<pe::TraceDetail>(*detail);
  if (const auto window = arguments.text("trace-window")) read_window(*window, trace);
  for (const std::string& pe : arguments.list("trace-pes"))
    trace.pes.push_back(parse_integer(pe, "--trace-pes", 0, kMost));
  trace.program = fmt::format("scnn {} (commit {})", version(), git_commit());
  trace.network = network;
  return trace;
}

std::string trace_text(const std::string& file, const sim::TraceSummary& summary) {
  std::vector<std::string> levels;
  std::vector<pe::TraceLevel> told;
  for (const auto& [first, level] : summary.layers) {
    if (std::ranges::find(told, level) != told.end()) continue;
    told.push_back(level);
    std::vector<std::string> layers;
    for (const auto& [name, other] : summary.layers)
      if (other == level) layers.push_back(name);
    levels.push_back(fmt::format("{}: {}", sim::name_of(level), layers_text(layers)));
  }
  const double megabytes = static_cast<double>(summary.bytes) / 1e6;
  if (levels.empty()) return fmt::format("{}: {:.1f} MB, no layer in the window", file, megabytes);
  return fmt::format("{}: {:.1f} MB, detail {}", file, megabytes, fmt::join(levels, "; "));
}

}  // namespace scnn::cli
