//===- WeightsTest.cpp - Folders of weights ----------------------------------------------------===//

#include "files/Weights.h"
#include "Checkpoints.h"
#include "program/Platform.h"
#include "program/Shard.h"

#include <cmath>
#include <filesystem>

using namespace shardrt;
using namespace shardrt::test;

namespace {

std::vector<float> count(int64_t size, float first) {
  std::vector<float> values;
  for (int64_t i = 0; i < size; ++i)
    values.push_back(first + static_cast<float>(i) / 4);
  return values;
}

class WeightsTest : public ::testing::Test {
protected:
  Folder folder;
  std::string path = folder / "model.safetensors";
  Manifest manifest{};
  const TestTensor embed{"model.embed.weight", "F32", "[10,6]", bytesOf(count(60, 1))};
  const TestTensor norm{"model.norm.weight", "F32", "[6]", bytesOf(count(6, -1))};
  const TestTensor head{"head.bias", "F32", "[4]", bytesOf(count(4, 9))};

  WeightsTest() {
    manifest.mesh = Mesh({{"dp_shard", 2}, {"tp", 2}});
    addParameter("model.embed.weight", {10, 6}, {{"tp", "dp_shard"}, {}}, {"lm_head.weight"});
    addParameter("model.norm.weight", {6}, {{"dp_shard"}}, {});
    addParameter("head.bias", {4}, {{}}, {});
  }

  void addParameter(const char *name, std::vector<int64_t> shape, std::vector<std::vector<std::string>> sharding,
                    std::vector<std::string> aliases) {
    Parameter parameter{name,
                        std::move(shape),
                        std::move(sharding),
                        {},
                        static_cast<int64_t>(1024 * manifest.parameters.size()),
                        Init::Normal,
                        std::move(aliases)};
    for (size_t d = 0; d < parameter.shape.size(); ++d)
      parameter.localShape.push_back(shardRange(parameter.shape[d], parameter.sharding[d], manifest.mesh, 0).local);
    manifest.parameters.push_back(parameter);
  }

