// The decoupled PE against hand-computed cases and against a PE that visits every cycle,
// on every instruction set of this processor.
#include "pe/team_steps.hpp"

#include <catch2/catch.hpp>

#include "pe/activation_tile.hpp"
#include "sim/layer_job.hpp"
#include "sparse_formats/instruction_set.hpp"
#include "tests/support/one_layer.hpp"
#include "tests/support/random_layer.hpp"
#include "tests/unit/naive_pe.hpp"

using namespace scnn;
using namespace scnn::pe;
using namespace scnn::test;

namespace {

using Cycles = std::vector<std::int64_t>;

/// How steps are computed: by the step kernel for one instruction set, or one product at a
/// time when the name is empty.
using Path = std::string;

std::vector<Path> all_paths() {
  std::vector<Path> paths = instruction_sets();
  REQUIRE_FALSE(paths.empty());
  paths.emplace_back();
  return paths;
}

memory::ActivationBuffer load(const TileJob& job, std::int64_t pe) {
  memory::ActivationBuffer buffer;
  buffer.load(activation_layout(job, pe), *job.input);
  return buffer;
}

/// Some PEs over a tile, alone or as a team; the groups are given their starts one by one.
class TileRun {
 public:
  TileRun(const TileJob& job, const std::vector<std::int64_t>& pes, const Path& path,
          const ArrivalTimes& arrivals)
      : job_(job), arrivals_(arrivals), members_(pes.size()) {
    if (path.empty())
      job_.tables = nullptr;
    else
      force_instruction_set(path);
    in_team_ = job_.tables != nullptr && job_.tables->begin_tile(job_);
    std::vector<const ActivationOperands*> operands;
    for (std::size_t m = 0; m < pes.size(); ++m) {
      members_[m].buffer = load(job, pes[m]);
      members_[m].ahead.start_tile(job_, pes[m], members_[m].buffer, {}, in_team_);
      operands.push_back(&members_[m].ahead.operands());
    }
    if (!in_team_) return;
    operands_.load(job_, operands);
    team_.start_tile(job_, operands_);
  }
  ~TileRun() { force_instruction_set(""); }
  TileRun(const TileRun&) = delete;
  TileRun& operator=(const TileRun&) = delete;

  /// \param portion  arrivals become known so many at a time
  /// \return of every PE; the pops of a team are the last of its members'
  std::vector<GroupResult> group(std::int64_t g, std::int64_t start, std::size_t portion) {
    if (job_.tables != nullptr) {
      job_.tables->begin_group(g, workers_);
      job_.tables->begin_rows(g, workers_);
    }
    std::vector<GroupResult> results(members_.size());
    for (std::size_t m = 0; m < members_.size(); ++m) {
      results[m].sums.assign(static_cast<std::size_t>(job_.window_entries()), 0);
      members_[m].ahead.start_group(g, start, results[m].sums);
    }
    if (in_team_) team_.start_group(g, start, job_.tables->rows());
    const std::size_t end = job_.stream->group_first[static_cast<std::size_t>(g) + 1];
    for (std::size_t known = 0; !finished(); known += portion) {
      REQUIRE(known < end + portion);
      const ArrivalView view{std::min(known + portion, arrivals_.cycle.size()),
                             arrivals_.cycle.data(), arrivals_.late_until.data()};
      for (std::size_t m = 0; m < members_.size(); ++m) {
        const auto pops = in_team_ ? team_pops(view, m) : members_[m].ahead.advance(view);
        results[m].pops.insert(results[m].pops.end(), pops.begin(), pops.end());
      }
    }
    for (std::size_t m = 0; m < members_.size(); ++m) {
      if (in_team_) members_[m].ahead.finish_group(team_.times(m));
      results[m].finish = members_[m].ahead.finish_cycle();
    }
    return results;
  }
  void end() {
    if (job_.tables != nullptr) job_.tables->end_tile();
    for (Member& m : members_) m.ahead.end_tile();
  }
  [[nodiscard]] const memory::Counters& counters(std::size_t m) const {
    return members_[m].ahead.counters();
  }
  [[nodiscard]] const memory::ActivationBuffer& buffer(std::size_t m) const {
    return members_[m].buffer;
  }
  [[nodiscard]] const StepPaths& paths(std::size_t m) const { return members_[m].ahead.paths(); }
  [[nodiscard]] bool in_team() const { return in_team_; }

