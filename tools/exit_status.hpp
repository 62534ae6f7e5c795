/// What the process tells its caller (docs/formats.md, exit statuses).
#pragma once

#include <exception>
#include <iosfwd>

namespace scnn::cli {

inline constexpr int kDone = 0;
inline constexpr int kFailed = 1;           ///< disk full, internal error
inline constexpr int kBadInput = 2;         ///< wrong usage or bad input
inline constexpr int kWrongOutput = 3;      ///< simulated output differs from the reference
inline constexpr int kDifferent = 4;        ///< a comparison of results found a difference
inline constexpr int kSweepIncomplete = 5;  ///< some points of a sweep are missing
inline constexpr int kSignalStatus = 128;   ///< plus the number of the signal: 130 for Ctrl-C

/// Writes one line, `scnn: error: ...`, and returns the status that goes with the exception.
/// An internal error's line is followed by the state it was found in.
[[nodiscard]] int exit_status(const std::exception_ptr& error, std::ostream& err);

}  // namespace scnn::cli
