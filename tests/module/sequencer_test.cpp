// Both sequencers on real wires, with peers that take the time a script says.
#include <algorithm>
#include <catch2/catch.hpp>
#include <deque>

#include "sim/sequencer.hpp"
#include "tests/module/clocking.hpp"
#include "tests/support/draw.hpp"
#include "tests/support/one_layer.hpp"

using namespace scnn;
using namespace scnn::pe;
using namespace scnn::test;

namespace {

constexpr std::size_t kPes = 3;

/// How long PEs and PPUs take over each group, in cycles from its start.
struct Script {
  std::vector<std::array<std::int64_t, kPes>> work, drain;
};

Script random_script(Draw& draw, std::int64_t groups) {
  Script script;
  for (std::int64_t g = 0; g < groups; ++g) {
    auto& work = script.work.emplace_back();
    auto& drain = script.drain.emplace_back();
    const std::int64_t slow = draw.one_of({3, 40});
    for (auto& w : work) w = draw.between(1, slow);
    for (auto& d : drain) d = draw.between(1, draw.one_of({3, 40}));
  }
  return script;
}

/// S24 to S26 for one tile: start of every group, and the end.
struct Times {
  std::vector<std::int64_t> start, over;
  std::int64_t end = 0;
};

Times times_by_rule(const Script& script) {
  Times t;
  std::vector<std::int64_t> drain_end;
  for (std::size_t g = 0; g < script.work.size(); ++g) {
    std::int64_t start = 0;
    if (g >= 1) start = t.over[g - 1];
    if (g >= 2) start = std::max(start, drain_end[g - 2]);
    t.start.push_back(start);
    t.over.push_back(start + *std::ranges::max_element(script.work[g]));
    const std::int64_t before = g >= 1 ? std::max(t.over[g], drain_end[g - 1]) : t.over[g];
    drain_end.push_back(before + *std::ranges::max_element(script.drain[g]));
  }
  t.end = drain_end.back();
  return t;
}

/// One PE of the script, with its PPU: reports to whichever sequencer commands.
class ScriptedPe : public sc_core::sc_module {
 public:
  memory::WireIn<PeCommand> command{"command"};
  memory::WireOut<FinishReport> finish{"finish"};
  memory::WireIn<DrainCommand> drain{"drain"};
  memory::WireOut<DrainReport> drained{"drained"};
  memory::WireIn<OutputCommand> output{"output"};
  memory::WireOut<OutputReport> output_report{"output_report"};

  /// \param clock  null: answers each command with a time; else works cycle by cycle
  ScriptedPe(const sc_core::sc_module_name& name, std::size_t number, const Script& script,
             sc_core::sc_clock* clock)
      : sc_core::sc_module(name), number_(number), script_(script) {
    SC_HAS_PROCESS(ScriptedPe);
    SC_METHOD(respond);
    sensitive << output;
    dont_initialize();
    if (clock != nullptr) {
      SC_METHOD(tick);
      sensitive << clock->posedge_event();
      dont_initialize();
      return;
    }
    SC_METHOD(answer_command);
    sensitive << command;
    dont_initialize();
    SC_METHOD(answer_drain);
    sensitive << drain;
    dont_initialize();
  }

 private:
  [[nodiscard]] std::int64_t work(std::int64_t g) const {
    return script_.work[static_cast<std::size_t>(g)][number_];
  }
  [[nodiscard]] std::int64_t drain_time(std::int64_t g) const {
    return script_.drain[static_cast<std::size_t>(g)][number_];
  }
  void answer_command() {
    const PeCommand& c = command->read();
    if (c.phase == ArrayPhase::run) finish->write({c.tile, c.group + 1, c.cycle + work(c.group)});
    if (c.phase == ArrayPhase::drain) finish->write({c.tile, c.group + 2, 0});
  }
  void answer_drain() {
    const DrainCommand& c = drain->read();
    if (c.job != nullptr) drained->write({c.tile, c.group + 1, drain_time(c.group)});
  }
  void tick() {
    const PeCommand& c = command->read();
    if (c.phase == ArrayPhase::run) {
      if (c.tile != tile_ || c.group != group_) worked_ = 0, tile_ = c.tile, group_ = c.group;
      if (++worked_ == work(group_)) finish->write({tile_, group_ + 1, 0});
    }
    const DrainCommand& d = drain->read();
    if (d.group < 0) return;
    if (d.tile != drain_tile_ || d.group != drain_group_)
      drained_ = 0, drain_tile_ = d.tile, drain_group_ = d.group;
    if (++drained_ == drain_time(drain_group_))
      drained->write({drain_tile_, drain_group_ + 1, drained_});
  }
  void respond() {
    const OutputCommand& c = output->read();
    const auto n = static_cast<std::uint64_t>(number_);
    if (c.stage == OutputStage::measure)
      output_report->write({c.stage, 2.0 * static_cast<double>(n), n, 0});
    if (c.stage == OutputStage::compress) output_report->write({c.stage, 0.0, 0, 10 * n});
  }