 private:
  struct Member {
    memory::ActivationBuffer buffer;
    RunAhead ahead;
  };

  bool finished() const { return in_team_ ? team_.finished() : members_[0].ahead.finished(); }
  /// The team advances once for all; every member is given its pops.
  std::span<const std::int64_t> team_pops(const ArrivalView& view, std::size_t m) {
    TeamSteps* const one[] = {&team_};
    if (m == 0) TeamSteps::advance(one, view, room_);
    return team_.pops();
  }

  TileJob job_;
  const ArrivalTimes& arrivals_;
  std::vector<Member> members_;
  bool in_team_ = false;
  TeamOperands operands_;
  TeamSteps team_;
  Workers workers_{1};
  TeamSteps::Room room_;
};

/// One PE by itself.
class LoneRun : public TileRun {
 public:
  LoneRun(const TileJob& job, const Path& path, const ArrivalTimes& arrivals)
      : TileRun(job, {0}, path, arrivals) {}
  GroupResult group(std::int64_t g, std::int64_t start, std::size_t portion) {
    return TileRun::group(g, start, portion).front();
  }
  memory::Counters end() {
    TileRun::end();
    return counters(0);
  }
};

/// Arrivals in order, with stretches in which the supply or another PE was late.
ArrivalTimes random_arrivals(Draw& draw, std::size_t entries) {
  ArrivalTimes times;
  std::int64_t cycle = draw.between(0, 12);
  for (std::size_t j = 0; j < entries; ++j) {
    const std::int64_t supply = std::max<std::int64_t>(cycle + draw.between(-3, 2), 0);
    cycle = std::max(cycle, supply) + (draw.chance(15) ? draw.between(1, 20) : 0);
    times.cycle.push_back(cycle);
    times.late_until.push_back(supply);
  }
  return times;
}

memory::Architecture random_machine(Draw& draw) {
  memory::Architecture a;
  a.pe_rows = draw.between(1, 2);
  a.pe_cols = draw.between(1, 4);
  a.F = draw.chance(10) ? draw.between(6, 17) : draw.between(1, 5);
  a.I = draw.chance(10) ? draw.between(6, 17) : draw.between(1, 5);
  a.kc = draw.between(1, 9);
  a.index_bits = static_cast<int>(draw.between(1, 5));
  if (draw.chance(40)) a.I = 4;  // with 32 banks, the usual machine
  a.accumulator.banks = draw.one_of<std::int64_t>({1, 2, 5, 16, 32, 32, 32, 40, 128, 129});
  using Map = memory::BankMap;
  a.accumulator.bank_map =
      draw.one_of<Map>({Map::linear, Map::xor_folded, Map::prime, Map::skewed});
  if (a.accumulator.bank_map == Map::xor_folded)
    a.accumulator.banks = draw.one_of<std::int64_t>({1, 2, 16, 32, 32});
  a.accumulator.queue_threshold =
      draw.one_of<std::int64_t>({0, 1, 4, 4, 30, 255 - a.F * a.I, 256 - a.F * a.I, 300});
  a.accumulator.bypass = draw.chance(25) ? memory::Bypass::step : memory::Bypass::none;
  a.weight_fifo_entries = draw.one_of<std::int64_t>({1, 2, 5, 50});
  a.stride_mode = draw.chance(30) ? memory::StrideMode::discard : memory::StrideMode::phases;
  a.skip_zero_weights = draw.chance(80);
  a.skip_zero_activations = draw.chance(80);
  return a;
}

/// A 1-PE machine with F = I = 1 and one bank, and a layer of 1x1 kernels on one row.
struct OneRow {
  memory::Architecture arch;
  workloads::QuantisedLayer layer;

