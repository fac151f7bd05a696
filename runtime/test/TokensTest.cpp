//===- TokensTest.cpp - Token files of three kinds -------------------------------------------===//

#include "files/Tokens.h"
#include "Checkpoints.h"

#include <unistd.h>

using namespace shardrt;
using namespace shardrt::test;

namespace {

class TokensTest : public ::testing::Test {
protected:
  Folder folder;
  std::string path = folder / "tokens.bin";

  std::string write(const std::vector<uint16_t> &tokens, const std::vector<int32_t> &header = {}) {
    std::vector<int32_t> words(header.empty() ? 0 : 256);
    std::copy(header.begin(), header.end(), words.begin());
    writeFile(path, bytesOf(words) + bytesOf(tokens));
    return path;
  }
  static std::vector<uint16_t> count(uint16_t size) {
    std::vector<uint16_t> tokens;
    for (uint16_t i = 0; i < size; ++i)
      tokens.push_back(i);
    return tokens;
  }
  std::string refuse(int64_t sequenceLength, int64_t vocabSize, const std::string &prefix = "") {
    return refusal([&] { TokenFile file(prefix + path, sequenceLength, vocabSize); });
  }
};

TEST_F(TokensTest, ReadsSamplesInTheGoldenOrder) {
  TokenFile file(write(count(23)), 4, 23);
  EXPECT_EQ(file.size(), 23);
  for (int64_t sample : {0, 1, 4, 5, 1000, 1 << 30}) {
    int32_t tokens[4], targets[4];
    file.readSample(sample, tokens, targets);
    for (int64_t t = 0; t < 4; ++t) {
      EXPECT_EQ(tokens[t], sample * 4 % (23 - 4 - 1) + t);
      EXPECT_EQ(targets[t], tokens[t] + 1);
    }
  }
}

TEST_F(TokensTest, ReadsHeaderAndText) {
  TokenFile file(write(count(10), {20240520, 1, 10}), 4, 256);
  EXPECT_EQ(file.size(), 10);
  int32_t tokens[4], targets[4];
  file.readSample(1, tokens, targets);
  EXPECT_EQ(tokens[0], 4);
  writeFile(path, "h\xffllo!");
  TokenFile text("text:" + path, 4, 256);
  EXPECT_EQ(text.size(), 6);
  text.readSample(0, tokens, targets);
  EXPECT_EQ(tokens[1], 255);
  EXPECT_EQ(targets[3], 'o');
}

TEST_F(TokensTest, ReadsSequencesLongerThanItsBuffer) {
  std::vector<uint16_t> all = count(60000);
  TokenFile file(write(all), 20000, 60000);
  std::vector<int32_t> tokens(20000), targets(20000);
  file.readSample(1, tokens.data(), targets.data());
  EXPECT_EQ(tokens[19999], 39999);
  EXPECT_EQ(targets[19999], 40000);
  EXPECT_EQ(targets[0], 20001);
}

TEST_F(TokensTest, NeedsTwoTokensMoreThanASequence) {
  write(count(5));
  EXPECT_EQ(refuse(4, 256), path + ": 5 tokens, sequence_length 4 needs at least 6");
  write(count(6));
  EXPECT_EQ(refuse(4, 256), "");
}

TEST_F(TokensTest, RefusesTokensBeyondTheVocabulary) {
  std::vector<uint16_t> tokens = count(9000);
  tokens[8888] = 9001;
  write(tokens);
  EXPECT_EQ(refuse(4, 9000), path + ": token 8888 is 9001, expected less than the vocabulary's 9000");
  write(tokens, {20240520, 1, 9000});
  EXPECT_EQ(refuse(4, 9000), path + ": token 8888 is 9001, expected less than the vocabulary's 9000");
}

TEST_F(TokensTest, RefusesMalformedFiles) {
  EXPECT_EQ(refuse(4, 256), path + ": No such file or directory");
  writeFile(path, "odd");
  EXPECT_EQ(refuse(1, 65536), path + ": 3 bytes, expected an even number: a token has 2");
  write(count(10), {20240520, 2, 10});
  EXPECT_EQ(refuse(4, 256), path + ": version of the header is 2, expected 1");
  for (int32_t said : {11, 9, -10}) {
    write(count(10), {20240520, 1, said});
    EXPECT_EQ(refuse(4, 256),
              path + ": the header says " + std::to_string(said) + " tokens, the file has 20 bytes of them");
  }
  writeFile(path, "");
  EXPECT_EQ(refuse(1, 256), path + ": 0 tokens, sequence_length 1 needs at least 3");
  path = folder.path;
  EXPECT_EQ(refuse(1, 256), path + ": not a regular file");
}

TEST_F(TokensTest, NoticesAFileThatShrinks) {
  TokenFile file(write(count(100)), 4, 256);
  ASSERT_EQ(truncate(path.c_str(), 100), 0);
  int32_t tokens[4], targets[4];
  file.readSample(0, tokens, targets);
  EXPECT_EQ(refusal([&] { file.readSample(20, tokens, targets); }),
            path + ": the file has become shorter since the start");
}

} // namespace
