#include "pe/kept_work.hpp"

#include "pe/step_tables.hpp"

namespace scnn::pe {
namespace {

std::size_t teams_of(const TileJob& job) { return (job.regions.size() + kTeam - 1) / kTeam; }

}  // namespace

KeptWork::KeptWork(const TileJob& job)
    : pes(job.regions.size()),
      teams(teams_of(job)),
      groups(static_cast<std::size_t>(job.groups())) {
  for (GroupRecord& group : groups) group.teams.resize(teams_of(job));
}

const GroupRecord* KeptWork::record(const TileJob& job, std::int64_t group) const {
  const GroupRecord& found = groups[static_cast<std::size_t>(group)];
  return !job.values && found.run_entries == job.tables->longest_run() ? &found : nullptr;
}

double KeptWork::bytes(const TileJob& job) {
  const double of_entry = sizeof(std::int32_t) * (2.0 + static_cast<double>(teams_of(job)));
  return of_entry * static_cast<double>(job.stream->vectors.size());
}

}  // namespace scnn::pe
