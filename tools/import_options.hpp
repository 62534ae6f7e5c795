/// Options with which a command takes files that frameworks wrote.
#pragma once

#include <memory>
#include <vector>

#include "tools/options.hpp"
#include "workloads/import/imported_network.hpp"

namespace scnn::cli {

/// Opens what `--OPTION` names, with --format, --topology, --input-shape and, where the
/// command has it, --activations; says on `console` which layers were left out.
/// \throws InputError
[[nodiscard]] std::unique_ptr<workloads::NetworkSource> open_import(std::string_view option,
                                                                    const Arguments& arguments,
                                                                    const Console& console);

/// --format, --topology and --input-shape, for a command's help.
[[nodiscard]] std::vector<OptionHelp> import_options();

}  // namespace scnn::cli
