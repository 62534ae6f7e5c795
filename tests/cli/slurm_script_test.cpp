#include "tools/sweep/slurm_script.hpp"

#include <stdio.h>  // popen is POSIX, not in <cstdio>

#include <array>
#include <catch2/catch.hpp>
#include <filesystem>
#include <stdexcept>

#include "tests/support/temporary_folder.hpp"

using namespace scnn::cli::sweep;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

struct Ended {
  int status = 0;
  std::string out;
};

/// What a command prints, and its status as waitpid gives it: 256 times the exit status.
Ended shell(const std::string& command) {
  Ended ended;
  FILE* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("no shell");
  std::array<char, 4096> block{};
  while (const auto size = std::fread(block.data(), 1, block.size(), pipe))
    ended.out.append(block.data(), size);
  ended.status = ::pclose(pipe);
  return ended;
}

/// A folder whose name tries everything that a shell takes for its own.
const std::string kAwkward = "a 'b' \"c\" $HOME `d` \\e;%j\n#SBATCH --hold *";

/// A script whose program prints its arguments, one a line, and ends with status `status`.
class Script {
 public:
  explicit Script(int status = 0) {
    const auto inside = folder_ / kAwkward;
    std::filesystem::create_directory(inside);
    job_.program = inside / "scnn";
    job_.plan = inside / "plan.json";
    job_.directory = inside / "out";
    job_.tasks = 12;
    scnn::test::write_bytes(job_.program,
                            "#!/bin/bash\nprintf '<%s>\\n' \"$@\"\nexit " + std::to_string(status));
    std::filesystem::permissions(job_.program, std::filesystem::perms::owner_all);
    scnn::test::write_bytes(folder_ / "out.sh", slurm_script(job_));
  }

  [[nodiscard]] Ended run(const std::string& words, const std::string& before = "") const {
    return shell(before + " bash " + words);
  }
  [[nodiscard]] std::string path() const { return (folder_ / "out.sh").string(); }
  [[nodiscard]] const SlurmJob& job() const { return job_; }

 private:
  scnn::test::TemporaryFolder folder_;
  SlurmJob job_;
};

}  // namespace

TEST_CASE("A quoted word is one word with the same characters") {
  CHECK(shell_quoted("plain") == "'plain'");
  CHECK(shell_quoted("it's") == R"('it'\''s')");
  for (const std::string& text :
       {std::string(), std::string("'"), kAwkward, std::string("-n\n\n.")})
    CHECK(shell("printf '<%s>' " + shell_quoted(text)).out == "<" + text + ">");
}

TEST_CASE("The script is correct bash") {
  const Script script;
  const Ended checked = script.run("-n " + script.path() + " 2>&1");
  CHECK(checked.out.empty());
  CHECK(checked.status == 0);
}

TEST_CASE("A shard is run with the paths of the sweep, whatever characters they have") {
  const Script script;
  const SlurmJob& job = script.job();
  const auto expected = [&](const std::string& shard, const std::string& jobs) {
    return "<sweep>\n<" + job.plan + ">\n<--out>\n<" + job.directory + ">\n<--shard>\n<" + shard +
           "/12>\n<--resume>\n<--jobs>\n<" + jobs + ">\n";
  };
  CHECK(script.run(script.path() + " shard 3").out == expected("3", "1"));
  CHECK(script.run(script.path() + " shard", "SLURM_ARRAY_TASK_ID=7 SLURM_CPUS_PER_TASK=4").out ==
        expected("7", "4"));
  CHECK(script.run(script.path() + " merge").out ==
        "<sweep>\n<--merge>\n<" + job.directory + ">\n");
}

TEST_CASE("A task fails with its program, except for points that failed, which the merge names") {
  for (const int status : {0, 1, 2, 5, 130}) {
    const Script script(status);
    CHECK(script.run(script.path() + " shard 1").status == 256 * (status == 5 ? 0 : status));
    CHECK(script.run(script.path() + " merge").status == 256 * status);
  }
}

TEST_CASE("Wrong arguments are refused with the usage") {
  const Script script;
  for (const std::string words : {" shards", " shard 1 2", " merge now"}) {
    const Ended ended = script.run(script.path() + words + " 2>&1");
    CHECK(ended.status == 256 * 2);
    CHECK_THAT(ended.out, StartsWith("usage: bash "));
  }
}

TEST_CASE("Directives come before any command, with what was asked for") {
  SlurmJob job;
  job.name = "VGG conv2: 16 \"banks\"";
  job.cpus_per_task = 8;
  CHECK_THAT(slurm_script(job), StartsWith("#!/usr/bin/env bash\n"
                                           "#SBATCH --job-name=VGG_conv2__16__banks_\n"
                                           "#SBATCH --cpus-per-task=8\n"
                                           "#SBATCH --requeue\n"));
  job.name.clear();
  job.hours = 1.51;
  CHECK_THAT(slurm_script(job),
             Contains("--job-name=sweep\n") && Contains("\n#SBATCH --time=91\n"));
}
