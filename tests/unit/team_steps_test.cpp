// Teams that advance together go as each does by itself, on every instruction set of this
// processor.
#include "pe/team_steps.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "pe/activation_tile.hpp"
#include "pe/step_tables.hpp"
#include "sim/layer_job.hpp"
#include "sparse_formats/instruction_set.hpp"
#include "tests/support/draw.hpp"
#include "tests/support/one_layer.hpp"
#include "tests/support/random_layer.hpp"

using namespace scnn;
using namespace scnn::pe;
using namespace scnn::test;

namespace {

using Cycles = std::vector<std::int64_t>;

/// PEs of 1 to 11 teams, of which some have no activations and the last may be small.
memory::Architecture random_array(Draw& draw) {
  memory::Architecture arch;
  arch.pe_rows = draw.between(1, 11);
  arch.pe_cols = draw.between(3, 8);
  arch.kc = draw.one_of<std::int64_t>({1, 4, 8});
  arch.F = draw.one_of<std::int64_t>({4, 4, 3});
  arch.I = draw.one_of<std::int64_t>({4, 4, 5});
  arch.accumulator.banks = draw.one_of<std::int64_t>({32, 32, 16, 40});
  arch.accumulator.bank_map = draw.one_of({memory::BankMap::linear, memory::BankMap::prime});
  arch.accumulator.queue_threshold = draw.one_of<std::int64_t>({0, 1, 4, 200, 400});
  arch.weight_fifo_entries = draw.one_of<std::int64_t>({1, 3, 50});
  return arch;
}

workloads::QuantisedLayer layer_for(Draw& draw) {
  const std::int64_t R = draw.one_of<std::int64_t>({1, 3}), side = draw.between(4, 30);
  const LayerShape s{.C = draw.between(1, 12),
                     .H = side,
                     .W = draw.between(4, 30),
                     .K = 8,
                     .R = R,
                     .S = R,
                     .pad_top = R / 2,
                     .pad_bottom = R / 2,
                     .pad_left = R / 2,
                     .pad_right = R / 2};
  auto layer = make_layer(s, {}, {});
  layer.weights = random_tensor(draw, {s.K, s.C, R, R}, draw.one_of({100, 40, 10}), 8);
  layer.input = random_tensor(draw, {1, s.C, s.H, s.W}, draw.one_of({90, 40, 5}), 8);
  return layer;
}

/// In order; at times far behind what went before, or late.
struct RandomArrivals {
  RandomArrivals(Draw& draw, std::size_t entries) {
    std::int64_t now = draw.between(-5, 9);
    for (std::size_t j = 0; j < entries; ++j) {
      now += draw.chance(80) ? draw.between(0, 1) : draw.one_of<std::int64_t>({3, 20, 300, 70000});
      cycle.push_back(now);
      late_until.push_back(now - draw.between(0, 3));
    }
  }
  [[nodiscard]] ArrivalView view(std::size_t known) const {
    return {std::min(known, cycle.size()), cycle.data(), late_until.data()};
  }
  Cycles cycle, late_until;
};

/// How a group went for a team.
struct Course {
  Cycles pops;
  std::vector<GroupTimes> times;
};

class Array {
 public:
  explicit Array(std::int64_t seed)
      : draw_(seed, "team steps"),
        layer_(layer_for(draw_)),
        arch_(random_array(draw_)),
        layer_job_(layer_, arch_, false),
        job_(layer_job_.tiles().front()),
        arrivals_(draw_, job_.stream->vectors.size()) {
    REQUIRE(job_.tables->begin_tile(job_));
    const auto pes = static_cast<std::size_t>(arch_.pe_count());
    std::vector<ActivationOperands> members(pes);
    for (std::size_t p = 0; p < pes; ++p) {
      memory::ActivationBuffer buffer;
      const auto pe = static_cast<std::int64_t>(p);
      buffer.load(activation_layout(job_, pe), *job_.input);
      members[p].load(job_, pe, buffer);
    }
    operands_.resize((pes + kTeam - 1) / kTeam);
    for (std::size_t t = 0; t < operands_.size(); ++t) {
      std::vector<const ActivationOperands*> team;
      for (std::size_t p = t * kTeam; p < std::min(pes, (t + 1) * kTeam); ++p)
        team.push_back(&members[p]);
      operands_[t].load(job_, team);
    }
    Workers alone(1);
    job_.tables->begin_rows(0, alone);
  }

