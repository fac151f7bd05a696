//===- ModelKeyTest.cpp - Weights of another config.json --------------------------------------===//

#include "program/ModelKey.h"
#include "Checkpoints.h"
#include "files/ModelConfig.h"

#include <filesystem>
#include <sys/stat.h>

using namespace shardrt;
using namespace shardrt::test;

namespace {

constexpr const char *mathematics = R"({
  "rope_theta": {"value": 10000, "absent": 10000.0, "spellings": ["rope_parameters.rope_theta"]},
  "rms_norm_eps": {"value": 1e-06, "absent": 1e-05},
  "num_attention_heads": {"value": 4},
  "sliding_window": {"value": null, "absent": 4096, "null": null},
  "head_dim": {"value": 16, "absent": 16},
  "hidden_act": {"value": "silu", "absent": "silu", "synonyms": ["swish"]},
  "layer_types": {"value": ["a", "b"], "absent": ["a", "b"]},
  "pattern": {"value": 6, "absent": 6, "replaced_by": "layer_types"}
})";

class ModelKeyTest : public ::testing::Test {
protected:
  std::vector<std::string> compare(const std::string &config) {
    JsonDocument keys("keys", mathematics), other("config.json", config);
    return findMismatches(parseModelKeys(keys.root()), other.root());
  }
  void agrees(const std::string &config) { EXPECT_EQ(compare(config), std::vector<std::string>()) << config; }
  void differs(const std::string &config, const std::string &sentence) {
    EXPECT_EQ(compare(config), std::vector<std::string>{sentence}) << config;
  }
  /// A config.json that agrees, with more members in front.
  static std::string with(const std::string &more) {
    return "{" + more + R"("rms_norm_eps": 0.000001, "num_attention_heads": 4, "sliding_window": null})";
  }
};

TEST_F(ModelKeyTest, ComparesWhatKeysMean) {
  agrees(with(""));
  agrees(with(R"("rope_theta": 1e4, "torch_dtype": "bfloat16", "anything": {"else": 1},)"));
  agrees(with(R"("rope_parameters": {"rope_theta": 10000.0, "rope_type": "default"},)"));
  agrees(with(R"("rope_parameters": null, "rope_theta": null, "head_dim": null, "hidden_act": "swish",)"));
  differs(with(R"("rope_theta": 500000,)"), "rope_theta is 500000, the program has 10000");
  differs(with(R"("rope_parameters": {"rope_theta": 500000.0},)"),
          "rope_parameters.rope_theta is 500000, the program has 10000");
  differs(with(R"("rope_theta": "10000",)"), "rope_theta is \"10000\", the program has 10000");
  differs(with(R"("hidden_act": "gelu",)"), "hidden_act is \"gelu\", the program has \"silu\"");
  differs(with(R"("layer_types": ["a"],)"), "layer_types is [\"a\"], the program has [\"a\", \"b\"]");
}

TEST_F(ModelKeyTest, KnowsWhatAbsenceAndNullMean) {
  EXPECT_EQ(compare("{}"), (std::vector<std::string>{
                               "num_attention_heads is missing, the program has 4",
                               "rms_norm_eps is 1e-05 (the default), the program has 1e-06",
                               "sliding_window is 4096 (the default), the program has null",
                           }));
  differs(R"({"rms_norm_eps": 1e-6, "num_attention_heads": null, "sliding_window": null})",
          "num_attention_heads is missing, the program has 4");
}

TEST_F(ModelKeyTest, LooksAwayFromKeysWithoutEffect) {
  differs(with(R"("pattern": 5,)"), "pattern is 5, the program has 6");
  agrees(with(R"("pattern": 5, "layer_types": ["a", "b"],)"));
  differs(with(R"("pattern": 5, "layer_types": null,)"), "pattern is 5, the program has 6");
}

TEST_F(ModelKeyTest, RefusesFoldersOfOtherModels) {
  Folder folder;
  Manifest manifest{};
  EXPECT_EQ(checkModelConfig(folder.path, manifest, false), ""); // a program that says nothing of its mathematics
  JsonDocument keys("keys", mathematics);
  manifest.modelKeys = parseModelKeys(keys.root());
  EXPECT_EQ(checkModelConfig(folder.path, manifest, false),
            folder.path + " has no config.json that says which model its weights are of");
  std::string path = folder / "config.json";
  writeFile(path, with(""));
  EXPECT_EQ(checkModelConfig(folder.path, manifest, false), "");
  writeFile(path, with(R"("rope_theta": 5, "head_dim": 8,)"));
  std::string sentence = path +
                         ": the weights are of another model: head_dim is 8, the program has 16; rope_theta is 5, "
                         "the program has 10000";
  EXPECT_EQ(refusal([&] { checkModelConfig(folder.path, manifest, false); }),
            sentence + "; --allow-config-mismatch takes them all the same");
  EXPECT_EQ(checkModelConfig(folder.path, manifest, true), sentence);
  for (const char *text : {"", "{", "[1]", "3"}) {
    writeFile(path, text);
    EXPECT_NE(refusal([&] { checkModelConfig(folder.path, manifest, true); }), "") << text;
  }
  std::filesystem::remove(path);
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  EXPECT_EQ(refusal([&] { checkModelConfig(folder.path, manifest, false); }), path + ": not a regular file");
}

} // namespace
