/// Architecture files: JSON with what differs from the defaults (docs/formats.md).
///
/// Accepted values: pe_rows, pe_cols 1 to 1024 with at most 4096 PEs; F, I 1 to 64; kc 1 to
/// 65536; weight_bits, activation_bits 2 to 16; accumulator_bits 2 to 63; index_bits 1 to 16;
/// banks 1 to 4096; queue_threshold 0 to 65535; iaram_bytes, oaram_bytes 0 to 2^40;
/// latency_cycles 0 to 2^30; entries_per_bank, weight_fifo_entries,
/// broadcast_entries_per_cycle, bytes_per_cycle and both ppu rates 1 to 2^30; clock_ghz any
/// finite number above 0. sim/architecture_fields.hpp declares them.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "memory/architecture.hpp"
#include "workloads/json_place.hpp"

namespace scnn::sim {

/// Reads and resolves an architecture file.
/// \throws InputError `FILE#/pointer: found, expected` for unknown, repeated or
///         mistyped keys and for impossible values
[[nodiscard]] memory::Architecture read_architecture(const std::filesystem::path& path);

/// Resolves an object that was already parsed; `where` replaces FILE in messages.
[[nodiscard]] memory::Architecture resolve_architecture(const nlohmann::ordered_json& object,
                                                        const std::string& where);

/// The same for an object inside of a document.
[[nodiscard]] memory::Architecture resolve_architecture(const nlohmann::ordered_json& object,
                                                        const workloads::JsonPlace& place);

/// Throws InputError at `where` when a value is impossible; every resolved
/// architecture has passed this.
void validate(const memory::Architecture& arch, const std::string& where);

/// Every name that a choice among names may take: `none`, `shrink-kc`.
[[nodiscard]] std::vector<std::string> choice_names();

/// The resolved architecture as an object that `resolve_architecture` takes back.
[[nodiscard]] nlohmann::ordered_json to_json(const memory::Architecture& arch);

}  // namespace scnn::sim
