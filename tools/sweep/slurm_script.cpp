#include "tools/sweep/slurm_script.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>

namespace scnn::cli::sweep {
namespace {

/// sbatch reads options from these comments, so that SBATCH_ variables and its command line
/// have the last word. Requeued tasks add to the log of their first attempt.
constexpr const char* kDirectives = R"(#!/usr/bin/env bash
#SBATCH --job-name={}
#SBATCH --cpus-per-task={}
{}#SBATCH --requeue
#SBATCH --open-mode=append
)";

constexpr const char* kUsage = R"(#
# A sweep as a Slurm job array, one shard a task, and a job that merges the tables.
#
#   bash THIS            submits both; prints "array NUMBER" and "merge NUMBER"
#   bash THIS shard I    shard I, here and now
#   bash THIS merge      the merge, here and now
#
# A task that was killed, requeued or ran out of time has lost the points in flight, no more:
# results are renamed into place when complete, and every task skips points that have one.
# Slurm itself starts tasks again after a node failure or a preemption. After anything else,
# submit again: tasks with nothing left to do end at once, and a new merge job waits for them.
# The merge job is taken from the queue when a task fails. A point whose simulation fails is
# on record; it does not fail its task, but the merge job, which names it.
#
# Options: SBATCH_ variables (SBATCH_PARTITION, SBATCH_ACCOUNT, SBATCH_TIMELIMIT, ...), and
# SCNN_SBATCH_OPTIONS="--mem=4G --nice=100", words for both jobs. Logs: DIRECTORY/slurm.
set -euo pipefail

)";

/// Between the quoted words above it and the end nothing depends on the sweep.
constexpr const char* kBody = R"(
readonly incomplete=5 # status of a sweep with points that failed

shard() {
  local status=0
  # Slurm signals bash as well as the program: bash waits for it to end in good order.
  trap : TERM
  "$program" sweep "$plan" --out "$directory" --shard "$1/$tasks" --resume \
    --jobs "${SLURM_CPUS_PER_TASK:-1}" || status=$?
  ((status == incomplete)) || return "$status"
}

submit() {
  local this array merge options
  this=$(readlink -f -- "${BASH_SOURCE[0]}")
  read -r -d '' -a options <<<"${SCNN_SBATCH_OPTIONS-}" || true
  mkdir -p -- "$directory/slurm"
  array=$(sbatch --parsable --chdir="$directory/slurm" "${options[@]}" \
    --array="1-$tasks" "$this" shard)
  array=${array%%;*} # NUMBER;CLUSTER where there are several
  merge=$(sbatch --parsable --chdir="$directory/slurm" --cpus-per-task=1 "${options[@]}" \
    --dependency="afterok:$array" --kill-on-invalid-dep=yes "$this" merge) || {
    scancel "$array" # half a submission is none
    return 1
  }
  echo "array $array"
  echo "merge ${merge%%;*}"
}

case "$#:${1-}" in
  0:) submit ;;
  1:shard) shard "$SLURM_ARRAY_TASK_ID" ;;
  2:shard) shard "$2" ;;
  1:merge) exec "$program" sweep --merge "$directory" ;;
  *) echo "usage: bash $0 [shard I | merge]" >&2 && exit 2 ;;
esac
)";

std::string plain_name(std::string name) {
  std::ranges::replace_if(
      name, [](unsigned char c) { return std::isalnum(c) == 0 && c != '-' && c != '.'; }, '_');
  return name.empty() ? "sweep" : name;
}

/// Slurm takes whole minutes.
std::string time_limit(double hours) {
  if (hours <= 0.0) return {};
  return fmt::format("#SBATCH --time={}\n", static_cast<long>(std::ceil(hours * 60.0)));
}

std::string constant(std::string_view name, std::string_view value) {
  return fmt::format("readonly {}={}\n", name, value);
}

}  // namespace

std::string shell_quoted(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'')
      quoted += R"('\'')";
    else
      quoted += c;
  }
  return quoted + "'";
}

std::string slurm_script(const SlurmJob& job) {
  return fmt::format(kDirectives, plain_name(job.name), job.cpus_per_task, time_limit(job.hours)) +
         kUsage + constant("program", shell_quoted(job.program)) +
         constant("plan", shell_quoted(job.plan)) +
         constant("directory", shell_quoted(job.directory)) +
         constant("tasks", fmt::to_string(job.tasks)) + kBody;
}

}  // namespace scnn::cli::sweep
