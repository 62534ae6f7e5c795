#include "tools/run_options.hpp"

#include <fmt/format.h>

#include "sim/architecture_file.hpp"
#include "sparse_formats/granularity.hpp"
#include "tools/host.hpp"
#include "tools/interrupt.hpp"

namespace scnn::cli {

std::vector<OptionHelp> machine_options() {
  return {
      {"arch", "ARCH", "architecture file (JSON); default: the machine of SCNN, ISCA 2017"},
      {"engine",
       "E",
       "decoupled: PEs run ahead of the kernel where they cannot meet (default); clocked: every "
       "process once per clock edge. Results are equal",
       false,
       {"decoupled", "clocked"}},
      {"threads", "N", "threads to use; default: all cores"},
      {"no-verify", "", "do not compare outputs with the reference convolution"},
  };
}

std::vector<OptionHelp> result_options() {
  return {
      {"json", "FILE", "write every number as JSON"},
      {"csv", "FILE", "write every number as a table"},
  };
}

std::vector<std::string_view> granularity_names() {
  std::vector<std::string_view> names;
  names.reserve(kGranularities.size());
  for (const Granularity g : kGranularities) names.push_back(name_of(g));
  return names;
}

std::vector<OptionHelp> joined(std::initializer_list<std::vector<OptionHelp>> groups) {
  std::vector<OptionHelp> all;
  for (const auto& group : groups) all.insert(all.end(), group.begin(), group.end());
  return all;
}

memory::Architecture architecture_of(const Arguments& arguments) {
  const auto path = arguments.text("arch");
  return path ? sim::read_architecture(*path) : memory::Architecture{};
}

sim::RunOptions run_options_of(const Arguments& arguments) {
  sim::RunOptions options;
  options.engine =
      arguments.choice("engine").value_or(0) == 1 ? sim::Engine::clocked : sim::Engine::decoupled;
  options.threads = thread_count(arguments);
  options.verify = !arguments.has("no-verify");
  options.stop = &stop_signal();
  return options;
}

std::string_view name_of(sim::Engine engine) {
  return engine == sim::Engine::clocked ? "clocked" : "decoupled";
}

std::string machine_text(const memory::Architecture& arch) {
  return fmt::format("{}: {}x{} PEs of {}x{} multipliers, {}-bit weights, {}-bit indices",
                     arch.name, arch.pe_rows, arch.pe_cols, arch.F, arch.I, arch.weight_bits,
                     arch.index_bits);
}

ResultFiles::ResultFiles(const Arguments& arguments) {
  if (const auto path = arguments.text("json")) json_ = std::make_unique<sim::AtomicFile>(*path);
  if (const auto path = arguments.text("csv")) csv_ = std::make_unique<sim::AtomicFile>(*path);
}

void ResultFiles::commit() {
  if (json_) json_->commit();
  if (csv_) csv_->commit();
}

}  // namespace scnn::cli
