/// Carries an exception out of a SystemC process, which would flatten its type.
#pragma once

#include <exception>
#include <systemc>

namespace scnn::memory {

/// The first exception any process of the accelerator threw.
class Failures {
 public:
  /// Runs a process body; on an exception keeps it and asks the kernel to pause.
  template <class Body>
  void guard(Body&& body) {
    if (first_) return;
    try {
      body();
    } catch (...) {
      first_ = std::current_exception();
      sc_core::sc_pause();
    }
  }
  void rethrow_if_any() const {
    if (first_) std::rethrow_exception(first_);
  }

 private:
  std::exception_ptr first_;
};

}  // namespace scnn::memory
