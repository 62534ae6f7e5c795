// A team that goes by a record of other arrivals, where it may, goes as its steps would.
#include "pe/group_replay.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "pe/activation_tile.hpp"
#include "pe/step_tables.hpp"
#include "pe/team_steps.hpp"
#include "sim/layer_job.hpp"
#include "tests/support/draw.hpp"
#include "tests/support/one_layer.hpp"

using namespace scnn;
using namespace scnn::pe;
using namespace scnn::test;

namespace {

using Times = std::vector<std::int64_t>;

struct Arrivals {
  Times cycle, late_until;
  [[nodiscard]] ArrivalView view(std::size_t known) const {
    return {std::min(known, cycle.size()), cycle.data(), late_until.data()};
  }
};

/// How a group went for a team.
struct Course {
  bool whole = true;  ///< false: it left the record
  Times pops;
  std::vector<GroupTimes> times;
};

/// Activations of which some channels have none, and so some PEs at first, or all along.
std::vector<std::int16_t> sparse_input(Draw& draw, const LayerShape& s) {
  const std::int64_t empty = draw.between(0, 4), columns = draw.between(1, s.W);
  std::vector<std::int16_t> input;
  for (std::int64_t c = 0; c < s.C; ++c)
    for (std::int64_t i = 0; i < s.H * s.W; ++i)
      input.push_back(c >= empty && i % s.W < columns && draw.chance(40) ? 1 : 0);
  return input;
}

/// A team of four PEs over the one tile of a layer.
class Team {
 public:
  explicit Team(std::int64_t seed)
      : draw_(seed, "group replay"),
        layer_(layer_of(draw_)),
        arch_(arch_of(draw_)),
        layer_job_(layer_, arch_, false),
        job_(layer_job_.tiles().front()) {
    REQUIRE(job_.tables->begin_tile(job_));
    std::vector<ActivationOperands> members(4);
    std::vector<const ActivationOperands*> pointers;
    for (std::size_t p = 0; p < members.size(); ++p) {
      memory::ActivationBuffer buffer;
      const auto pe = static_cast<std::int64_t>(p);
      buffer.load(activation_layout(job_, pe), *job_.input);
      members[p].load(job_, pe, buffer);
      pointers.push_back(&members[p]);
    }
    operands_.load(job_, pointers);
    Workers alone(1);
    job_.tables->begin_rows(0, alone);
  }

  Draw& draw() { return draw_; }
  [[nodiscard]] std::size_t entries() const { return job_.stream->group_first[1]; }
  [[nodiscard]] bool has_idle() const {
    for (std::size_t p = 0; p < 4; ++p)
      if (operands_.idle(p)) return true;
    return false;
  }

  Course by_steps(const Arrivals& arrivals, std::int64_t start) {
    TeamSteps steps;
    steps.start_tile(job_, operands_);
    steps.start_group(0, start, job_.tables->rows());
    Course o;
    TeamSteps* const one[] = {&steps};
    TeamSteps::Room room;
    TeamSteps::advance(one, arrivals.view(entries()), room);
    const auto pops = steps.pops();
    o.pops.assign(pops.begin(), pops.end());
    REQUIRE(steps.finished());
    for (std::size_t m = 0; m < 4; ++m) o.times.push_back(steps.times(m));
    return o;
  }
  GroupRecord record(const Arrivals& arrivals, std::int64_t start) {
    const Course o = by_steps(arrivals, start);
    const GroupSpan span{0, entries(), start};
    GroupRecord record;
    record.run_entries = static_cast<std::size_t>(arch_.weight_fifo_entries);
    record.teams.resize(1);
    record_arrivals(record, arrivals.view(entries()), span);
    record_team(record, 0, o.pops, o.times, span);
    return record;
  }
  Course by_record(const GroupRecord& record, const Arrivals& arrivals, std::int64_t start,
                   bool strict) {
    GroupReplay replay;
    replay.start(record, 0, operands_, strict, job_, 0, start);
    Course o;
    for (std::size_t known = 0; !replay.finished() && !replay.differs();) {
      known += static_cast<std::size_t>(draw_.between(1, 9));
      const auto pops = replay.advance(arrivals.view(known));
      o.pops.insert(o.pops.end(), pops.begin(), pops.end());
    }
    o.whole = !replay.differs();
    if (o.whole)
      for (std::size_t m = 0; m < 4; ++m) o.times.push_back(replay.times(m));
    return o;
  }

