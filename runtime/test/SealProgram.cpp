//===- SealProgram.cpp - Makes a shared object a program file --------------------------------===//
//
// usage: seal-program FILE; writes the seal behind a program by hand, as shardc does behind those that it links.
//
//===------------------------------------------------------------------------===//

#include "program/Error.h"
#include "program/Seal.h"

#include <fstream>

using namespace shardrt;

int main(int argc, char **argv) {
  try {
    if (argc != 2)
      fail(Exit::Usage, "usage: seal-program FILE");
    InputFile file(argv[1]);
    shardrt_seal seal = makeSeal(file, file.size());
    std::ofstream stream(argv[1], std::ios::binary | std::ios::app);
    if (!stream.write(reinterpret_cast<const char *>(&seal), sizeof seal).flush())
      fail(Exit::Disk, "{}: cannot be written", argv[1]);
    return 0;
  } catch (const Error &error) {
    fmt::print(stderr, "seal-program: error: {}\n", error.what());
    return static_cast<int>(error.exit);
  }
}
