// A machine with one faulty unit must not pass: every kind of fault, in every PE, on both
// engines, each in a process of its own that ends as the program would.
#include <catch2/catch.hpp>
#include <regex>
#include <sstream>

#include "sim/run.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/one_layer.hpp"
#include "tests/support/random_layer.hpp"
#include "tools/exit_status.hpp"

using namespace scnn;
using namespace scnn::test;
using memory::Engine;
using pe::FaultKind;
using pe::FaultPlan;

namespace {

constexpr std::int64_t kPes = 4;

struct Variant {
  const char* name;
  memory::Bypass bypass;
  std::int64_t queue_threshold;
};
constexpr Variant kVariants[] = {{"no bypass", memory::Bypass::none, 4},
                                 {"step bypass", memory::Bypass::step, 0}};

memory::Architecture array(const Variant& variant) {
  memory::Architecture a;
  a.pe_rows = a.pe_cols = 2;
  a.kc = 4;
  a.accumulator.bypass = variant.bypass;
  a.accumulator.queue_threshold = variant.queue_threshold;
  return a;
}

/// Three K-groups with halos between all PEs. PE `slow` has by far the most to do, so that
/// its barrier matters.
workloads::QuantisedLayer layer_with_slow(std::int64_t slow) {
  Draw draw(1, "faults");
  const LayerShape s{.C = 3,
                     .H = 8,
                     .W = 8,
                     .K = 12,
                     .R = 3,
                     .S = 3,
                     .pad_top = 1,
                     .pad_bottom = 1,
                     .pad_left = 1,
                     .pad_right = 1};
  auto layer = make_layer(s, {}, {}, "conv");
  layer.weights = random_tensor(draw, {12, 3, 3, 3}, 70, 8);
  layer.input = random_tensor(draw, {1, 3, 8, 8}, 30, 8);
  for (std::int64_t c = 0; c < s.C; ++c)
    for (std::int64_t y = 0; y < 4; ++y)
      for (std::int64_t x = 0; x < 4; ++x)
        layer.input.at(c, slow / 2 * 4 + y, slow % 2 * 4 + x) = 7;
  return layer;
}

/// Runs the layer with a fault. \return the program's exit status and message
Child::Result run(Engine engine, const Variant& variant, const FaultPlan& fault) {
  Child child(
      [&](std::FILE* to) {
        std::ostringstream message;
        int status = cli::kDone;
        try {
          sim::RunOptions options;
          options.engine = engine;
          options.fault = fault;
          sim::Machine machine(array(variant), options);
          (void)machine.run(layer_with_slow(fault.pe % kPes), true);
        } catch (...) {
          status = cli::exit_status(std::current_exception(), message);
        }
        std::fputs(message.str().c_str(), to);
        return status;
      },
      60);
  return child.wait();
}

const char* name_of(Engine engine) { return engine == Engine::clocked ? "clocked" : "decoupled"; }

/// Every PE, engine and variant with one kind of fault.
template <class Check>
void on_every_machine(FaultKind kind, Check&& check) {
  for (Engine engine : {Engine::clocked, Engine::decoupled})
    for (const Variant& variant : kVariants)
      for (std::int64_t pe = 0; pe < kPes; ++pe) {
        const auto result = run(engine, variant, {kind, pe});
        INFO(name_of(engine) << ", " << variant.name << ", PE " << pe << ": status "
                             << result.status << ", " << result.output);
        check(result);
      }
}

/// The values are wrong, and the message says where.
void check_wrong_values(const Child::Result& result) {
  CHECK(result.status == cli::kWrongOutput);
  const std::regex where(
      "scnn: error: layer conv: output \\[k=\\d+\\]\\[oy=\\d+\\]\\[ox=\\d+\\] of PE \\d "
      "accumulated -?\\d+, the reference convolution gives -?\\d+\n");
  CHECK(std::regex_match(result.output, where));
}

}  // namespace

TEST_CASE("A machine without a fault passes") {
  on_every_machine(FaultKind::none, [](const auto& result) {
    CHECK(result.status == cli::kDone);
    CHECK(result.output.empty());
  });
}

TEST_CASE("A dropped product is found") {
  on_every_machine(FaultKind::drop_product, check_wrong_values);
}

TEST_CASE("An update sent to the wrong accumulator entry is found") {
  on_every_machine(FaultKind::wrong_entry, check_wrong_values);
}

TEST_CASE("A lost halo is found") { on_every_machine(FaultKind::lose_halo, check_wrong_values); }

TEST_CASE("A barrier that does not wait for its slowest PE is found") {
  on_every_machine(FaultKind::skip_barrier, [](const auto& result) {
    CHECK((result.status == cli::kFailed || result.status == cli::kWrongOutput));
    CHECK_FALSE(result.output.empty());
  });
}

TEST_CASE("A fault planned for a PE that the array does not have does nothing") {
  for (Engine engine : {Engine::clocked, Engine::decoupled})
    CHECK(run(engine, kVariants[0], {FaultKind::drop_product, kPes}).status == cli::kDone);
}