 private:
  static workloads::QuantisedLayer layer_of(Draw& draw) {
    const LayerShape s{.C = draw.between(4, 12), .H = 4, .W = 8, .K = 8};
    std::vector<std::int16_t> weights;
    for (std::int64_t i = 0; i < s.K * s.C; ++i)
      weights.push_back(static_cast<std::int16_t>(draw.chance(70) ? draw.between(1, 3) : 0));
    auto input = sparse_input(draw, s);
    return make_layer(s, std::move(weights), std::move(input));
  }
  static memory::Architecture arch_of(Draw& draw) {
    memory::Architecture a;
    a.pe_rows = 1;
    a.pe_cols = 4;
    a.accumulator.queue_threshold = draw.one_of<std::int64_t>({0, 1, 4});
    return a;
  }

  Draw draw_;
  workloads::QuantisedLayer layer_;
  memory::Architecture arch_;
  sim::LayerJob layer_job_;
  const TileJob& job_;
  TeamOperands operands_;
};

/// Most are there when the group begins; now and then the supply is late.
Arrivals random_arrivals(Draw& draw, std::size_t entries, std::int64_t start) {
  Arrivals a;
  std::int64_t cycle = start - draw.between(1, 20);
  for (std::size_t j = 0; j < entries; ++j) {
    cycle += draw.chance(30) ? draw.between(0, 6) : 0;
    a.cycle.push_back(cycle);
    a.late_until.push_back(cycle - draw.between(0, 4));
  }
  return a;
}

/// The same, but for one or two entries that come some cycles sooner or later.
Arrivals altered(Draw& draw, Arrivals a) {
  for (std::int64_t n = draw.between(1, 2); n > 0; --n) {
    const auto j = static_cast<std::size_t>(draw.between(0, std::ssize(a.cycle) - 1));
    const std::int64_t by = draw.between(-3, 3);
    if (draw.chance(50)) a.late_until[j] = std::min(a.late_until[j] + by, a.cycle[j]);
    if (draw.chance(50)) continue;
    a.cycle[j] += by;
    for (std::size_t i = 0; i < a.cycle.size(); ++i) {
      if (i > 0) a.cycle[i] = std::max(a.cycle[i], a.cycle[i - 1]);
      a.late_until[i] = std::min(a.late_until[i], a.cycle[i]);
    }
  }
  return a;
}

bool same(const GroupTimes& a, const GroupTimes& b) {
  return a.finish == b.finish && a.bank_stall == b.bank_stall && a.weight_wait == b.weight_wait &&
         a.backpressure_wait == b.backpressure_wait;
}

}  // namespace

TEST_CASE("A record of other arrivals is gone by only where the steps go the same way") {
  std::int64_t harmless = 0, left = 0, beside_idle = 0;
  for (std::int64_t seed = 1; seed <= 4000; ++seed) {
    INFO("seed " << seed);
    Team team(seed);
    Draw& draw = team.draw();
    const std::int64_t then = draw.between(0, 50), now = draw.between(0, 50);
    const Arrivals first = random_arrivals(draw, team.entries(), then);
    const GroupRecord record = team.record(first, then);
    Arrivals shifted = first;
    for (Times* times : {&shifted.cycle, &shifted.late_until})
      for (std::int64_t& time : *times) time += now - then;
    const Course unchanged = team.by_record(record, shifted, now, true);
    REQUIRE(unchanged.whole);

    const Arrivals other = altered(draw, shifted);
    const Course truth = team.by_steps(other, now);
    const Course replayed = team.by_record(record, other, now, false);
    const bool strictly = team.by_record(record, other, now, true).whole;
    left += replayed.whole ? 0 : 1;
    if (!replayed.whole) {
      REQUIRE_FALSE(strictly);
      continue;
    }
    harmless += strictly ? 0 : 1;
    beside_idle += !strictly && team.has_idle() ? 1 : 0;
    for (std::size_t m = 0; m < 4; ++m) REQUIRE(same(replayed.times[m], truth.times[m]));
    // Some member that has activations pops later than those without.
    REQUIRE(replayed.pops == truth.pops);
  }
  CHECK(harmless > 100);
  CHECK(beside_idle > 20);
  CHECK(left > 300);
}
