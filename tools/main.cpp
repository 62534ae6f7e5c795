#include "tools/cli.hpp"

int main(int argc, char** argv) { return scnn::cli::main(argc, argv); }