  [[nodiscard]] std::size_t teams() const { return operands_.size(); }
  Draw& draw() { return draw_; }

  std::vector<Course> one_by_one() {
    std::vector<Course> courses;
    for (std::size_t t = 0; t < teams(); ++t) {
      std::vector<TeamSteps> steps = started(1, t);
      courses.push_back(run(steps, t, {}).front());
    }
    return courses;
  }
  /// \param late  teams that begin once the others have taken some
  std::vector<Course> together(const std::vector<std::size_t>& late) {
    std::vector<TeamSteps> steps = started(teams(), 0);
    return run(steps, 0, late);
  }

 private:
  std::vector<TeamSteps> started(std::size_t count, std::size_t first) {
    std::vector<TeamSteps> steps(count);
    for (std::size_t t = 0; t < count; ++t) {
      steps[t].start_tile(job_, operands_[first + t]);
      steps[t].start_group(0, kStart, job_.tables->rows());
    }
    return steps;
  }

  /// \param first  of the teams
  std::vector<Course> run(std::vector<TeamSteps>& steps, std::size_t first,
                          const std::vector<std::size_t>& late) {
    std::vector<Course> courses(steps.size());
    TeamSteps::Room room;
    const std::size_t end = job_.stream->group_first[1];
    const auto advance = [&](std::size_t known, auto takes_part) {
      std::vector<TeamSteps*> some;
      for (std::size_t t = 0; t < steps.size(); ++t)
        if (takes_part(t)) some.push_back(&steps[t]);
      TeamSteps::advance(some, arrivals_.view(known), room);
      for (std::size_t t = 0; t < steps.size(); ++t)
        if (takes_part(t))
          courses[t].pops.insert(courses[t].pops.end(), steps[t].pops().begin(),
                                 steps[t].pops().end());
    };
    std::size_t known = std::min<std::size_t>(end, static_cast<std::size_t>(draw_.between(0, 60)));
    advance(known, [&](std::size_t t) { return !std::ranges::count(late, t); });
    while (known < end) {
      known = std::min(end, known + static_cast<std::size_t>(draw_.between(1, 60)));
      advance(known, [](std::size_t /*t*/) { return true; });
    }
    advance(end, [](std::size_t /*t*/) { return true; });
    for (std::size_t t = 0; t < steps.size(); ++t) {
      REQUIRE(steps[t].finished());
      const TeamOperands& operands = operands_[first + t];
      for (std::size_t m = 0; m < operands.members; ++m)
        courses[t].times.push_back(steps[t].times(m));
    }
    return courses;
  }

  static constexpr std::int64_t kStart = 7;

  Draw draw_;
  workloads::QuantisedLayer layer_;
  memory::Architecture arch_;
  sim::LayerJob layer_job_;
  TileJob job_;
  RandomArrivals arrivals_;
  std::vector<TeamOperands> operands_;
};

}  // namespace

TEST_CASE("Teams that advance together go as each does by itself") {
  std::size_t more_than_a_bundle = 0, held = 0;
  for (const std::string& target : instruction_sets()) {
    force_instruction_set(target);
    for (std::int64_t seed = 1; seed <= 300; ++seed) {
      INFO("instruction set " << target << ", seed " << seed);
      Array array(seed);
      const std::vector<Course> alone = array.one_by_one();
      std::vector<std::size_t> late;
      for (std::size_t t = 0; t < array.teams(); ++t)
        if (array.draw().chance(20)) late.push_back(t);
      const std::vector<Course> together = array.together(late);
      for (std::size_t t = 0; t < array.teams(); ++t) {
        INFO("team " << t);
        REQUIRE(together[t].pops == alone[t].pops);
        for (std::size_t m = 0; m < alone[t].times.size(); ++m) {
          const GroupTimes &a = together[t].times[m], &b = alone[t].times[m];
          REQUIRE(a.finish == b.finish);
          REQUIRE(a.bank_stall == b.bank_stall);
          REQUIRE(a.weight_wait == b.weight_wait);
          REQUIRE(a.backpressure_wait == b.backpressure_wait);
          held += a.bank_stall > 0 ? 1 : 0;
        }
      }
      more_than_a_bundle += array.teams() > kTogether ? 1 : 0;
    }
  }
  force_instruction_set("");
  CHECK(more_than_a_bundle > 5);
  CHECK(held > 100);
}
