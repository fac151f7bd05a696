//===- TokensTest.cpp - Token files of all kinds ---------------------------------------------===//

#include "files/Tokens.h"
#include "Checkpoints.h"

#include <sys/stat.h>
#include <unistd.h>

using namespace shardrt;
using namespace shardrt::test;

namespace {

class TokensTest : public ::testing::Test {
protected:
  Folder folder;
  std::string path = folder / "tokens.bin";

  /// Writes tokens behind llm.c's header, or without one. Returns the name to open the file by.
  template <typename Token> std::string write(const std::vector<Token> &tokens, std::vector<int32_t> header = {}) {
    bool raw = header.empty();
    header.resize(raw ? 0 : 256);
    writeFile(path, bytesOf(header) + bytesOf(tokens));
    return raw ? fmt::format("raw{}:{}", 8 * sizeof(Token), path) : path;
  }
  static std::vector<uint16_t> count(uint16_t size) {
    std::vector<uint16_t> tokens;
    for (uint16_t i = 0; i < size; ++i)
      tokens.push_back(i);
    return tokens;
  }
  std::string refuse(int64_t sequenceLength, int64_t vocabSize, const std::string &prefix = "raw16:") {
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

TEST_F(TokensTest, ReadsTokensOf32Bits) {
  std::vector<uint32_t> wide = {0, 65536, 128255, 1, 2, 3};
  for (const std::string &name : {write(wide), write(wide, {20240801, 7, 6})}) {
    write(wide, name == path ? std::vector<int32_t>{20240801, 7, 6} : std::vector<int32_t>{});
    TokenFile file(name, 4, 128256);
    EXPECT_EQ(file.size(), 6);
    int32_t tokens[4], targets[4];
    file.readSample(0, tokens, targets);
    EXPECT_EQ(std::vector<int32_t>(tokens, tokens + 4), (std::vector<int32_t>{0, 65536, 128255, 1}));
    EXPECT_EQ(std::vector<int32_t>(targets, targets + 4), (std::vector<int32_t>{65536, 128255, 1, 2}));
  }
}

TEST_F(TokensTest, RefusesBareFilesWithoutHeader) {
  auto sentence = [&](const std::string &beginning) {
    return fmt::format(
        "{0}: expected llm.c's header, whose first word is 20240520 (tokens of 16 bits) or 20240801 (of 32 "
        "bits), but {1}; a file of little-endian tokens without a header is raw16:{0} or raw32:{0}, and "
        "the bytes of text:{0} are tokens",
        path, beginning);
  };
  write(std::vector<uint16_t>{5, 0, 7, 300, 1, 2, 3, 4, 5, 6});
  EXPECT_EQ(refuse(4, 65536, ""),
            sentence("its first bytes are 05 00 00 00 07 00 2c 01 01 00 02 00 03 00 04 00, as tokens "
                     "of 16 bits 5 0 7 300 1 2 3 4, of 32 bits 5 19660807 131073 262147"));
  writeFile(path, "Call me\nI");
  EXPECT_EQ(refuse(1, 256, ""), sentence("its first bytes are 43 61 6c 6c 20 6d 65 0a 49, which is text"));
  writeFile(path, "");
  EXPECT_EQ(refuse(1, 256, ""), sentence("the file is empty"));
}

TEST_F(TokensTest, RefusesHeadersThatDoNotFit) {
  std::vector<uint32_t> wide(10);
  write(wide, {20240801, 1, 10});
  EXPECT_EQ(refuse(4, 256, ""), path + ": version of the header is 1, expected 7");
  write(count(10), {20240801, 7, 10});
  EXPECT_EQ(refuse(4, 256, ""), path + ": the header says 10 tokens, the file has 20 bytes of them");
  write(std::vector<int32_t>{20240801, 7, 10});
  EXPECT_EQ(refuse(4, 256, ""), path + ": 12 bytes, expected at least the 1024 of the header that it begins with "
                                       "(20240801): the file is truncated");
  write(wide, {20240801, 7, 10});
  for (const char *prefix : {"raw16:", "raw32:", "text:"})
    EXPECT_EQ(refuse(4, 65536, prefix),
              fmt::format("{}: begins with llm.c's header, which {} would take for tokens: name "
                          "the file without it",
                          path, prefix));
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
  EXPECT_EQ(refuse(4, 9000, ""), path + ": token 8888 is 9001, expected less than the vocabulary's 9000");
  write(std::vector<uint32_t>{1, 2, 3, 4, 5, 128256, 7});
  EXPECT_EQ(refuse(4, 128256, "raw32:"), path + ": token 5 is 128256, expected less than the vocabulary's 128256");
  write(std::vector<uint32_t>{1, 2, 3, 4, 5, 0x80000000u, 7});
  EXPECT_EQ(refuse(4, 128256, "raw32:"), path + ": token 5 is 2147483648, expected less than the vocabulary's 128256");
}

TEST_F(TokensTest, RefusesMalformedFiles) {
  EXPECT_EQ(refuse(4, 256), path + ": No such file or directory");
  writeFile(path, "odd");
  EXPECT_EQ(refuse(1, 65536), path + ": 3 bytes, expected a multiple of 2: a token has 2");
  EXPECT_EQ(refuse(1, 65536, "raw32:"), path + ": 3 bytes, expected a multiple of 4: a token has 4");
  write(count(10), {20240520, 2, 10});
  EXPECT_EQ(refuse(4, 256, ""), path + ": version of the header is 2, expected 1");
  for (int32_t said : {11, 9, -10}) {
    write(count(10), {20240520, 1, said});
    EXPECT_EQ(refuse(4, 256, ""),
              path + ": the header says " + std::to_string(said) + " tokens, the file has 20 bytes of them");
  }
  writeFile(path, "");
  EXPECT_EQ(refuse(1, 256), path + ": 0 tokens, sequence_length 1 needs at least 3");
}

TEST_F(TokensTest, RefusesWhatIsNoRegularFile) {
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  for (const std::string &other : {path, folder.path, std::string("/dev/zero")}) {
    path = other;
    for (const char *prefix : {"", "raw16:", "text:"})
      EXPECT_EQ(refuse(1, 256, prefix), path + ": not a regular file");
  }
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
