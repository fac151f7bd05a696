//===- SafetensorsTest.cpp - Headers good and bad ------------------------------------------===//

#include "files/Safetensors.h"
#include "Checkpoints.h"

#include <fcntl.h>
#include <random>
#include <unistd.h>

using namespace shardrt;
using namespace shardrt::test;

namespace {

class SafetensorsTest : public ::testing::Test {
protected:
  Folder folder;
  std::string path = folder / "m.safetensors";

  /// Returns the complaint about a file, without its path.
  std::string refuse(const std::string &bytes) {
    writeFile(path, bytes);
    std::string sentence = refusal([&] { SafetensorsFile file(path); });
    EXPECT_TRUE(sentence.empty() || sentence.starts_with(path + ":")) << sentence;
    return sentence;
  }
  void expectRefusal(const std::string &header, const std::string &data, const std::string &words) {
    EXPECT_NE(refuse(safetensors(header, data)).find(words), std::string::npos) << header << "\n"
                                                                                << refuse(safetensors(header, data));
  }
};

const std::string eight(8, '\1');

TEST_F(SafetensorsTest, ReadsTensorsByRange) {
  writeFile(path, safetensors({{"b", "F32", "[2,1]", bytesOf<float>({1, 2})},
                               {"a", "BOOL", "[3]", "abc"},
                               {"s", "F64", "[]", bytesOf<double>({5})}}));
  SafetensorsFile file(path);
  ASSERT_EQ(file.getTensors().size(), 3u);
  const StoredTensor &b = file.getTensors()[0];
  EXPECT_EQ(b.name, "b");
  EXPECT_EQ(b.type, StoredType::F32);
  EXPECT_EQ(b.shape, (std::vector<int64_t>{2, 1}));
  EXPECT_EQ(file.getTensors()[1].type, StoredType::Other);
  float second;
  file.read(&second, b.begin + 4, 4);
  EXPECT_EQ(second, 2);
  double scalar;
  file.read(&scalar, file.getTensors()[2].begin, 8);
  EXPECT_EQ(scalar, 5);
}

TEST_F(SafetensorsTest, AcceptsMetadataPaddingAndEmptyTensors) {
  EXPECT_EQ(refuse(safetensors("{\"__metadata__\":{\"format\":\"pt\"}}   ", "")), "");
  EXPECT_EQ(refuse(safetensors("{}", "")), "");
  EXPECT_EQ(
      refuse(safetensors(
          R"({"e":{"dtype":"F32","shape":[0,5],"data_offsets":[4,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)"
          R"("f":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}})",
          "1234")),
      "");
}

TEST_F(SafetensorsTest, RefusesBadLengths) {
  EXPECT_NE(refusal([&] { SafetensorsFile file(folder / "absent"); }).find("No such file"), std::string::npos);
  EXPECT_NE(refusal([&] { SafetensorsFile file(folder.path); }).find("not a regular file"), std::string::npos);
  EXPECT_NE(refuse("").find("the file has 0 bytes, a header needs at least 8"), std::string::npos);
  uint64_t length = 100'000'001;
  std::string bytes(16, ' ');
  std::memcpy(bytes.data(), &length, 8);
  EXPECT_NE(refuse(bytes).find("the header has 100000001 bytes, expected at most 100000000"), std::string::npos);
  length = UINT64_MAX;
  std::memcpy(bytes.data(), &length, 8);
  EXPECT_NE(refuse(bytes).find("the header has 18446744073709551615 bytes"), std::string::npos);
  length = 9;
  std::memcpy(bytes.data(), &length, 8);
  EXPECT_NE(refuse(bytes).find("the header has 9 bytes, the file 16: the file is truncated"), std::string::npos);
}

TEST_F(SafetensorsTest, RefusesBadHeaders) {
  expectRefusal(" {}", "", "the header must begin with '{'");
  expectRefusal("[]", "", "the header must begin with '{'");
  expectRefusal("{", "", ":1:2: malformed JSON");
  expectRefusal("{}x", "", "malformed JSON");
  expectRefusal(std::string("{}\0\0", 4), "", "a zero byte");
  expectRefusal("{\"\xff\":1}", "", "malformed JSON");
  expectRefusal(R"({"a":1})", "", "\"a\" must be an object, got an integer");
  expectRefusal(R"({"a":{"dtype":"F32","shape":[2]}})", eight, "\"a\" has no \"data_offsets\"");
  expectRefusal(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"extra":1}})", eight,
                "tensor a: unknown key \"extra\"");
  expectRefusal(R"({"a":{"dtype":"F33","shape":[2],"data_offsets":[0,8]}})", eight, "tensor a: unknown dtype \"F33\"");
  expectRefusal(
      R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})",
      eight, "key \"a\" stands twice");
  expectRefusal(R"({"a":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}})", eight,
                "key \"dtype\" stands twice");
  expectRefusal(R"({"__metadata__":{"a":1}})", "", "\"a\" must be a string");
  expectRefusal("{\"a\":" + std::string(1000000, '[') + "}", "", "nested more than 32 deep");
}

