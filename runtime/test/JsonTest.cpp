//===- JsonTest.cpp - JSON that is not trusted --------------------------------------------===//

#include "program/Json.h"
#include "program/Error.h"

#include <gtest/gtest.h>

using namespace shardrt;

namespace {

/// Returns the sentence with which `use` fails, or "" where it does not.
template <typename Use> std::string complaint(Use use) {
  try {
    use();
    return "";
  } catch (const Error &error) {
    EXPECT_EQ(error.exit, Exit::BadInput);
    return error.what();
  }
}
std::string parseComplaint(std::string text) {
  return complaint([&] { JsonDocument("f.json", std::move(text)); });
}

TEST(JsonTest, ReadsValues) {
  JsonDocument document(
      "f",
      R"({"i": -3, "r": 0.1, "big": 9223372036854775807, "s": "a\u00e9\n", "a": [1, 2], "n": null, "o": {"x": 1}})");
  JsonView root = document.root();
  EXPECT_EQ(root["i"].integer(), -3);
  EXPECT_EQ(root["r"].real(), 0.1);
  EXPECT_EQ(root["i"].real(), -3);
  EXPECT_EQ(root["big"].integer(), INT64_MAX);
  EXPECT_EQ(root["s"].string(), "a\xc3\xa9\n");
  EXPECT_EQ(root["a"].sizes(), (std::vector<int64_t>{1, 2}));
  EXPECT_TRUE(root["n"].isNull());
  EXPECT_TRUE(root["o"].has("x"));
  EXPECT_FALSE(root["o"].has("y"));
  EXPECT_EQ(root.members().size(), 7u);
}

TEST(JsonTest, RealNumbersAreExact) {
  JsonDocument document("f", "[0.003, 3e-4, 1e-08, 8.049097061157227, 123456789.12345678]");
  std::vector<double> expected{0.003, 3e-4, 1e-08, 8.049097061157227, 123456789.12345678};
  std::vector<JsonView> values = document.root().array();
  for (size_t i = 0; i < expected.size(); ++i)
    EXPECT_EQ(values[i].real(), expected[i]);
}

TEST(JsonTest, NamesLineAndColumn) {
  EXPECT_EQ(parseComplaint("{\n  \"a\": 1,\n  \"b\": }\n"), "f.json:3:8: malformed JSON: invalid value");
  JsonDocument document("f.json", "{\n\"a\": \"x\"\n}");
  EXPECT_EQ(complaint([&] { document.root()["a"].integer(); }), "f.json:2:9: \"a\" must be an integer, got a string");
  EXPECT_EQ(complaint([&] { document.root()["c"]; }), "f.json:1:1: \"the document\" has no \"c\"");
}

TEST(JsonTest, RefusesWrongKinds) {
  JsonDocument document("f", R"({"a": [1, -2], "n": 1.5, "u": 18446744073709551615})");
  JsonView root = document.root();
  EXPECT_NE(complaint([&] { root["a"].sizes(); }).find("must be at least 0, got -2"), std::string::npos);
  EXPECT_NE(complaint([&] { root["n"].integer(); }), "");
  EXPECT_NE(complaint([&] { root["u"].integer(); }), "");
  EXPECT_NE(complaint([&] { root["a"].string(); }), "");
  EXPECT_NE(complaint([&] { root["n"].array(); }), "");
  EXPECT_NE(complaint([&] { root["n"].members(); }), "");
  EXPECT_NE(complaint([&] { root["n"]["x"]; }), "");
  EXPECT_NE(complaint([&] { root["a"].real(); }), "");
}

TEST(JsonTest, RefusesDuplicateKeys) {
  EXPECT_NE(parseComplaint(R"({"a": {"k": 1, "j": 2, "k": 3}})").find("key \"k\" stands twice in one object"),
            std::string::npos);
  EXPECT_NE(parseComplaint(R"({"a": 1, "\u0061": 2})"), "");
  EXPECT_EQ(parseComplaint(R"({"a": {"k": 1}, "b": {"k": 1}})"), "");
}

TEST(JsonTest, RefusesNestingBombs) {
  for (size_t depth : {33, 1000, 100000, 10000000})
    for (const char *open : {"[", "{\"a\":"}) {
      std::string text;
      for (size_t i = 0; i < depth; ++i)
        text += open;
      EXPECT_NE(parseComplaint(text).find("nested more than 32 deep"), std::string::npos);
    }
  EXPECT_EQ(parseComplaint(std::string(32, '[') + std::string(32, ']')), "");
}

TEST(JsonTest, RefusesTooManyValues) {
  std::string text = "[0";
  for (int i = 0; i < 4'000'000; ++i)
    text += ",0";
  EXPECT_NE(parseComplaint(text + "]").find("more than 4000000 values"), std::string::npos);
}

TEST(JsonTest, RefusesMalformedText) {
  for (std::string text : {"", " ", "{", "{\"a\"}", "[1,]", "{} {}", "nul", "\"\xff\"", "\"\xc3\"", "\"\xed\xa0\x80\"",
                           "1e999", "'a'", "[1] x"})
    EXPECT_NE(parseComplaint(text), "") << text;
  EXPECT_NE(parseComplaint(std::string("{}\0garbage", 10)), "");
  EXPECT_NE(parseComplaint(std::string("{}\0", 3)), "");
}

} // namespace
