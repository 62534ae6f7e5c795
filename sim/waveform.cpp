#include "sim/waveform.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <fnmatch.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <span>

#include "sparse_formats/error.hpp"

namespace scnn::sim {
namespace {

/// SystemC only reports a file it cannot open; asking first gives one clear line.
void check_writable(const std::string& path) {
  std::FILE* f = std::fopen(path.c_str(), "wb");
  if (f == nullptr) throw OutputError(path, fmt::format("cannot write: {}", std::strerror(errno)));
  std::fclose(f);
}

// Modules as the waveform names them; units of a PE behind its name.
constexpr const char* kArray = "array";
constexpr const char* kFifo = ".weight_fifo";
constexpr const char* kBanks = ".accumulator_banks";
constexpr const char* kPpu = ".ppu";

std::string pe_name(std::int64_t p) { return fmt::format("pe_{}", p); }

/// The pattern names the module, or one around it.
bool matches(const std::string& pattern, const std::string& module) {
  for (std::size_t end = 0; end != std::string::npos;) {
    end = module.find('.', end + 1);
    if (::fnmatch(pattern.c_str(), module.substr(0, end).c_str(), 0) == 0) return true;
  }
  return false;
}

}  // namespace

Waveform::Waveform(const sc_core::sc_module_name& name, const VcdOptions& options,
                   Accelerator& accelerator, memory::Failures& failures)
    : sc_core::sc_module(name),
      options_(options),
      part_(options.file + ".part"),
      accelerator_(accelerator),
      failures_(failures) {
  check_options(std::ssize(accelerator.pes()));
  check_writable(part_ + ".vcd");
  file_ = sc_core::sc_create_vcd_trace_file(part_.c_str());
  // Samples are taken between two rising edges, half a nanosecond after a whole one.
  file_->set_time_unit(100, sc_core::SC_PS);
  trace_array();
  for (std::int64_t p : options_.pes) trace_pe(p);
  SC_HAS_PROCESS(Waveform);
  SC_METHOD(sample);
  sensitive << accelerator.clock().negedge_event();
  dont_initialize();
}

void Waveform::trace_array() {
  trace(phase_, kArray, "phase");
  trace(tile_, kArray, "tile");
  trace(group_, kArray, "group");
  trace(sent_, kArray, "weight_vectors_sent");
}

void Waveform::trace_pe(std::int64_t p) {
  PeTrace& t = pes_.emplace_back(PeTrace{accelerator_.pes()[static_cast<std::size_t>(p)].get()});
  const std::string pe = pe_name(p);
  trace(t.activity, pe, "activity");
  trace(t.issue, pe, "issue");
  trace(t.fifo_level, pe + kFifo, "level");
  trace(t.deepest_queue, pe + kBanks, "deepest_queue");
  trace(t.draining, pe + kPpu, "draining");
}

template <class Value>
void Waveform::trace(const Value& value, const std::string& module, const char* name) {
  const auto& patterns = options_.modules;
  if (patterns.empty() ||
      std::ranges::any_of(patterns, [&](const auto& p) { return matches(p, module); }))
    sc_core::sc_trace(file_, value, fmt::format("{}.{}", module, name));
}

void Waveform::check_options(std::int64_t pe_count) {
  if (options_.pes.empty())
    for (std::int64_t p = 0; p < pe_count; ++p) options_.pes.push_back(p);
  std::vector<std::string> modules{kArray};
  for (const std::int64_t p : options_.pes) {
    if (p < 0 || p >= pe_count)
      throw InputError("--vcd-pe",
                       fmt::format("PE {} is not in the array, expected 0 to {}", p, pe_count - 1));
    for (const char* unit : {"", kFifo, kBanks, kPpu}) modules.push_back(pe_name(p) + unit);
  }
  for (const std::string& pattern : options_.modules)
    if (std::ranges::none_of(modules, [&](const auto& m) { return matches(pattern, m); }))
      throw InputError("--vcd-modules",
                       fmt::format("no module matches \"{}\", expected patterns of {}", pattern,
                                   fmt::join(std::span(modules).first(5), ", ")));
}

Waveform::~Waveform() {
  if (file_ == nullptr) return;
  close();
  std::error_code ignored;
  std::filesystem::remove(part_ + ".vcd", ignored);
}

void Waveform::sample() {
  failures_.guard([this] {
    ++cycle_;
    if (cycle_ < options_.first_cycle || (options_.last_cycle >= 0 && cycle_ > options_.last_cycle))
      return;
    const pe::PeCommand& c = accelerator_.command();
    phase_ = static_cast<unsigned>(c.phase);
    tile_ = static_cast<unsigned>(c.tile);
    group_ = static_cast<unsigned>(c.group);
    sent_ = accelerator_.broadcast().sent();
    for (PeTrace& t : pes_) {
      const pe::Pe::Probe p = t.pe->probe();
      t.activity = static_cast<unsigned>(p.activity);
      t.issue = p.activity == pe::Activity::issue;
      t.fifo_level = static_cast<unsigned>(p.fifo_level);
      t.deepest_queue = static_cast<unsigned>(p.deepest_queue);
      t.draining = p.draining;
    }
  });
}

void Waveform::close() {
  sc_core::sc_close_vcd_trace_file(file_);
  file_ = nullptr;
}

void Waveform::commit() {
  if (file_ == nullptr) return;
  close();
  std::error_code error;
  std::filesystem::rename(part_ + ".vcd", options_.file, error);
  if (error) throw OutputError(options_.file, fmt::format("cannot write: {}", error.message()));
}

}  // namespace scnn::sim
