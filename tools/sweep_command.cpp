#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <ostream>

#include "sim/atomic_file.hpp"
#include "sim/result.hpp"
#include "sparse_formats/error.hpp"
#include "tools/commands.hpp"
#include "tools/exit_status.hpp"
#include "tools/host.hpp"
#include "tools/numbers.hpp"
#include "tools/sweep/batch.hpp"
#include "tools/sweep/folder.hpp"
#include "tools/sweep/plan.hpp"
#include "tools/sweep/points.hpp"
#include "tools/sweep/report.hpp"
#include "tools/sweep/result_table.hpp"
#include "tools/sweep/runner.hpp"
#include "tools/sweep/slurm_script.hpp"
#include "tools/sweep/store.hpp"

namespace scnn::cli {
namespace {

using namespace sweep;

CommandLine command_line() {
  return {
      .name = "sweep",
      .usage = "PLAN [--out DIR] [options]\n       scnn sweep --merge DIR",
      .about =
          "Runs every point of a plan (docs/sweep.md): networks crossed with architectures. Each\n"
          "point's result is kept in a file of DIR and never computed twice; the table of all of\n"
          "them is written as DIR/table.csv, table.json and table.h5.\n"
          "Status 5: some points failed or are still missing.",
      .options =
          {
              {"out", "DIR", "folder of the results; default: the plan's name, without .json"},
              {"jobs", "N",
               "machines to run at a time, each in its own process; default: all "
               "cores"},
              {"resume", "", "go on with the results that DIR has; without it DIR must have none"},
              {"dry-run", "",
               "print the number of points, the first ones and an estimate of the "
               "time; run nothing"},
              {"pareto", "LIST",
               "two or three columns of the table: mark the points that no other point of the "
               "network beats; columns are to be small, `max:COLUMN` to be large"},
              {"shard", "I/N", "run only share I of N, balanced by products; merge afterwards"},
              {"slurm", "FILE",
               "run nothing: write a script that submits the shards and their merge to a Slurm "
               "cluster"},
              {"array", "N", "shards of the script, one task of a job array each; default: 8"},
              {"merge", "DIR",
               "no plan: check that the shards in DIR are complete, write the "
               "table"},
          },
      .examples =
          {
              {"scnn sweep banks.json", "every point, on all cores"},
              {"scnn sweep banks.json --dry-run", "how many, and how long"},
              {"scnn sweep banks.json --resume --pareto cycles,area_mm2",
               "after an interruption, or with more values in the plan"},
              {"scnn sweep banks.json --out /net/banks --shard 2/8 --resume",
               "the second of eight shares, of a folder that all eight write to"},
              {"scnn sweep banks.json --out /net/banks --slurm banks.sh --array 16",
               "for a cluster; then: bash banks.sh"},
          },
      .operand = "PLAN",
      .instead = "merge",
  };
}

/// `2/8`, counted from 1.
struct Share {
  std::size_t number = 0;  ///< from 0
  std::size_t count = 1;
};

Share share_of(const Arguments& arguments) {
  constexpr std::int64_t kMost = 100'000;
  const auto text = arguments.text("shard");
  if (!text) return {};
  const std::size_t slash = text->find('/');
  if (slash == std::string::npos)
    throw InputError("--shard", fmt::format("found \"{}\", expected I/N, such as 2/8", *text));
  const auto count = parse_integer(text->substr(slash + 1), "--shard", 1, kMost);
  const auto number = parse_integer(text->substr(0, slash), "--shard", 1, count);
  return {static_cast<std::size_t>(number - 1), static_cast<std::size_t>(count)};
}

int jobs_of(const Arguments& arguments) {
  constexpr std::int64_t kMost = 1024;
  const auto jobs = arguments.integer("jobs", 1, kMost);
  return jobs ? static_cast<int>(*jobs) : thread_count(arguments);
}

std::filesystem::path folder_of(const Arguments& arguments) {
  if (const auto out = arguments.text("out")) return *out;
  return std::filesystem::path(arguments.required("PLAN")).stem();
}

std::vector<std::string> metrics_of(const Arguments& arguments, const Plan& plan) {
  if (!arguments.has("pareto")) return plan.pareto;
  const Words metrics = arguments.list("pareto");
  if (metrics.size() < 2 || metrics.size() > 3)
    throw InputError("--pareto",
                     fmt::format("found {} columns, expected two or three", metrics.size()));
  return metrics;
}

std::string place_of_metrics(const Arguments& arguments, const Plan& plan) {
  return arguments.has("pareto") ? "--pareto" : plan.file + "#/pareto";
}

/// Points that have no result yet, or none that can be taken.
struct ToDo {
  std::vector<const Point*> points;
  std::size_t reused = 0, corrupt = 0, foreign = 0;
};

ToDo to_do(const std::vector<const Point*>& points, const Store& store) {
  ToDo todo;
  for (const Point* point : points) {
    const PointState state = store.read(point->id).state;
    if (state == PointState::corrupt) ++todo.corrupt;
    if (state == PointState::foreign) ++todo.foreign;
    if (state == PointState::done)
      ++todo.reused;
    else
      todo.points.push_back(point);
  }
  return todo;
}

void note_interrupted(const std::vector<const Point*>& points, const Store& store,
                      const Console& console) {
  const auto done = points.size() - to_do(points, store).points.size();
  console.note(fmt::format("{} of {} have their results; --resume goes on", done,
                           counted(points.size(), "point")));
}

void note(const ToDo& todo, const Console& console) {
  if (todo.reused > 0)
    console.note(fmt::format("{} already computed", counted(todo.reused, "point")));
  if (todo.corrupt > 0)
    console.note(fmt::format("{} damaged, computed again", counted(todo.corrupt, "result")));
  if (todo.foreign > 0)
    console.note(fmt::format("{} of another build of this program, computed again",
                             counted(todo.foreign, "result")));
}

/// Writes and prints the table. \return the exit status
int finish(const Plan& plan, const Expansion& expansion, const Store& store,
           const std::vector<std::string>& metrics, const Console& console) {
  ResultTable table = make_table(plan, expansion, store);
  if (!metrics.empty()) add_front(table, metrics, plan.file);
  const auto& folder = store.folder();
  sim::write_file(folder / "table.csv", csv_text(table));
  sim::write_file(folder / "table.json", sim::json_text(to_json(table)));
  write_hdf5(table, folder / "table.h5");
  console.out << summary_text(table, console.layout());
  const auto failed = static_cast<std::size_t>(std::ranges::count(table.done, false));
  if (failed == 0) return kDone;
  console.err << failures_text(table, store);
  return kSweepIncomplete;
}

int merge(const Arguments& arguments, Console& console) {
  for (const char* other : {"PLAN", "out", "jobs", "shard", "dry-run", "resume", "slurm", "array"})
    if (arguments.has(other))
      throw InputError(other == std::string("PLAN") ? "PLAN" : fmt::format("--{}", other),
                       "found with --merge, expected only one of the two");
  const Store store(arguments.required("merge"));
  const Plan plan = read_stored_plan(store.folder());
  const Expansion expansion = expand(plan);
  std::vector<std::string> missing;
  std::size_t unusable = 0;
  for (const Point& point : expansion.points) {
    const PointState state = store.read(point.id).state;
    if (state == PointState::corrupt || state == PointState::foreign) ++unusable;
    if (state != PointState::done && state != PointState::failed) missing.push_back(point.id);
  }
  if (!missing.empty()) {
    remove_tables(store.folder());
    console.err << fmt::format(
        "scnn: error: {}: {} of {} points are missing, such as {}{}; run their shards again\n",
        store.folder().string(), missing.size(), expansion.points.size(), missing.front(),
        unusable == 0
            ? ""
            : fmt::format(" ({} are damaged, or of another build of this program)", unusable));
    return kSweepIncomplete;
  }
  return finish(plan, expansion, store, metrics_of(arguments, plan), console);
}

/// The script of --slurm.
int write_slurm(const Arguments& arguments, const Plan& plan, const Expansion& expansion,
                const Console& console) {
  namespace fs = std::filesystem;
  constexpr std::int64_t kUsualTasks = 8, kMostTasks = 10'000;
  SlurmJob job;
  job.program = fs::read_symlink("/proc/self/exe").string();
  job.plan = fs::absolute(plan.file).lexically_normal().string();
  job.directory = fs::absolute(folder_of(arguments)).lexically_normal().string();
  job.name = plan.name;
  // A task without a point would be one for nothing.
  job.tasks =
      static_cast<int>(std::min(arguments.integer("array", 1, kMostTasks).value_or(kUsualTasks),
                                static_cast<std::int64_t>(expansion.points.size())));
  job.cpus_per_task = arguments.has("jobs") ? jobs_of(arguments) : 1;
  const std::string file = arguments.required("slurm");
  sim::write_file(file, slurm_script(job));
  console.out << fmt::format("{}: {} points in {} tasks; submit with: bash {}\n", file,
                             expansion.points.size(), job.tasks, shell_quoted(file));
  return kDone;
}

int run(const Arguments& arguments, const Words& words, Console& console) {
  const Plan plan = read_plan(arguments.required("PLAN"));
  const Share share = share_of(arguments);
  arguments.not_both("slurm", "shard");
  arguments.not_both("slurm", "pareto");
  if (arguments.has("array") && !arguments.has("slurm"))
    throw InputError("--array", "found without --slurm, expected both");
  const auto metrics = metrics_of(arguments, plan);
  const Expansion expansion = expand(plan);
  check_columns(plan, expansion, metrics, place_of_metrics(arguments, plan));
  if (arguments.has("slurm")) return write_slurm(arguments, plan, expansion, console);
  RunnerOptions options{.jobs = jobs_of(arguments),
                        .verify = plan.verify,
                        .energy = plan.energy,
                        .command_line = words};
  const Store store(folder_of(arguments));
  const auto own = shard(expansion.points, share.number, share.count);
  if (arguments.has("dry-run")) {
    console.out << dry_run_text(expansion, own, options.jobs, store, console.layout());
    return kDone;
  }
  if (prepare_folder(store.folder(), plan,
                     {.resume = arguments.has("resume"), .shared = share.count > 1}))
    console.note(
        fmt::format("{} held a sweep of another plan, or of an earlier state of this one; "
                    "its results stay",
                    store.folder().string()));
  const ToDo todo = to_do(own, store);
  note(todo, console);
  std::size_t failed = 0;
  try {
    failed = run_points(todo.points, options, store, console);
  } catch (const Interrupted&) {
    note_interrupted(own, store, console);
    throw;
  }
  if (share.count == 1) return finish(plan, expansion, store, metrics, console);
  console.out << fmt::format("shard {} of {}: {} of {} points, {} failed\n", share.number + 1,
                             share.count, own.size(), expansion.points.size(), failed);
  console.note(fmt::format("after the last shard: scnn sweep --merge {}", store.folder().string()));
  return failed == 0 ? kDone : kSweepIncomplete;
}

}  // namespace

int sweep_command(const Words& words, Console& console) {
  const auto arguments = parse(command_line(), words, console);
  if (!arguments) return kDone;
  return arguments->has("merge") ? merge(*arguments, console) : run(*arguments, words, console);
}

}  // namespace scnn::cli
