//===- SealTest.cpp - Program files that are damaged ------------------------------------------===//

#include "program/Seal.h"
#include "Checkpoints.h"
#include "FaultsRun.h"
#include "program/Program.h"

#include <filesystem>
#include <random>
#include <regex>

using namespace shardrt;
using namespace shardrt::test;

namespace {

class SealTest : public FaultsRun {
protected:
  const std::string good = readFile(program), path = folder / "damaged.shard";

  Ended runDamaged(const std::string &bytes) {
    writeFile(path, bytes);
    return shardRun({path, "--tokens", tokens, "--seed", "1"});
  }
};

/// Returns `bytes` with some of them changed, lost, inserted or added at the end, anywhere or, for one in four, in the
/// headers or the seal.
std::string mutate(const std::string &bytes, std::mt19937 &random) {
  auto below = [&](size_t bound) { return static_cast<size_t>(random() % bound); };
  std::string damaged = bytes;
  size_t at = below(bytes.size());
  if (below(4) == 0)
    at = below(2) ? below(1024) : bytes.size() - 1 - below(sizeof(shardrt_seal));
  switch (below(6)) {
  case 0:
    damaged.resize(at);
    break;
  case 1:
    damaged.erase(at, 1 + below(64));
    break;
  case 2:
    damaged.insert(at, 1 + below(64), static_cast<char>(random()));
    break;
  case 3:
    damaged.append(1 + below(64), static_cast<char>(random()));
    break;
  default: // a bit, or several bytes
    for (size_t count = below(2) ? 1 : 1 + below(16); count > 0; --count)
      damaged[(at + below(count)) % damaged.size()] ^= static_cast<char>(1 << below(8));
  }
  return damaged;
}

TEST_F(SealTest, RefusesEveryDamage) {
  std::mt19937 random(1);
  int refused = 0;
  while (refused < 2000) {
    std::string damaged = mutate(good, random);
    if (damaged == good) // two changes of one bit
      continue;
    writeFile(path, damaged);
    ASSERT_NE(refusal([&] { checkSeal(InputFile(path)); }), "") << "mutation " << refused;
    ++refused;
  }
}

TEST_F(SealTest, RefusesBeforeAnythingIsMapped) {
  std::string flipped = good;
  flipped[good.size() / 2] ^= 1;
  Ended ended = runDamaged(flipped);
  expectRefused(ended, 3, "damaged.shard: the file is damaged: its hash is ");
  EXPECT_TRUE(std::regex_search(
      ended.err, std::regex("is ([0-9a-f]{32}), and its end says (?!\\1)[0-9a-f]{32}: compile it again, or copy it")))
      << ended.err;
  for (const std::string &bytes : {good + '\0', good.substr(0, good.size() - 1), good.substr(0, good.size() - 32)})
    expectRefused(runDamaged(bytes), 3,
                  "damaged.shard: not a program file: its last 32 bytes are not a hash as shardc writes it there");
  expectRefused(runDamaged(good.substr(0, 3000)), 3, "it has 3000 bytes, expected at least ");
  std::string headers = good;
  std::fill(headers.begin() + 32, headers.begin() + 60, '\xff'); // where the segments are, and how many
  expectRefused(runDamaged(headers), 3, "damaged.shard: not a program file: ");
  std::mt19937 random(2);
  for (int i = 0; i < 20; ++i)
    EXPECT_EQ(runDamaged(mutate(good, random)).code, 3);
  EXPECT_EQ(runDamaged(good).code, 0);
}

TEST_F(SealTest, TakesFilesOfAnySize) {
  std::string bytes(5 << 20, 'x');
  writeFile(path, bytes);
  shardrt_seal seal = makeSeal(InputFile(path), 5 << 20), again = makeSeal(InputFile(path), (5 << 20) - 1);
  EXPECT_EQ(std::string(seal.magic, 16), SHARDRT_SEAL_MAGIC);
  EXPECT_NE(seal.low, again.low);
  EXPECT_EQ(refusal([&] { makeSeal(InputFile(path), (5 << 20) + 1); }),
            path + ": the file has become shorter while it was read");
}

TEST_F(SealTest, MapsTheFileThatWasChecked) {
  std::filesystem::create_directory(folder / "plain");
  writeFile(path, good);
  Process process({path, "--tokens", tokens, "--seed", "1"}, {{"FAULT", "slow:0:0"}});
  ASSERT_TRUE(process.waitFor("step     1/20"));
  std::filesystem::remove(path);
  writeFile(path, "another file under the name");
  EXPECT_EQ(process.wait().code, 0);
}

} // namespace