TEST_F(SafetensorsTest, RefusesBadShapesAndOffsets) {
  auto one = [](const std::string &shape, const std::string &offsets) {
    return R"({"a":{"dtype":"F32","shape":)" + shape + R"(,"data_offsets":)" + offsets + "}}";
  };
  expectRefusal(one("[-2]", "[0,8]"), eight, "must be at least 0, got -2");
  expectRefusal(one("[2.5]", "[0,8]"), eight, "must be an integer, got a number");
  expectRefusal(one("[4294967296,4294967296]", "[0,8]"), eight,
                "tensor a: the shape [4294967296, 4294967296] overflows");
  expectRefusal(one("[9223372036854775807]", "[0,8]"), eight, "overflows");
  expectRefusal(one("[18446744073709551615]", "[0,8]"), eight, "must be an integer");
  expectRefusal(one("[2]", "[0]"), eight, "data_offsets must be [begin, end], got [0]");
  expectRefusal(one("[2]", "[8,0]"), eight, "data_offsets must be [begin, end], got [8, 0]");
  expectRefusal(one("[3]", "[0,8]"), eight, "F32 of shape [3] takes 12 bytes, data_offsets give 8");
  expectRefusal(one("[2]", "[0,8]"), "1234",
                "tensor a ends at byte 8 of the data, the file has 4: the file is truncated");
  expectRefusal(one("[2]", "[0,8]"), eight + "x", "1 bytes follow the last tensor");
  expectRefusal(one("[2]", "[4,12]"), eight + "1234",
                "tensor a begins at byte 4 of the data, expected 0: there is a hole before it");
  expectRefusal(one("[2]", "[9223372036854775799,9223372036854775807]"), eight, "data_offsets are too large");
  expectRefusal(
      R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}})",
      eight + "1234", "tensor b begins at byte 4 of the data, expected 8: it overlaps another");
  expectRefusal(
      R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})",
      eight, "it overlaps another");
}

TEST_F(SafetensorsTest, RefusesEveryTruncation) {
  std::string bytes = safetensors({{"a", "F32", "[3]", bytesOf<float>({1, 2, 3})}, {"b", "F16", "[2]", "1234"}});
  ASSERT_EQ(refuse(bytes), "");
  for (size_t length = 0; length < bytes.size(); ++length)
    EXPECT_NE(refuse(bytes.substr(0, length)), "") << length;
}

TEST_F(SafetensorsTest, SurvivesDamage) {
  std::string good = safetensors({{"a", "F32", "[3]", bytesOf<float>({1, 2, 3})}, {"b", "F16", "[2]", "1234"}});
  std::mt19937 random(1);
  for (int i = 0; i < 1000; ++i) {
    std::string bytes = good;
    for (int flips = 1 + static_cast<int>(random() % 3); flips > 0; --flips)
      bytes[random() % (bytes.size() - 16)] ^= static_cast<char>(1 << random() % 8);
    refuse(bytes);
  }
}

TEST_F(SafetensorsTest, NoticesAFileThatShrinks) {
  writeFile(path, safetensors({{"a", "F32", "[3]", bytesOf<float>({1, 2, 3})}}));
  SafetensorsFile file(path);
  ASSERT_EQ(truncate(path.c_str(), file.getTensors()[0].begin + 4), 0);
  float values[3];
  EXPECT_NE(refusal([&] { file.read(values, file.getTensors()[0].begin, 12); }).find("the file is truncated"),
            std::string::npos);
}

} // namespace