  OneRow(std::vector<std::int16_t> weights, std::vector<std::int16_t> input) {
    arch.pe_rows = arch.pe_cols = 1;
    arch.F = arch.I = 1;
    arch.accumulator.banks = 1;
    arch.accumulator.queue_threshold = 0;
    const auto K = static_cast<std::int64_t>(weights.size());
    const auto W = static_cast<std::int64_t>(input.size());
    layer = make_layer({.C = 1, .H = 1, .W = W, .K = K}, std::move(weights), std::move(input));
  }
};

void check_counters(const memory::Counters& found, const memory::Counters& expected) {
  for (const auto& info : memory::counter_table()) {
    INFO(info.name);
    CHECK(found.*info.member == expected.*info.member);
  }
}

}  // namespace

TEST_CASE("A step issues in the cycle after its weight vector arrived, not in the same") {
  const OneRow one({3}, {1, 1, 1});
  const sim::LayerJob job(one.layer, one.arch, true);
  const ArrivalTimes arrivals{{5}, {5}};
  for (const Path& path : all_paths()) {
    INFO("path " << path);
    LoneRun run(job.tiles()[0], path, arrivals);
    const GroupResult r = run.group(0, 0, 1);
    // Steps in cycles 6, 7 and 8; the update of the last retires in its own cycle.
    CHECK(r.pops == Cycles{8});
    CHECK(r.finish == 9);
    CHECK(r.sums == Cycles{3, 3, 3});
    const memory::Counters c = run.end();
    CHECK(c.issue == 3);
    CHECK(c.weight_wait == 6);
    CHECK(c.issue + c.weight_wait == static_cast<std::uint64_t>(r.finish));
    CHECK(c.products == 3);
    CHECK(c.iaram_reads == 3);
  }
}

TEST_CASE("A step issues once no queue is above the threshold, and no cycle before") {
  // Four updates to the one bank per step: 3, 2, 1, 0 are queued in the cycles after.
  const std::pair<std::int64_t, std::int64_t> second_issue[] = {
      {0, 5}, {1, 4}, {2, 3}, {3, 2}, {4, 2}};
  for (const auto& [threshold, cycle] : second_issue)
    for (const Path& path : all_paths()) {
      OneRow one({1, 1, 1, 1}, {1, 1});
      one.arch.F = 4;
      one.arch.accumulator.queue_threshold = threshold;
      const sim::LayerJob job(one.layer, one.arch, true);
      const ArrivalTimes arrivals{{0}, {0}};
      INFO("threshold " << threshold << ", path " << path);
      LoneRun run(job.tiles()[0], path, arrivals);
      const GroupResult r = run.group(0, 0, 1);
      CHECK(r.pops == Cycles{cycle});
      // Eight updates leave one bank in cycles 1 to 8.
      CHECK(r.finish == 9);
      const memory::Counters c = run.end();
      CHECK(c.issue == 2);
      CHECK(c.weight_wait == 1);
      CHECK(c.bank_stall == 6);
      CHECK(c.accumulator_writes == 8);
    }
}

TEST_CASE("A PE without activations pops vectors the cycle after they arrive, at no cost") {
  const OneRow one({1, 1, 1}, {0, 0});
  const sim::LayerJob job(one.layer, one.arch, true);
  const ArrivalTimes arrivals{{1, 1, 4}, {1, 1, 2}};
  for (const Path& path : all_paths()) {
    INFO("path " << path);
    LoneRun run(job.tiles()[0], path, arrivals);
    const GroupResult r = run.group(0, 0, 3);
    CHECK(r.pops == Cycles{2, 2, 5});
    CHECK(r.finish == 6);
    const memory::Counters c = run.end();
    CHECK(c.issue == 0);
    // Cycles 0 to 2 wait for the supply, 3 to 5 for a slower PE (in 5 the last is popped).
    CHECK(c.weight_wait == 3);
    CHECK(c.backpressure_wait == 3);
  }
}