  std::size_t number_;
  const Script& script_;
  std::uint64_t tile_ = 0, drain_tile_ = 0;
  std::int64_t group_ = -1, drain_group_ = -1, worked_ = 0, drained_ = 0;
};

/// A sequencer of either engine with its wires and scripted PEs; everything it commands
/// is kept.
struct SequencerBench {
  memory::Architecture arch;
  workloads::QuantisedLayer layer;
  sim::LayerJob job;
  Script script;
  Clock clock;
  memory::Failures failures;
  pe::Workers workers{1};
  pe::Rehearsal rehearsal{workers};
  memory::Wire<memory::StreamCommand> stream{"stream"};
  memory::Wire<PeCommand> command{"command"};
  memory::Wire<DrainCommand> drain{"drain"};
  memory::Wire<OutputCommand> output{"output"};
  std::deque<memory::Wire<FinishReport>> finish;
  std::deque<memory::Wire<DrainReport>> drained;
  std::deque<memory::Wire<OutputReport>> reports;
  std::unique_ptr<sim::Sequencer> sequencer;
  std::deque<ScriptedPe> pes;
  std::vector<PeCommand> commands;
  std::vector<DrainCommand> drains;
  std::vector<OutputCommand> outputs;
  std::vector<memory::StreamCommand> streams;
  OnEvent keep_commands{"keep_commands", command.default_event(),
                        [this] { commands.push_back(command.read()); }};
  OnEvent keep_drains{"keep_drains", drain.default_event(),
                      [this] { drains.push_back(drain.read()); }};
  OnEvent keep_outputs{"keep_outputs", output.default_event(),
                       [this] { outputs.push_back(output.read()); }};
  OnEvent keep_streams{"keep_streams", stream.default_event(),
                       [this] { streams.push_back(stream.read()); }};

  SequencerBench(memory::Engine engine, const memory::Architecture& a, workloads::QuantisedLayer l,
                 Script s, bool values = true)
      : arch(a), layer(std::move(l)), job(layer, arch, values), script(std::move(s)) {
    if (engine == memory::Engine::clocked) {
      auto clocked =
          std::make_unique<sim::ClockedSequencer>("sequencer", arch, FaultPlan{}, failures);
      clocked->clock(clock);
      sequencer = std::move(clocked);
    } else {
      sequencer = std::make_unique<sim::DecoupledSequencer>("sequencer", arch, FaultPlan{}, workers,
                                                            rehearsal, failures);
    }
    sequencer->stream(stream);
    sequencer->command(command);
    sequencer->drain(drain);
    sequencer->output(output);
    for (std::size_t p = 0; p < kPes; ++p) add(p, engine);
  }
  void add(std::size_t p, memory::Engine engine) {
    const std::string n = std::to_string(p);
    finish.emplace_back(("finish" + n).c_str());
    drained.emplace_back(("drained" + n).c_str());
    reports.emplace_back(("report" + n).c_str());
    const bool clocked = engine == memory::Engine::clocked;
    ScriptedPe& pe = pes.emplace_back(("pe" + n).c_str(), p, script, clocked ? &clock : nullptr);
    pe.command(command);
    pe.finish(finish.back());
    pe.drain(drain);
    pe.drained(drained.back());
    pe.output(output);
    pe.output_report(reports.back());
    sequencer->finish[p](finish.back());
    sequencer->drained[p](drained.back());
    sequencer->output_reports[p](reports.back());
  }
  /// Runs the layer to its end.
  const sim::LayerTiming& run() {
    sequencer->start(job);
    CHECK_FALSE(sequencer->done());
    sc_core::sc_start();
    failures.rethrow_if_any();
    REQUIRE(sequencer->done());
    return sequencer->timing();
  }
};

memory::Architecture three_pes() {
  memory::Architecture a;
  a.pe_rows = 1;
  a.pe_cols = kPes;
  a.kc = 1;
  return a;
}

/// A layer of one K-group per filter that reaches outputs from every PE.
workloads::QuantisedLayer layer_of(std::int64_t filters, std::int64_t groups = 1) {
  const LayerShape s{.C = groups, .H = 2, .W = 6, .K = filters * groups, .groups = groups};
  return make_layer(s, std::vector<std::int16_t>(static_cast<std::size_t>(s.K), 1),
                    std::vector<std::int16_t>(static_cast<std::size_t>(12 * groups), 1));
}

void check_one_tile(memory::Engine engine, std::int64_t seed) {
  Draw draw(seed, "script");
  const std::int64_t groups = draw.between(1, 12);
  const Script script = random_script(draw, groups);
  const Times expected = times_by_rule(script);
  SequencerBench bench(engine, three_pes(), layer_of(groups), script);
  const sim::LayerTiming& timing = bench.run();
  CHECK(timing.compute_cycles == expected.end);
  std::int64_t group = 0;
  for (const PeCommand& c : bench.commands) {
    if (c.phase != ArrayPhase::run) continue;
    const auto g = static_cast<std::size_t>(group);
    CHECK(c.group == group);
    CHECK(c.cycle == expected.start[g]);
    if (engine == memory::Engine::decoupled && g > 0) CHECK(c.barrier == expected.over[g - 1]);
    ++group;
  }
  CHECK(group == groups);
  CHECK(std::ssize(bench.drains) == groups);
  for (std::int64_t g = 0; g < groups; ++g)
    CHECK(bench.drains[static_cast<std::size_t>(g)].group == g);
}

}  // namespace

