/// What the benches of the module tests share: a clock, and actions around its edges.
#pragma once

#include <cstdint>
#include <functional>
#include <systemc>
#include <utility>

namespace scnn::test {

/// A clock of one cycle per nanosecond: cycle n rises at n + 1/4 ns and falls at n + 3/4,
/// so that whole nanoseconds lie between cycles.
class Clock : public sc_core::sc_clock {
 public:
  explicit Clock(const char* name = "clock")
      : sc_core::sc_clock(name, 1, sc_core::SC_NS, 0.5, 0.25, sc_core::SC_NS, true) {}
};

/// Calls a function at every edge of one kind, with the number of the cycle: at a rising
/// edge of the cycle that begins, at a falling edge of the one that comes next.
class AtEdge : public sc_core::sc_module {
 public:
  enum class Edge { rising, falling };

  AtEdge(const sc_core::sc_module_name& name, sc_core::sc_clock& clock, Edge edge,
         std::function<void(std::int64_t)> action)
      : sc_core::sc_module(name), cycle_(edge == Edge::rising ? 0 : 1), action_(std::move(action)) {
    SC_HAS_PROCESS(AtEdge);
    SC_METHOD(tick);
    sensitive << (edge == Edge::rising ? clock.posedge_event() : clock.negedge_event());
    dont_initialize();
  }

 private:
  void tick() { action_(cycle_++); }

  std::int64_t cycle_;
  std::function<void(std::int64_t)> action_;
};

/// Calls a function whenever an event occurs.
class OnEvent : public sc_core::sc_module {
 public:
  OnEvent(const sc_core::sc_module_name& name, const sc_core::sc_event& event,
          std::function<void()> action)
      : sc_core::sc_module(name), action_(std::move(action)) {
    SC_HAS_PROCESS(OnEvent);
    SC_METHOD(react);
    sensitive << event;
    dont_initialize();
  }

 private:
  void react() { action_(); }

  std::function<void()> action_;
};

/// Lets the given number of cycles pass.
inline void run_cycles(std::int64_t cycles) {
  sc_core::sc_start(static_cast<double>(cycles), sc_core::SC_NS);
}

}  // namespace scnn::test
