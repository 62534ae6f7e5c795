/// A sweep as jobs of a Slurm cluster.
#pragma once

#include <string>
#include <string_view>

namespace scnn::cli::sweep {

/// What the jobs run. Paths are absolute, as jobs start in other folders and on other machines.
struct SlurmJob {
  std::string program;    ///< the program, as every node sees it
  std::string plan;       ///< the plan's file
  std::string directory;  ///< the sweep's folder, shared by all nodes
  std::string name;       ///< of the jobs; characters that Slurm might misread become `_`
  int tasks = 1;          ///< shards, and tasks of the array
  int cpus_per_task = 1;  ///< processors, and processes, of a task
  double hours = 0.0;     ///< time limit of a task; 0: the cluster's own
};

/// A bash script that submits a job array, one shard a task, and a job that merges afterwards.
///
/// Run without arguments it submits both and prints `array NUMBER` and `merge NUMBER`; with
/// `shard I` or `merge` it is that job, on a node or by hand. Submitting again resumes: every task
/// skips the points that have a result. docs/cluster.md says what a user can set.
/// \pre paths are absolute, numbers positive (`hours` may be 0)
[[nodiscard]] std::string slurm_script(const SlurmJob& job);

/// One word of a shell command, whatever its characters. \pre no NUL, which no path has
[[nodiscard]] std::string shell_quoted(std::string_view text);

}  // namespace scnn::cli::sweep
