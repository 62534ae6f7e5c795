#include "tools/host.hpp"

#include <sys/resource.h>

#include <ctime>
#include <thread>

#include "tools/build_info.hpp"

namespace scnn::cli {
namespace {

constexpr int kMostThreads = 1024;

std::string utc_text(std::chrono::system_clock::time_point time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  std::string text(sizeof "0000-00-00T00:00:00Z", '\0');
  text.resize(std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts));
  return text;
}

double seconds_of(const ::timeval& t) {
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
}

}  // namespace

HostClock::HostClock()
    : started_(std::chrono::system_clock::now()), start_(std::chrono::steady_clock::now()) {}

sim::HostInfo HostClock::info(std::string_view command, const Words& words) const {
  sim::HostInfo host;
  host.command_line = {"scnn", std::string(command)};
  host.command_line.insert(host.command_line.end(), words.begin(), words.end());
  host.compiler = compiler();
  host.started = utc_text(started_);
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start_;
  host.wall_seconds = wall.count();
  ::rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  host.cpu_seconds = seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
  host.peak_memory_bytes = static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
  return host;
}

sim::Provenance program_provenance() {
  sim::Provenance provenance;
  provenance.version = version();
  provenance.git_commit = git_commit();
  return provenance;
}

int thread_count(const Arguments& arguments) {
  if (const auto threads = arguments.integer("threads", 1, kMostThreads))
    return static_cast<int>(*threads);
  const unsigned cores = std::thread::hardware_concurrency();
  return cores == 0 ? 1 : static_cast<int>(cores);
}

}  // namespace scnn::cli
