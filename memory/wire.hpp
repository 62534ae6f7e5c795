/// A channel that carries values of any type between modules, with the update
/// semantics of sc_signal: what is written in one delta cycle is read in the next.
///
/// Unlike sc_signal it needs neither comparison nor printing of its type, and every
/// write is an event, equal value or not: a module can wait for the next report.
#pragma once

#include <systemc>
#include <utility>

namespace scnn::memory {

template <class T>
class WireReader : public virtual sc_core::sc_interface {
 public:
  [[nodiscard]] virtual const T& read() const = 0;
};

template <class T>
class WireWriter : public virtual sc_core::sc_interface {
 public:
  virtual void write(const T& value) = 0;
};

template <class T>
class Wire : public sc_core::sc_prim_channel, public WireReader<T>, public WireWriter<T> {
 public:
  explicit Wire(const char* name) : sc_core::sc_prim_channel(name) {}

  [[nodiscard]] const T& read() const override { return current_; }
  void write(const T& value) override {
    next_ = value;
    request_update();
  }
  [[nodiscard]] const sc_core::sc_event& default_event() const override { return written_; }

 private:
  void update() override {
    current_ = next_;
    written_.notify(sc_core::SC_ZERO_TIME);
  }

  T current_{};
  T next_{};
  sc_core::sc_event written_;
};

/// Ports to a wire: the elaboration fails when one is left unbound.
template <class T>
using WireIn = sc_core::sc_port<WireReader<T>>;
template <class T>
using WireOut = sc_core::sc_port<WireWriter<T>>;

}  // namespace scnn::memory
