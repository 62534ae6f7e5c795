#include "tools/progress.hpp"

#include <catch2/catch.hpp>
#include <sstream>
#include <thread>

#include "tools/table.hpp"

using namespace scnn::cli;
using namespace std::chrono_literals;

namespace {

const Advance kThird{.doing = "running",
                     .at = "conv4_block24_expanded",
                     .step = 3,
                     .steps = 120,
                     .share = 0.5,
                     .elapsed = 12.4,
                     .left = 17.2};

/// What a console's messages hold after some work.
template <class Work>
std::string told(bool terminal, bool quiet, Work&& work) {
  std::ostringstream out, err;
  const Console console{.out = out, .err = err, .terminal = terminal, .quiet = quiet};
  work(console);
  return err.str();
}

}  // namespace

TEST_CASE("Time left is in proportion to what is left, and unknown as long as nothing is done") {
  CHECK(seconds_left(3.0, 2.0, 4.0) == 6.0);
  CHECK(seconds_left(3.0, 2.0, 0.0) == 0.0);
  CHECK(seconds_left(3.0, 0.0, 4.0) == std::nullopt);
}

TEST_CASE("A bar shows share, step, name and time") {
  CHECK(bar_text(kThird, 100) ==
        "running [############            ] 3/120 conv4_block24_expanded  12 s, 18 s left");
  Advance first = kThird;
  first.left.reset();
  CHECK(bar_text(first, 100).ends_with("conv4_block24_expanded  12 s"));
}

TEST_CASE("A narrow terminal gets a shorter bar, then a shorter name, then neither") {
  CHECK(bar_text(kThird, 70).starts_with("running [######       ] 3/120 conv4_block24_expanded"));
  CHECK(bar_text(kThird, 51) == "running [####    ] 3/120 con..ded  12 s, 18 s left");
  CHECK(bar_text(kThird, 40) == "running 3/120 con..ded  12 s, 18 s left");
  CHECK(bar_text(kThird, 35) == "running 3/120  12 s, 18 s left");
  for (int width = 1; width < 120; ++width) {
    CAPTURE(width);
    CHECK(display_width(bar_text(kThird, width)) < static_cast<std::size_t>(std::max(width, 2)));
  }
}

TEST_CASE("A line says the same in words") {
  CHECK(line_text(kThird) ==
        "scnn: running conv4_block24_expanded (3 of 120): 50 %, 12 s, about 18 s left");
  Advance parallel = kThird;
  parallel.at = "";
  parallel.elapsed = 7'300;
  parallel.left = 600;
  CHECK(line_text(parallel) == "scnn: running (3 of 120): 50 %, 2.0 h, about 10 min left");
}

TEST_CASE("Work that is short or quiet tells nothing") {
  const auto steps = [](const Console& console) {
    Progress progress(console, "running", {1.0, 1.0});
    progress.step("a");
    progress.step("b");
  };
  CHECK(told(true, false, steps).empty());
  CHECK(told(false, false, steps).empty());
  const auto long_steps = [](const Console& console) {
    Progress progress(console, "running", {1.0, 1.0});
    progress.step("a");
    std::this_thread::sleep_for(Progress::kBarDelay + 200ms);
  };
  CHECK(told(true, true, long_steps).empty());
  CHECK(told(false, false, long_steps).empty());
  CHECK_FALSE(told(true, false, long_steps).empty());
}

TEST_CASE("The clock is looked at by a thread, or by the caller where there is to be none") {
  const auto told_by = [](Progress::Clock clock, bool ticks) {
    return told(true, false, [&](const Console& console) {
      Progress progress(console, "sweeping", {1.0, 3.0}, clock);
      progress.begun("alexnet");
      progress.finished(1.0);
      std::this_thread::sleep_for(Progress::kBarDelay + 200ms);
      if (ticks) progress.tick();
    });
  };
  CHECK(told_by(Progress::Clock::caller, false).empty());
  for (const std::string& text :
       {told_by(Progress::Clock::caller, true), told_by(Progress::Clock::thread, false)}) {
    CAPTURE(text);
    CHECK(text.starts_with("\rsweeping [######                  ] 1/2 alexnet  "));
    CHECK(text.ends_with("\r\x1b[K"));
    CHECK(text.find('\n') == text.npos);
  }
}
