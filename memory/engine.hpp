/// The two ways to run one machine; every module is built for one of them.
#pragma once

#include <cstdint>

namespace scnn::memory {

enum class Engine : std::uint8_t {
  decoupled,  ///< PEs run ahead of the kernel between the points where they meet
  clocked,    ///< every process once per clock edge
};

}  // namespace scnn::memory
