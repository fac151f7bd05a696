//===- CudaRun.h - Programs for a GPU, run on the stubs ------------------------------------===//
#ifndef SHARDRT_TEST_CUDARUN_H
#define SHARDRT_TEST_CUDARUN_H

#include "Process.h"
#include "Training.h"

#include <gtest/gtest.h>

namespace shardrt::test {

class CudaRun : public ::testing::Test {
protected:
  using Environment = std::vector<std::pair<std::string, std::string>>;

  Folder folder;
  std::string tokens = folder / "tokens.bin", metrics = folder / "metrics", log = folder / "log";

  void SetUp() override { writeFile(tokens, makeBigramTokens()); }

  /// Runs a program for 12 steps; `stub` is what CUDA_STUB says.
  Ended run(const std::string &name, const std::string &stub = "", const Environment &more = {}) {
    Environment environment = {{"LD_LIBRARY_PATH", STUBS}, {"CUDA_STUB", stub}, {"CUDA_STUB_LOG", log}};
    environment.insert(environment.end(), more.begin(), more.end());
    return shardRun({std::string(PROGRAMS) + "/" + name + ".shard", "--tokens", tokens, "--seed", "7", "--steps", "12",
                     "--metrics", metrics},
                    environment);
  }
};

} // namespace shardrt::test
#endif
