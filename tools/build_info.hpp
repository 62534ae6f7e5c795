/// What this program is, for `--version` and the provenance of results.
#pragma once

#include <string_view>

namespace scnn::cli {

[[nodiscard]] std::string_view version();
/// Forty hexadecimal digits, with `-dirty` where sources differed from the commit;
/// `unknown` when built outside git.
[[nodiscard]] std::string_view git_commit();
/// Compiler, its version and the kind of build: `GNU 12.2.0, Release`.
[[nodiscard]] std::string_view compiler();

}  // namespace scnn::cli
