//===- main.cpp - shard-run ---------------------------------------------------------===//

#include "Options.h"

using namespace shardrt;

int main(int argc, char **argv) {
  try {
    std::optional<JobOptions> options = parseOptions(argc, argv);
    return static_cast<int>(options ? runJob(*options) : Exit::Done);
  } catch (const Error &error) {
    printError(error);
    return static_cast<int>(error.exit);
  }
}
