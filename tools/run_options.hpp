/// Options that `run` and `compare` share: the machine, how it runs, where results go.
#pragma once

#include <memory>
#include <vector>

#include "memory/architecture.hpp"
#include "sim/atomic_file.hpp"
#include "sim/run.hpp"
#include "tools/options.hpp"

namespace scnn::cli {

/// Help lines of --arch, --engine, --threads and --no-verify.
[[nodiscard]] std::vector<OptionHelp> machine_options();
/// Help lines of --json and --csv.
[[nodiscard]] std::vector<OptionHelp> result_options();

/// `fine`, `vector`, `kernel`, `filter`, in the order of kGranularities.
[[nodiscard]] std::vector<std::string_view> granularity_names();

/// Several groups of help lines, one after the other.
[[nodiscard]] std::vector<OptionHelp> joined(std::initializer_list<std::vector<OptionHelp>> groups);

/// The architecture of --arch, or the defaults. \throws InputError
[[nodiscard]] memory::Architecture architecture_of(const Arguments& arguments);

/// --engine, --threads, --no-verify, and the signal that ends a run. \throws InputError
[[nodiscard]] sim::RunOptions run_options_of(const Arguments& arguments);

[[nodiscard]] std::string_view name_of(sim::Engine engine);

/// `scnn-isca17: 8x8 PEs of 4x4 multipliers, 16-bit weights, 4-bit indices`
[[nodiscard]] std::string machine_text(const memory::Architecture& arch);

/// The files of --json and --csv, created before the work so that a name that cannot be
/// written is noticed at once. \throws OutputError
class ResultFiles {
 public:
  explicit ResultFiles(const Arguments& arguments);

  [[nodiscard]] bool wants_json() const { return json_ != nullptr; }
  [[nodiscard]] bool wants_csv() const { return csv_ != nullptr; }
  void write_json(const std::string& text) { json_->write(text); }
  void write_csv(const std::string& text) { csv_->write(text); }
  /// Gives the files their names.
  void commit();

 private:
  std::unique_ptr<sim::AtomicFile> json_, csv_;
};

}  // namespace scnn::cli