TEST_CASE("A group without weight vectors is finished at its start") {
  const OneRow one({0, 0}, {1, 1});
  const sim::LayerJob job(one.layer, one.arch, true);
  const ArrivalTimes arrivals;
  for (const Path& path : all_paths()) {
    LoneRun run(job.tiles()[0], path, arrivals);
    const GroupResult r = run.group(0, 17, 1);
    CHECK(r.finish == 17);
    CHECK(r.pops.empty());
    CHECK(run.end() == memory::Counters{});
  }
}

TEST_CASE("A group does not begin before its start, even when its weights are there") {
  OneRow one({2, 5}, {1});
  one.arch.kc = 1;
  const sim::LayerJob job(one.layer, one.arch, true);
  const ArrivalTimes arrivals{{0, 0}, {0, 0}};
  for (const Path& path : all_paths()) {
    LoneRun run(job.tiles()[0], path, arrivals);
    CHECK(run.group(0, 0, 2).pops == Cycles{1});
    const GroupResult second = run.group(1, 30, 2);
    CHECK(second.pops == Cycles{30});
    CHECK(second.finish == 31);
    CHECK(second.sums == Cycles{5});
  }
}

TEST_CASE("A run is repeated for every activation vector before its entries are popped") {
  OneRow one({1, 1, 1}, {1, 1});
  one.arch.weight_fifo_entries = 2;
  const sim::LayerJob job(one.layer, one.arch, true);
  const ArrivalTimes arrivals{{0, 0, 4}, {0, 0, 0}};
  for (const Path& path : all_paths()) {
    LoneRun run(job.tiles()[0], path, arrivals);
    // Entries 0, 1, 0, 1 in cycles 1 to 4, then entry 2 twice.
    CHECK(run.group(0, 0, 1).pops == Cycles{3, 4, 6});
    CHECK(run.end().iaram_reads == 4);
  }
}

TEST_CASE("Running ahead equals visiting every cycle, whatever is known when") {
  std::uint64_t by_kernel = 0, by_products = 0;
  for (std::int64_t seed = 1; seed <= 500; ++seed) {
    Draw draw(seed, "run ahead");
    const memory::Architecture arch = random_machine(draw);
    const LayerShape s = random_shape(draw);
    auto layer = make_layer(s, {}, {});
    layer.weights = random_tensor(draw, {s.K, s.group_C(), s.R, s.S}, draw.one_of({90, 30}), 8);
    layer.input = random_tensor(draw, {1, s.C, s.H, s.W}, draw.one_of({90, 40, 5}), 8);
    const sim::LayerJob job(layer, arch, true);
    const TileJob& tile = job.tiles()[static_cast<std::size_t>(draw.between(0, s.groups - 1))];
    const bool whole_array = draw.chance(60);  // at most eight PEs: one team
    std::vector<std::int64_t> pes;
    for (std::int64_t pe = 0; pe < arch.pe_count(); ++pe)
      if (whole_array) pes.push_back(pe);
    if (pes.empty()) pes.push_back(draw.between(0, arch.pe_count() - 1));
    const ArrivalTimes arrivals = random_arrivals(draw, tile.stream->vectors.size());
    const auto portion = static_cast<std::size_t>(
        draw.one_of<std::int64_t>({1, 3, arch.weight_fifo_entries, 100000}));
    const std::int64_t pause = draw.between(0, 9);
    for (const Path& path : all_paths()) {
      INFO("seed " << seed << ", path " << path);
      TileRun run(tile, pes, path, arrivals);
      std::int64_t start = 0;
      std::vector<memory::Counters> expected(pes.size());
      for (std::int64_t g = 0; g < tile.groups(); ++g) {
        const auto found = run.group(g, start, portion);
        Cycles last_pops;
        std::int64_t next = start;
        for (std::size_t m = 0; m < pes.size(); ++m) {
          const GroupResult by_rule =
              run_group_by_rule(tile, pes[m], run.buffer(m), arrivals, g, start);
          if (!run.in_team()) REQUIRE(found[m].pops == by_rule.pops);
          REQUIRE(found[m].finish == by_rule.finish);
          REQUIRE(found[m].sums == by_rule.sums);
          expected[m] += by_rule.counters;
          last_pops.resize(by_rule.pops.size());
          std::ranges::transform(last_pops, by_rule.pops, last_pops.begin(),
                                 [](auto a, auto b) { return std::max(a, b); });
          next = std::max(next, by_rule.finish);
        }
        if (run.in_team()) REQUIRE(found[0].pops == last_pops);
        start = next + pause;
      }
      run.end();
      for (std::size_t m = 0; m < pes.size(); ++m) {
        check_counters(run.counters(m), expected[m]);
        by_kernel += run.paths(m).kernel;
        by_products += run.paths(m).general;
      }
    }
  }
  CHECK(by_kernel > 10000);
  CHECK(by_products > 10000);
}

