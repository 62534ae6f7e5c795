/// Waveforms of a clocked run, as VCD for GTKWave and others.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <systemc>

#include "memory/failures.hpp"
#include "pe/pe.hpp"
#include "sim/accelerator.hpp"
#include "sim/vcd_options.hpp"

namespace scnn::sim {

/// Samples the array and the chosen PEs after each rising edge. An observer: it reads the
/// modules and changes none. Outside the window of cycles nothing it shows changes, so
/// nothing is written.
class Waveform : public sc_core::sc_module {
 public:
  /// \throws OutputError when the file cannot be created, InputError for a PE that is not
  ///         in the array and for a pattern that no module matches
  Waveform(const sc_core::sc_module_name& name, const VcdOptions& options, Accelerator& accelerator,
           memory::Failures& failures);
  ~Waveform() override;

  /// Closes the file and gives it its name. \throws OutputError
  void commit();

 private:
  struct PeTrace {
    const pe::Pe* pe;
    unsigned activity = 0, fifo_level = 0, deepest_queue = 0;
    bool issue = false, draining = false;
  };

  void trace_array();
  void trace_pe(std::int64_t p);
  template <class Value>
  void trace(const Value& value, const std::string& module, const char* name);
  void check_options(std::int64_t pe_count);
  void sample();
  void close();

  VcdOptions options_;
  std::string part_;
  Accelerator& accelerator_;
  memory::Failures& failures_;
  sc_core::sc_trace_file* file_ = nullptr;
  std::int64_t cycle_ = -1;
  unsigned phase_ = 0, group_ = 0, tile_ = 0;
  std::uint64_t sent_ = 0;
  std::deque<PeTrace> pes_;
};

}  // namespace scnn::sim
