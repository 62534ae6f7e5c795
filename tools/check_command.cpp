#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <ostream>

#include "sim/architecture_file.hpp"
#include "sim/atomic_file.hpp"
#include "sim/result.hpp"
#include "sparse_formats/error.hpp"
#include "tools/commands.hpp"
#include "tools/exit_status.hpp"
#include "tools/host.hpp"
#include "tools/numbers.hpp"
#include "tools/regression/baseline.hpp"
#include "tools/regression/difference_text.hpp"
#include "tools/run_options.hpp"
#include "workloads/json_input.hpp"
#include "workloads/text_file.hpp"

namespace scnn::cli {
namespace {

using namespace regression;
using nlohmann::ordered_json;

constexpr const char* kCheckSchema = "scnn-check/1";

CommandLine command_line() {
  return {
      .name = "check",
      .usage = "BASELINE [--record CASES | --approve] [options]",
      .about =
          "Runs the cases of a baseline again and compares every counter of every layer with\n"
          "the one that was recorded. Says what moved by how much, and which activities of the\n"
          "PEs explain it. Status 4: something is different.",
      .options =
          {
              {"record", "CASES",
               "run the cases of this file and write the baseline (docs/formats.md)"},
              {"approve", "", "rewrite the cases of the baseline that are different, no others"},
              {"threads", "N",
               "cases to run at a time, each in its own process; default: all cores"},
              {"json", "FILE", "write every difference as JSON"},
          },
      .examples =
          {
              {"scnn check counts.json --record cases.json", "take the counts of now"},
              {"scnn check counts.json", "compare with them, in a test for example"},
              {"scnn check counts.json --approve", "take those that changed, and say which"},
          },
      .operand = "BASELINE",
  };
}

/// What became of a case since it was recorded.
struct CaseReport {
  std::vector<ValueChange> network;       ///< its content, or its recipe
  std::vector<ValueChange> architecture;  ///< of the file it comes from
  Difference difference;

  [[nodiscard]] bool same() const {
    return network.empty() && architecture.empty() && difference.empty();
  }
};

/// The case as it is run now: the architecture may be another in its file.
Case case_now(const Case& kept, const std::filesystem::path& folder) {
  Case now = kept;
  if (!now.architecture_file.empty())
    now.architecture = sim::read_architecture(located(now.architecture_file, folder));
  return now;
}

CaseReport report_of(const KeptCase& kept, const KeptCase& now) {
  return {
      value_changes(kept.outcome.identity, now.outcome.identity),
      value_changes(sim::to_json(kept.given.architecture), sim::to_json(now.given.architecture)),
      compare(kept.outcome.counted, now.outcome.counted, kept.given.tolerances)};
}

std::string counts_text(const CaseOutcome& outcome) {
  return fmt::format("{} layer{}, {} cycles", outcome.counted.layers.size(),
                     outcome.counted.layers.size() == 1 ? "" : "s",
                     grouped(outcome.counted.total.counters.cycles));
}

/// What the user gave that is not what it was; said first, because it may explain the rest.
std::string inputs_text(const KeptCase& now, const CaseReport& report) {
  std::string text;
  for (const ValueChange& change : report.network) {
    if (change.key == "sha256")
      text += fmt::format("  the network file {} has changed\n", now.given.network.file);
    text += values_text({change}, "  network: ");
  }
  if (!report.architecture.empty() && !now.given.architecture_file.empty())
    text += fmt::format("  the architecture file {} has changed\n", now.given.architecture_file);
  return text + values_text(report.architecture, "  architecture: ");
}

std::string report_text(const KeptCase& now, const CaseReport& report, const Layout& layout) {
  const std::size_t tolerated = report.difference.tolerated;
  const std::string within = tolerated == 0 ? ""
                                            : fmt::format(", {} counter{} moved within tolerance",
                                                          tolerated, tolerated == 1 ? "" : "s");
  if (report.same())
    return fmt::format("{}: as kept ({}{})\n", now.given.name, counts_text(now.outcome), within);
  std::string text =
      fmt::format("{}: different ({}{})\n", now.given.name, counts_text(now.outcome), within);
  text += inputs_text(now, report);
  if (report.difference.empty()) return text + "  no counter moved\n";
  return text + difference_text(report.difference, layout);
}

struct Checked {
  std::vector<KeptCase> now;
  std::vector<CaseReport> reports;

  [[nodiscard]] std::size_t different() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(reports, [](const CaseReport& r) { return !r.same(); }));
  }
};