TEST_CASE("A full team of the usual machine equals its members one by one") {
  std::uint64_t by_kernel = 0;
  for (std::int64_t seed = 1; seed <= 24; ++seed) {
    Draw draw(seed, "full team");
    memory::Architecture arch;
    arch.pe_rows = 2;
    arch.pe_cols = 4;
    arch.kc = draw.one_of<std::int64_t>({4, 8, 24});
    arch.accumulator.queue_threshold = draw.one_of<std::int64_t>({0, 2, 4, 8});
    arch.accumulator.bank_map =
        draw.one_of({memory::BankMap::linear, memory::BankMap::prime, memory::BankMap::skewed});
    arch.weight_fifo_entries = draw.one_of<std::int64_t>({18, 50, 60});
    // Tiles of up to 8 x 8 pixels: many activation vectors, and long runs of weights.
    const std::int64_t R = draw.one_of<std::int64_t>({1, 3, 5});
    const LayerShape s{.C = 5,
                       .H = 16,
                       .W = draw.between(8, 32),
                       .K = 24,
                       .R = R,
                       .S = R,
                       .pad_top = R / 2,
                       .pad_bottom = R / 2,
                       .pad_left = R / 2,
                       .pad_right = R / 2};
    auto layer = make_layer(s, {}, {});
    layer.weights = random_tensor(draw, {s.K, s.C, R, R}, draw.one_of({100, 30}), 8);
    layer.input = random_tensor(draw, {1, s.C, s.H, s.W}, draw.one_of({90, 40, 5}), 8);
    const sim::LayerJob job(layer, arch, true);
    for (const TileJob& tile : job.tiles()) {
      const ArrivalTimes arrivals = random_arrivals(draw, tile.stream->vectors.size());
      for (const Path& path : instruction_sets()) {
        INFO("seed " << seed << ", path " << path);
        TileRun run(tile, {0, 1, 2, 3, 4, 5, 6, 7}, path, arrivals);
        REQUIRE(run.in_team());
        std::int64_t start = 0;
        std::vector<memory::Counters> expected(8);
        for (std::int64_t g = 0; g < tile.groups(); ++g) {
          const auto found = run.group(g, start, 100000);
          for (std::size_t m = 0; m < 8; ++m) {
            const GroupResult by_rule = run_group_by_rule(tile, static_cast<std::int64_t>(m),
                                                          run.buffer(m), arrivals, g, start);
            REQUIRE(found[m].finish == by_rule.finish);
            REQUIRE(found[m].sums == by_rule.sums);
            expected[m] += by_rule.counters;
          }
          for (const GroupResult& r : found) start = std::max(start, r.finish);
        }
        run.end();
        for (std::size_t m = 0; m < 8; ++m) {
          check_counters(run.counters(m), expected[m]);
          by_kernel += run.paths(m).kernel;
        }
      }
    }
  }
  CHECK(by_kernel > 100000);
}
