#include "sim/waveform.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "sparse_formats/error.hpp"

namespace scnn::sim {
namespace {

/// SystemC only reports a file it cannot open; asking first gives one clear line.
void check_writable(const std::string& path) {
  std::FILE* f = std::fopen(path.c_str(), "wb");
  if (f == nullptr) throw OutputError(path, fmt::format("cannot write: {}", std::strerror(errno)));
  std::fclose(f);
}

}  // namespace

Waveform::Waveform(const sc_core::sc_module_name& name, const VcdOptions& options,
                   Accelerator& accelerator, memory::Failures& failures)
    : sc_core::sc_module(name),
      options_(options),
      part_(options.file + ".part"),
      accelerator_(accelerator),
      failures_(failures) {
  const auto count = std::ssize(accelerator.pes());
  if (options_.pes.empty())
    for (std::int64_t p = 0; p < count; ++p) options_.pes.push_back(p);
  for (std::int64_t p : options_.pes)
    if (p < 0 || p >= count)
      throw InputError("--vcd-pe",
                       fmt::format("PE {} is not in the array, expected 0 to {}", p, count - 1));
  check_writable(part_ + ".vcd");
  file_ = sc_core::sc_create_vcd_trace_file(part_.c_str());
  // Samples are taken between two rising edges, half a nanosecond after a whole one.
  file_->set_time_unit(100, sc_core::SC_PS);
  sc_core::sc_trace(file_, phase_, "array.phase");
  sc_core::sc_trace(file_, tile_, "array.tile");
  sc_core::sc_trace(file_, group_, "array.group");
  sc_core::sc_trace(file_, sent_, "array.weight_vectors_sent");
  for (std::int64_t p : options_.pes) {
    PeTrace& t = pes_.emplace_back(PeTrace{accelerator.pes()[static_cast<std::size_t>(p)].get()});
    const std::string prefix = fmt::format("pe_{}.", p);
    sc_core::sc_trace(file_, t.activity, prefix + "activity");
    sc_core::sc_trace(file_, t.issue, prefix + "issue");
    sc_core::sc_trace(file_, t.fifo_level, prefix + "weight_fifo.level");
    sc_core::sc_trace(file_, t.deepest_queue, prefix + "accumulator_banks.deepest_queue");
    sc_core::sc_trace(file_, t.draining, prefix + "ppu.draining");
  }
  SC_HAS_PROCESS(Waveform);
  SC_METHOD(sample);
  sensitive << accelerator.clock().negedge_event();
  dont_initialize();
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