Checked check(const Baseline& baseline, int threads, const Console& console) {
  const workloads::JsonPlace place{.file = baseline.path.string(), .pointer = "/cases"};
  CaseList list{baseline.folder(), place, {}};
  for (const KeptCase& kept : baseline.cases)
    list.cases.push_back(case_now(kept.given, list.folder));
  auto outcomes = run_cases(list, threads, console);
  Checked checked;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    checked.now.push_back({std::move(list.cases[i]), std::move(outcomes[i])});
    checked.reports.push_back(report_of(baseline.cases[i], checked.now.back()));
  }
  return checked;
}

std::string json_of(const Checked& checked, const sim::HostInfo& host) {
  ordered_json object{{"schema", kCheckSchema}, {"same", checked.different() == 0}};
  object["cases"] = ordered_json::array();
  for (std::size_t i = 0; i < checked.now.size(); ++i) {
    const CaseReport& report = checked.reports[i];
    ordered_json one{{"name", checked.now[i].given.name},
                     {"same", report.same()},
                     {"network", to_json(report.network)},
                     {"architecture", to_json(report.architecture)}};
    one.update(to_json(report.difference));
    object["cases"].push_back(std::move(one));
  }
  object["host"] = to_json(host);
  return sim::json_text(object);
}

void approve(const Baseline& baseline, const Checked& checked) {
  std::vector<std::pair<std::size_t, KeptCase>> changed;
  for (std::size_t i = 0; i < checked.reports.size(); ++i)
    if (!checked.reports[i].same()) changed.emplace_back(i, checked.now[i]);
  if (!changed.empty()) sim::write_file(baseline.path, with_cases(baseline, changed));
}

std::string cases_text(std::size_t count) {
  return fmt::format("{} case{}", count, count == 1 ? "" : "s");
}

std::string summary(const Checked& checked, const Arguments& arguments) {
  const std::string file = arguments.required("BASELINE");
  const std::string all = cases_text(checked.reports.size());
  const std::size_t different = checked.different();
  if (different == 0) return fmt::format("{}: all as kept\n", all);
  if (arguments.has("approve"))
    return fmt::format("{} of {} rewritten in {}\n", different, all, file);
  return fmt::format("{} of {} different. If that is meant: scnn check {} --approve\n", different,
                     all, file);
}

/// A word in the wrong place shall not cost a file that is no baseline.
/// \return whether there is a baseline already
bool refuse_other_files(const std::filesystem::path& path) {
  std::error_code failed;
  if (!std::filesystem::is_regular_file(path, failed)) return false;
  const std::string text = workloads::read_text_file(path, "a baseline", workloads::kMaxJsonBytes);
  if (text.find(kBaselineSchema) == std::string::npos)
    throw InputError(path.string(), "exists and is no baseline, expected one or a new name");
  return true;
}

int record(const std::filesystem::path& cases, const std::filesystem::path& path, int threads,
           const Console& console) {
  const CaseList list = read_cases(cases);
  const bool replaces = refuse_other_files(path);
  sim::AtomicFile file(path);
  auto outcomes = run_cases(list, threads, console);
  std::vector<KeptCase> kept;
  std::string text;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    Case given = list.cases[i];
    given.network = moved(std::move(given.network), list.folder, path.parent_path());
    if (!given.architecture_file.empty())
      given.architecture_file = moved(given.architecture_file, list.folder, path.parent_path());
    text += fmt::format("{}: recorded ({})\n", given.name, counts_text(outcomes[i]));
    kept.push_back({std::move(given), std::move(outcomes[i])});
  }
  file.write(baseline_text(kept));
  file.commit();
  if (replaces)
    console.note(fmt::format(
        "{}: the baseline that was there is replaced; --approve rewrites only what changed",
        path.string()));
  console.out << text << fmt::format("{} written to {}\n", cases_text(kept.size()), path.string());
  return kDone;
}

}  // namespace

int check_command(const Words& words, Console& console) {
  const auto arguments = parse(command_line(), words, console);
  if (!arguments) return kDone;
  const HostClock clock;
  const std::filesystem::path path = arguments->required("BASELINE");
  const int threads = thread_count(*arguments);
  for (const char* option : {"approve", "json"}) arguments->not_both("record", option);
  if (const auto cases = arguments->text("record")) return record(*cases, path, threads, console);
  const Baseline baseline = read_baseline(path);
  ResultFiles files(*arguments);
  const Checked checked = check(baseline, threads, console);
  sim::HostInfo host = clock.info("check", words);
  host.threads = threads;
  if (files.wants_json()) files.write_json(json_of(checked, host));
  if (arguments->has("approve")) approve(baseline, checked);
  files.commit();
  for (std::size_t i = 0; i < checked.reports.size(); ++i)
    console.out << report_text(checked.now[i], checked.reports[i], console.layout());
  console.out << summary(checked, *arguments);
  return checked.different() == 0 || arguments->has("approve") ? kDone : kDifferent;
}

}  // namespace scnn::cli