TEST_CASE("The decoupled sequencer starts groups when array and buffer are free") {
  check_one_tile(memory::Engine::decoupled, 1);
}
TEST_CASE("The decoupled sequencer starts groups so under another script") {
  check_one_tile(memory::Engine::decoupled, 2);
}
TEST_CASE("The decoupled sequencer starts groups so under a third script") {
  check_one_tile(memory::Engine::decoupled, 3);
}
TEST_CASE("The clocked sequencer starts groups when array and buffer are free") {
  check_one_tile(memory::Engine::clocked, 1);
}
TEST_CASE("The clocked sequencer starts groups so under another script") {
  check_one_tile(memory::Engine::clocked, 2);
}
TEST_CASE("The clocked sequencer starts groups so under a third script") {
  check_one_tile(memory::Engine::clocked, 3);
}

TEST_CASE("The clocked sequencer tells the array when a group waits for its buffer") {
  // Short groups, a long first drain: group 2 needs the buffer of group 0.
  Script script;
  for (std::int64_t drain : {50, 1, 1}) {
    script.work.push_back({2, 3, 1});
    script.drain.push_back({1, drain, 1});
  }
  SequencerBench bench(memory::Engine::clocked, three_pes(), layer_of(3), script);
  const sim::LayerTiming& timing = bench.run();
  // Over at 3 and 6; drained at 53, so group 2 runs in [53, 56) and drains until 57.
  CHECK(timing.compute_cycles == 57);
  std::vector<std::pair<ArrayPhase, std::int64_t>> phases;
  for (const PeCommand& c : bench.commands) phases.emplace_back(c.phase, c.cycle);
  const std::vector<std::pair<ArrayPhase, std::int64_t>> expected{
      {ArrayPhase::run, 0},  {ArrayPhase::run, 3},    {ArrayPhase::buffer_wait, 6},
      {ArrayPhase::run, 53}, {ArrayPhase::drain, 56}, {ArrayPhase::idle, 57}};
  CHECK(phases == expected);
}

TEST_CASE("The decoupled sequencer adds the cycles of convolution groups, each with a stream") {
  const Script script = [] {
    Draw draw(9, "script");
    return random_script(draw, 2);
  }();
  SequencerBench bench(memory::Engine::decoupled, three_pes(), layer_of(2, 3), script);
  CHECK(bench.run().compute_cycles == 3 * times_by_rule(script).end);
  REQUIRE(bench.streams.size() == 3);
  for (std::size_t n = 0; n < 3; ++n) {
    CHECK(bench.streams[n].tile == n + 1);
    CHECK(bench.streams[n].stream == bench.job.tiles()[n].stream);
  }
}

TEST_CASE("The clocked sequencer adds the cycles of convolution groups and ends the supply") {
  const Script script = [] {
    Draw draw(9, "script");
    return random_script(draw, 2);
  }();
  SequencerBench bench(memory::Engine::clocked, three_pes(), layer_of(2, 3), script);
  CHECK(bench.run().compute_cycles == 3 * times_by_rule(script).end);
  REQUIRE(bench.streams.size() == 4);
  CHECK(bench.streams[2].stream == bench.job.tiles()[2].stream);
  CHECK(bench.streams[3].stream == nullptr);
}

TEST_CASE("The sequencer collects outputs in three stages, with one scale for the layer") {
  Script script;
  script.work.push_back({1, 2, 3});
  script.drain.push_back({1, 1, 1});
  SequencerBench bench(memory::Engine::decoupled, three_pes(), layer_of(1), script);
  const sim::LayerTiming& timing = bench.run();
  REQUIRE(bench.outputs.size() == 3);
  CHECK(bench.outputs[0].stage == OutputStage::begin);
  CHECK(bench.outputs[1].stage == OutputStage::measure);
  CHECK(bench.outputs[2].stage == OutputStage::compress);
  CHECK(bench.outputs[2].scale == 4.0 / 32767.0);  // the largest peak is PE 2's
  CHECK(timing.overflows == 0 + 1 + 2);
  CHECK(timing.output_stored == 30);
  CHECK(timing.output_fullest == 20);
}

TEST_CASE("Without values the sequencer asks for no outputs") {
  Script script;
  script.work.push_back({1, 2, 3});
  script.drain.push_back({1, 1, 1});
  SequencerBench bench(memory::Engine::clocked, three_pes(), layer_of(1), script, false);
  CHECK(bench.run().compute_cycles == 4);
  CHECK(bench.outputs.size() == 1);
}
