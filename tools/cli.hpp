/// The program `scnn` but for its `main`.
#pragma once

namespace scnn::cli {

/// Finds the command and runs it. \return the process's exit status
int main(int argc, char** argv);

}  // namespace scnn::cli