  /// Returns the whole of a parameter, put together from what each rank has loaded.
  template <typename T> std::vector<T> load(size_t index) {
    manifest.dtype = std::is_same_v<T, double> ? SHARDRT_F64 : SHARDRT_F32;
    Weights weights(folder.path, manifest);
    std::unique_ptr<Platform> platform = createCpuPlatform();
    const Parameter &parameter = manifest.parameters[index];
    int64_t size = 1;
    for (int64_t extent : parameter.shape)
      size *= extent;
    std::vector<T> whole(static_cast<size_t>(size), T(-99));
    for (int64_t rank = 0; rank < manifest.mesh.size(); ++rank) {
      std::vector<char> arena(8192);
      Progress progress;
      weights.load(rank, platform->getDevice(0), arena.data(), progress);
      auto *local = reinterpret_cast<const T *>(arena.data() + parameter.offset);
      forEachRun(parameter, manifest.mesh, rank,
                 [&](const ShardRun &run) { std::copy_n(local + run.local, run.count, whole.begin() + run.global); });
    }
    return whole;
  }
  std::string refuse() {
    return refusal([&] { load<float>(0); });
  }
  std::string refuse(const std::vector<TestTensor> &tensors) {
    writeFile(path, safetensors(tensors));
    return refuse();
  }
  void writeIndex(const std::string &text) { writeFile(path + ".index.json", text); }
};

TEST_F(WeightsTest, LoadsEachRanksShard) {
  writeFile(path, safetensors({head, embed, norm}));
  EXPECT_EQ(load<float>(0), count(60, 1));
  EXPECT_EQ(load<float>(1), count(6, -1));
  EXPECT_EQ(load<float>(2), count(4, 9));
  std::vector<float> expected = count(60, 1);
  EXPECT_EQ(load<double>(0), std::vector<double>(expected.begin(), expected.end()));
}

TEST_F(WeightsTest, LoadsColumnShards) {
  manifest.parameters[0].sharding = {{"dp_shard"}, {"tp"}};
  manifest.parameters[0].localShape = {5, 3};
  writeFile(path, safetensors({head, embed, norm}));
  EXPECT_EQ(load<float>(0), count(60, 1));
}

/// Three parameters that stand side by side in one tensor of 10 rows or columns, as a fused projection keeps them.
TEST_F(WeightsTest, LoadsPartsOfATensor) {
  std::vector<float> stored = count(60, 1);
  for (int64_t dim : {0, 1}) {
    manifest.parameters.erase(manifest.parameters.begin() + 3, manifest.parameters.end());
    int64_t at = 0;
    for (int64_t extent : {4, 3, 3}) {
      std::vector<int64_t> shape = dim == 0 ? std::vector<int64_t>{extent, 6} : std::vector<int64_t>{6, extent};
      addParameter("model.qkv.weight_part", shape, {{"dp_shard"}, {"tp"}}, {});
      manifest.parameters.back().part = TensorPart{"model.qkv.weight", dim, at, 10};
      at += extent;
    }
    const TestTensor qkv{"model.qkv.weight", "F32", dim == 0 ? "[10,6]" : "[6,10]", bytesOf(stored)};
    writeFile(path, safetensors({embed, norm, head, qkv}));
    for (size_t index = 3; index < 6; ++index) {
      const Parameter &part = manifest.parameters[index];
      std::vector<float> expected;
      for (int64_t row = 0; row < part.shape[0]; ++row)
        for (int64_t column = 0; column < part.shape[1]; ++column)
          expected.push_back(dim == 0 ? stored[size_t((part.part->at + row) * 6 + column)]
                                      : stored[size_t(row * 10 + part.part->at + column)]);
      EXPECT_EQ(load<float>(index), expected) << "dimension " << dim << " part " << index - 3;
    }
    EXPECT_EQ(refuse({embed, norm, head}), folder.path + ": 1 of the model's tensors is missing: model.qkv.weight");
    EXPECT_EQ(refuse({embed, norm, head, {"qkv.weight", "F32", "[4,6]", embed.data.substr(0, 96)}}),
              path + ": tensor qkv.weight has shape [4, 6], the program expects " + (dim == 0 ? "[10, 6]" : "[6, 10]"));
  }
}

TEST_F(WeightsTest, LoadsParametersLongerThanItsBuffer) {
  manifest.parameters[0] = {"model.embed.weight", {3, 100000}, {{}, {}}, {3, 100000}, 4096, Init::Normal, {}};
  manifest.mesh = Mesh({{"dp_shard", 1}, {"tp", 1}});
  manifest.parameters[1].localShape = {6};
  manifest.dtype = SHARDRT_F32;
  writeFile(path, safetensors({head, {"model.embed.weight", "F32", "[3,100000]", bytesOf(count(300000, 1))}, norm}));
  std::vector<char> arena(4096 + 1200000);
  Progress progress;
  Weights(folder.path, manifest).load(0, createCpuPlatform()->getDevice(0), arena.data(), progress);
  std::vector<float> loaded(300000);
  std::memcpy(loaded.data(), arena.data() + 4096, 1200000);
  EXPECT_EQ(loaded, count(300000, 1));
}

TEST_F(WeightsTest, ConvertsAllTypes) {
  manifest.parameters.resize(3);
  auto expect = [&](const char *type, const std::string &data, const std::vector<double> &expected) {
    writeFile(path, safetensors({{"head.bias", type, "[4]", data}, embed, norm}));
    EXPECT_EQ(load<double>(2), expected) << type;
    EXPECT_EQ(load<float>(2), std::vector<float>(expected.begin(), expected.end())) << type;
  };
  expect("F64", bytesOf<double>({0.1, -2, 1e-300, 3}), {0.1, -2, 1e-300, 3});
  expect("BF16", bytesOf<uint16_t>({0x3f80, 0xc000, 0x0000, 0x4049}), {1, -2, 0, 3.140625});
  // One, the greatest, the smallest normal and the smallest number of IEEE half.
  expect("F16", bytesOf<uint16_t>({0x3c00, 0xfbff, 0x0400, 0x0001}),
         {1, -65504, std::ldexp(1, -14), std::ldexp(1, -24)});
  writeFile(path, safetensors(
                      {{"head.bias", "F16", "[4]", bytesOf<uint16_t>({0x7c00, 0xfc00, 0x7e00, 0x8000})}, embed, norm}));
  std::vector<float> special = load<float>(2);
  EXPECT_EQ(special[0], INFINITY);
  EXPECT_EQ(special[1], -INFINITY);
  EXPECT_TRUE(std::isnan(special[2]));
  EXPECT_TRUE(special[3] == 0 && std::signbit(special[3]));
}

TEST_F(WeightsTest, ReadsSeveralFiles) {
  writeFile(folder / "a.safetensors", safetensors({embed, head}));
  writeFile(folder / "b.safetensors", safetensors({norm}));
  writeIndex(
      R"({"metadata": {"total_size": 280}, "weight_map": {"model.embed.weight": "a.safetensors", "head.bias": "a.safetensors",)"
      R"("model.norm.weight": "b.safetensors"}})");
  EXPECT_EQ(load<float>(1), count(6, -1));
  EXPECT_EQ(load<float>(0), count(60, 1));
}

TEST_F(WeightsTest, AcceptsNamesWithoutThePrefix) {
  TestTensor bareEmbed = embed, bareNorm = norm;
  bareEmbed.name = "embed.weight";
  bareNorm.name = "norm.weight";
  writeFile(path, safetensors({bareEmbed, bareNorm, head}));
  EXPECT_EQ(load<float>(0), count(60, 1));
}

TEST_F(WeightsTest, IgnoresKnownBuffers) {
  EXPECT_EQ(refuse({embed,
                    norm,
                    head,
                    {"model.layers.0.self_attn.rotary_emb.inv_freq", "F32", "[1]", "1234"},
                    {"h.0.attn.bias", "BOOL", "[1,1]", "1"},
                    {"model.h.0.attn.masked_bias", "F32", "[]", "1234"}}),
            "");
}

TEST_F(WeightsTest, AcceptsATiedTensorThatIsEqual) {
  TestTensor tied = embed;
  tied.name = "lm_head.weight";
  EXPECT_EQ(refuse({embed, norm, head, tied}), "");
  EXPECT_EQ(refuse({tied, norm, head}), "");
  std::vector<float> other = count(60, 1);
  other[17] = 3;
  tied.data = bytesOf(other);
  EXPECT_EQ(refuse({embed, norm, head, tied}),
            path + ": tensor lm_head.weight differs from model.embed.weight, to which the "
                   "model ties it: element 17 is 3, expected 5.25");
}

TEST_F(WeightsTest, NamesWhatIsMissingOrLeftOver) {
  EXPECT_EQ(refuse({norm, head}), folder.path + ": 1 of the model's tensors is missing: model.embed.weight");
  EXPECT_EQ(refuse({embed, norm, head, {"model.extra", "F32", "[1]", "1234"}}),
            folder.path + ": 1 tensor has no use in the model: model.extra");
  std::vector<TestTensor> many{head};
  for (char c = 'a'; c < 'k'; ++c)
    many.push_back({std::string("x.") + c, "F32", "[1]", "1234"});
  EXPECT_EQ(refuse(many), folder.path +
                              ": 2 of the model's tensors are missing: model.embed.weight, model.norm.weight; "
                              "10 tensors have no use in the model: x.a, x.b, x.c, x.d, x.e, x.f, x.g, x.h and 2 more");
}

TEST_F(WeightsTest, RefusesOtherShapesAndTypes) {
  EXPECT_EQ(refuse({{"model.embed.weight", "F32", "[6,10]", embed.data}, norm, head}),
            path + ": tensor model.embed.weight has shape [6, 10], the program expects [10, 6]");
  EXPECT_EQ(refuse({embed, norm, {"head.bias", "I32", "[4]", head.data}}),
            path + ": tensor head.bias is I32, expected F64, F32, F16 or BF16");
}

TEST_F(WeightsTest, RefusesBadFolders) {
  EXPECT_EQ(refuse(), folder.path + ": has neither model.safetensors nor model.safetensors.index.json");
  EXPECT_EQ(refusal([&] { Weights(folder / "absent", manifest); }), (folder / "absent") + ": no such folder");
  writeFile(path, "");
  EXPECT_EQ(refusal([&] { Weights(path, manifest); }), path + ": not a folder");
}

TEST_F(WeightsTest, RefusesBadIndices) {
  writeFile(folder / "a.safetensors", safetensors({embed, norm, head}));
  std::string index = path + ".index.json";
  for (const char *name : {"../a.safetensors", "/etc/passwd", "x/a.safetensors", "..", ".", ""}) {
    writeIndex("{\"weight_map\":\n{\"head.bias\": \"" + std::string(name) + "\"}}");
    std::string sentence = refuse();
    EXPECT_EQ(sentence.find(index + ":2:"), 0u) << sentence;
    EXPECT_NE(
        sentence.find("tensor head.bias: file must be a plain name without a slash, got \"" + std::string(name) + "\""),
        std::string::npos);
  }
  writeIndex(R"({"weight_map": {"head.bias": "absent.safetensors"}})");
  EXPECT_EQ(refuse(), (folder / "absent.safetensors") + ": No such file or directory");
  writeIndex(R"({"weight_map": {"other": "a.safetensors"}})");
  EXPECT_EQ(refuse(), index + ": tensor other is said to be in a.safetensors, which does not have it");
  writeIndex(R"({"weight_map": {"head.bias": "a.safetensors", "head.bias": "a.safetensors"}})");
  EXPECT_NE(refuse().find("key \"head.bias\" stands twice"), std::string::npos);
  writeIndex("{}");
  EXPECT_NE(refuse().find("has no \"weight_map\""), std::string::npos);
  writeIndex("{\"weight_map\": {\"a\": " + std::string(100000, '['));
  EXPECT_NE(refuse().find("nested more than 32 deep"), std::string::npos);
  writeIndex("{\"weight_map\": {\"\xff\": 1}}");
  EXPECT_NE(refuse().find("malformed JSON"), std::string::npos);
}

TEST_F(WeightsTest, RefusesATensorOfTwoFiles) {
  writeFile(folder / "a.safetensors", safetensors({embed, norm, head}));
  writeFile(folder / "b.safetensors", safetensors({head}));
  writeIndex(R"({"weight_map": {"model.norm.weight": "a.safetensors", "head.bias": "b.safetensors"}})");
  EXPECT_EQ(refuse(), (folder / "b.safetensors") + ": tensor head.bias is also in " + (folder / "a.safetensors"));
}

TEST_F(WeightsTest, DigestFollowsTheHeaders) {
  writeFile(path, safetensors({embed, norm, head}));
  uint64_t first = Weights(folder.path, manifest).getDigest();
  EXPECT_EQ(Weights(folder.path, manifest).getDigest(), first);
  writeFile(path, safetensors({norm, embed, head}));
  EXPECT_NE(Weights(folder.path, manifest).getDigest(), first);
}

} // namespace
