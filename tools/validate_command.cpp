#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <ostream>
#include <set>

#include "sim/atomic_file.hpp"
#include "sim/result.hpp"
#include "sparse_formats/error.hpp"
#include "tools/commands.hpp"
#include "tools/energy_option.hpp"
#include "tools/exit_status.hpp"
#include "tools/host.hpp"
#include "tools/run_options.hpp"
#include "tools/validation/experiment.hpp"
#include "tools/validation/report_text.hpp"
#include "tools/validation/sections.hpp"

namespace scnn::cli {
namespace {

using namespace validation;

constexpr const char* kValidationSchema = "scnn-validation/1";

std::vector<std::string_view> experiment_ids() {
  std::vector<std::string_view> ids;
  for (const Experiment& e : experiments()) ids.push_back(e.id);
  return ids;
}

CommandLine command_line() {
  return {
      .name = "validate",
      .usage = "[options]",
      .about =
          "Runs the published experiments on networks of the zoo and prints published beside\n"
          "simulated numbers, with the mean error of each figure (docs/validation.md).",
      .options = joined({
          {
              {"only", "LIST", "comma-separated, some of the figures; default: all (see --list)",
               false, experiment_ids(), true},
              {"list", "", "print the names of the figures, run nothing"},
              {"seed", "N", "seed of the networks; default 1"},
              {"threads", "N",
               "machines to run at a time, each in its own process; default: all "
               "cores"},
              {"energy", "FILE",
               "file of event energies; default: those of configs/energy-45nm.json"},
              {"markdown", "FILE",
               "also write the tables into a Markdown page, between the lines `<!-- begin NAME "
               "-->` and `<!-- end NAME -->` of each figure"},
          },
          result_options(),
      }),
      .examples =
          {
              {"scnn validate", "everything"},
              {"scnn validate --only fig9,fig10 --json v.json", "two figures, and every number"},
              {"scnn validate --markdown docs/validation.md", "bring the page up to date"},
          },
  };
}

std::vector<Experiment> chosen_experiments(const Arguments& arguments) {
  const auto all = experiments();
  if (!arguments.has("only")) return {all.begin(), all.end()};
  const Words wanted = arguments.list("only");
  for (const std::string& id : wanted)
    if (std::ranges::find(all, id, &Experiment::id) == all.end()) {
      std::string known;
      for (const Experiment& e : all) known += fmt::format("{}{}", known.empty() ? "" : ", ", e.id);
      throw InputError("--only", fmt::format("found \"{}\", expected some of {}", id, known));
    }
  std::vector<Experiment> chosen;
  for (const Experiment& e : all)
    if (std::ranges::find(wanted, e.id) != wanted.end()) chosen.push_back(e);
  return chosen;
}

/// Does the work of all experiments, what several need once.
Outcomes work(const std::vector<Experiment>& chosen, const Setup& setup, int at_once,
              const Console& console) {
  std::vector<Task> tasks;
  std::set<std::string> names;
  for (const Experiment& experiment : chosen)
    for (Task& task : experiment.tasks(setup))
      if (names.insert(task.name).second) tasks.push_back(std::move(task));
  // The longest first, so that no core is left waiting for it in the end.
  std::ranges::stable_sort(tasks, std::ranges::greater(), &Task::cost);
  auto texts = run_in_children(tasks, at_once, console, "validating");
  Outcomes outcomes;
  for (std::size_t i = 0; i < tasks.size(); ++i) outcomes.add(tasks[i].name, std::move(texts[i]));
  return outcomes;
}

std::string json_of(const std::vector<Figure>& figures, const Setup& setup,
                    const sim::HostInfo& host) {
  sim::Provenance provenance = program_provenance();
  provenance.seed = setup.seed;
  nlohmann::ordered_json object{{"schema", kValidationSchema},
                                {"provenance",
                                 {{"version", provenance.version},
                                  {"git_commit", provenance.git_commit},
                                  {"seed", provenance.seed}}}};
  object["figures"] = nlohmann::ordered_json::array();
  for (const Figure& figure : figures) object["figures"].push_back(to_json(figure));
  object["host"] = to_json(host);
  return sim::json_text(object);
}

void print_list(const Console& console) {
  for (const Experiment& e : experiments()) console.out << fmt::format("{:<12}{}\n", e.id, e.title);
}

Setup setup_of(const Arguments& arguments) {
  return {.seed = arguments
                      .integer("seed", std::numeric_limits<std::int64_t>::min(),
                               std::numeric_limits<std::int64_t>::max())
                      .value_or(1),
          .energy = energy_of(arguments).value_or(sim::default_energy_table())};
}

/// A page with the sections of the figures. \throws InputError
std::string page_with(const std::string& file, const std::vector<Figure>& figures) {
  std::map<std::string, std::string> sections;
  for (const Figure& figure : figures) sections[figure.id] = markdown_of(figure);
  return with_sections(read_page(file), file, sections);
}

}  // namespace

int validate_command(const Words& words, Console& console) {
  const auto arguments = parse(command_line(), words, console);
  if (!arguments) return kDone;
  if (arguments->has("list")) {
    print_list(console);
    return kDone;
  }
  const HostClock clock;
  const std::vector<Experiment> chosen = chosen_experiments(*arguments);
  const Setup setup = setup_of(*arguments);
  const int at_once = thread_count(*arguments);
  const auto page = arguments->text("markdown");
  std::vector<Figure> figures;
  for (const Experiment& e : chosen) {
    figures.emplace_back().id = e.id;
    figures.back().title = e.title;
  }
  if (page) (void)page_with(*page, figures);  // a page without sections is noticed at once
  ResultFiles files(*arguments);

  const Outcomes outcomes = work(chosen, setup, at_once, console);
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    Figure made = chosen[i].figure(setup, outcomes);
    made.id = figures[i].id;
    made.title = figures[i].title;
    figures[i] = std::move(made);
    console.out << (i == 0 ? "" : "\n") << text_of(figures[i], console.layout());
  }

  sim::HostInfo host = clock.info("validate", words);
  host.engine = name_of(sim::Engine::decoupled);
  host.threads = at_once;
  if (files.wants_json()) files.write_json(json_of(figures, setup, host));
  if (files.wants_csv()) files.write_csv(csv_of(figures));
  if (page) sim::write_file(*page, page_with(*page, figures));
  files.commit();
  return kDone;
}

}  // namespace scnn::cli
