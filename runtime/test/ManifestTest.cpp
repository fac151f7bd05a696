//===- ManifestTest.cpp - What a program may say of itself ----------------------------===//

#include "program/Manifest.h"
#include "program/Error.h"

#include <cstring>
#include <gtest/gtest.h>

using namespace shardrt;

namespace {

const std::string good = R"({
"abi": 2, "name": "Model", "digest": "0123456789abcdef", "target": {"kind": "cpu", "cpu": "znver4", "features": ["avx2"]},
"dtype": "float32", "mesh": [{"name": "dp_shard", "size": 2}, {"name": "tp", "size": 2}], "world_size": 4,
"groups": [["tp"], ["dp_shard", "tp"]], "arena": {"bytes": 16384, "persistent": 8192, "lower_bound": 16000},
"memory": [{"kind": "parameters", "bytes": 4096}],
"collectives": [{"kind": "all_gather", "group": 1, "count": 8, "bytes": 4096, "cause": "unit"}],
"parameters": [{"name": "embed.weight", "shape": [10, 8], "sharding": [["tp", "dp_shard"], []], "local_shape": [3, 8], "offset": 4096,
"init": "normal", "aliases": ["head.weight"]},
{"name": "proj.weight_k", "shape": [4, 8], "sharding": [["tp"], []], "local_shape": [2, 8], "offset": 5120,
"init": "normal", "aliases": [], "part": {"tensor": "proj.weight", "dim": 0, "at": 4, "size": 12}}],
"batch_axes": ["dp_shard"],
"inputs": {"tokens": {"offset": 8192, "shape": [6, 32]}, "targets": {"offset": 9216, "shape": [6, 32]}, "positions": {"offset": 10240, "shape": [6, 32]}},
"scalars": {"learning_rate": 0, "bias_correction1": 64, "bias_correction2": 128, "inverse_label_count": 192, "loss": 256, "grad_norm": 320},
"step": [{"section": "micro", "repeat": 2}, {"section": "last", "repeat": 1}, {"section": "update", "repeat": 1}],
"train": {"global_batch": 12, "sequence_length": 32, "accumulation": 3, "steps": 20, "learning_rate": 0.003, "min_learning_rate": 0.0003,
"warmup_steps": 4, "beta1": 0.9, "beta2": 0.95, "epsilon": 1e-08, "weight_decay": 0.1, "clip_norm": null},
"vocab_size": 256, "initializer_range": 0.02, "config": "{}"})";

TEST(ManifestTest, ReadsAll) {
  Manifest manifest = parseManifest(good, "p.shard");
  EXPECT_EQ(manifest.name, "Model");
  EXPECT_EQ(manifest.mesh.size(), 4);
  EXPECT_EQ(manifest.groups[1], (std::vector<std::string>{"dp_shard", "tp"}));
  EXPECT_EQ(manifest.parameters[0].sharding[0], (std::vector<std::string>{"tp", "dp_shard"}));
  EXPECT_EQ(manifest.parameters[0].aliases, std::vector<std::string>{"head.weight"});
  EXPECT_EQ(manifest.parameters[0].tensorName(), "embed.weight");
  EXPECT_EQ(manifest.parameters[0].tensorShape(), (std::vector<int64_t>{10, 8}));
  EXPECT_EQ(manifest.parameters[1].tensorName(), "proj.weight");
  EXPECT_EQ(manifest.parameters[1].tensorShape(), (std::vector<int64_t>{12, 8}));
  EXPECT_EQ(manifest.localBatch(), 6);
  EXPECT_EQ(manifest.scalars.gradNorm, 320);
  EXPECT_EQ(manifest.train.learningRate, 0.003);
  EXPECT_EQ(manifest.step[0].repeat, 2);
  EXPECT_EQ(manifest.collectives[0].bytes, 4096);
  EXPECT_EQ(manifest.elementSize(), 4);
  EXPECT_EQ(manifest.config, "{}");
}

struct Change {
  const char *from, *to, *sentence;
};

/// The same for a GPU.
std::string goodForGpu() {
  std::string text = good;
  size_t at = text.find("\"cpu\"");
  text.replace(at, strlen("\"cpu\""), "\"cuda\"");
  return text.insert(
      1,
      R"("gpu": {"streams": ["compute", "copy"], "functions": [{"name": "norm", "grid": 288, "threads": 128, "arguments": 3}],
"task_names": ["forward: norm", "update: norm"], "tasks": {"micro": [0, 0], "update": [1]},
"images": [{"kind": "cubin", "architecture": "sm_90a", "symbol": "shard_gpu_90"}, {"kind": "ptx", "architecture": "sm_80", "symbol": "shard_gpu_ptx"}],
"calls": [{"function": "shardrt_rope_table", "inputs": ["positions"], "integers": [96, 8, 0], "floats": [0.5]}]},)");
}

TEST(ManifestTest, ReadsWhatAGpuNeeds) {
  EXPECT_FALSE(parseManifest(good, "p.shard").gpu);
  Manifest manifest = parseManifest(goodForGpu(), "p.shard");
  ASSERT_TRUE(manifest.gpu);
  EXPECT_EQ(manifest.gpu->streams, (std::vector<std::string>{"compute", "copy"}));
  EXPECT_EQ(manifest.gpu->functions[0].name, "norm");
  EXPECT_EQ(manifest.gpu->functions[0].grid, 288);
  EXPECT_EQ(manifest.gpu->functions[0].threads, 128);
  EXPECT_EQ(manifest.gpu->functions[0].arguments, 3);
  EXPECT_EQ(manifest.gpu->taskNames[1], "update: norm");
  EXPECT_EQ(manifest.gpu->tasks.at("micro"), (std::vector<int64_t>{0, 0}));
  EXPECT_FALSE(manifest.gpu->images[0].isPtx);
  EXPECT_EQ(manifest.gpu->images[0].variant, 'a');
  EXPECT_EQ(manifest.gpu->images[0].capability, 90);
  EXPECT_TRUE(manifest.gpu->images[1].isPtx);
  EXPECT_EQ(manifest.gpu->images[1].capability, 80);
  EXPECT_EQ(manifest.gpu->images[1].symbol, "shard_gpu_ptx");
  EXPECT_EQ(manifest.gpu->calls[0].function, "shardrt_rope_table");
  EXPECT_EQ(manifest.gpu->calls[0].inputs, (std::vector<std::string>{"positions"}));
  EXPECT_EQ(manifest.gpu->calls[0].integers, (std::vector<int64_t>{96, 8, 0}));
  EXPECT_EQ(manifest.gpu->calls[0].floats, (std::vector<double>{0.5}));
}

static void expectRefused(std::string text, const Change &change) {
  size_t at = text.find(change.from);
  ASSERT_NE(at, std::string::npos) << change.from;
  text.replace(at, strlen(change.from), change.to);
  try {
    parseManifest(text, "p.shard");
    ADD_FAILURE() << change.to;
  } catch (const Error &error) {
    EXPECT_EQ(error.exit, Exit::BadInput);
    EXPECT_EQ(std::string(error.what()).find("p.shard: manifest:"), 0u) << error.what();
    EXPECT_NE(std::string(error.what()).find(change.sentence), std::string::npos) << error.what();
  }
}

TEST(ManifestTest, RefusesWhatNoGpuCanDo) {
  for (Change change : {Change{"\"gpu\"", "\"gpus\"", "has no \"gpu\""},
                        {"[\"compute\", \"copy\"]", "[]", "streams is empty, expected one at least"},
                        {"\"grid\": 288", "\"grid\": 0", "\"grid\" must be at least 1, got 0"},
                        {"\"threads\": 128", "\"threads\": 2048",
                         "norm has 288 blocks of 2048 threads, expected at most 2147483647 of 1024"},
                        {"\"update\": [1]", "\"update\": [2]", "a task has name 2, there are 2"},
                        {"\"ptx\"", "\"spirv\"", "kind must be ptx or cubin, got \"spirv\""},
                        {"\"sm_80\"", "\"gfx90a\"", "architecture must be like sm_90 or sm_90a, got \"gfx90a\""},
                        {"\"sm_80\"", "\"sm_\"", "architecture must be like sm_90 or sm_90a, got \"sm_\""},
                        {"\"sm_80\"", "\"sm_90b\"", "architecture must be like sm_90 or sm_90a, got \"sm_90b\""}})
    expectRefused(goodForGpu(), change);
}

TEST(ManifestTest, HasTheInputsThatTheModelTakes) {
  std::string text = good;
  std::string positions = R"(, "positions": {"offset": 10240, "shape": [6, 32]})";
  text.erase(text.find(positions), positions.size());
  Manifest manifest = parseManifest(text, "p.shard");
  EXPECT_EQ(manifest.tokens->offset, 8192);
  EXPECT_EQ(manifest.targets->offset, 9216);
  EXPECT_FALSE(manifest.positions);
}

TEST(ManifestTest, RefusesWhatDoesNotHang) {
  const Change changes[] = {
      {"\"dtype\": \"float32\"", "\"dtype\": \"bfloat16\"", "dtype must be float32 or float64, got \"bfloat16\""},
      {"\"dtype\": \"float32\"", "\"dtype\": \"float64\", \"compute_dtype\": \"bfloat16\"",
       "compute_dtype must be bfloat16 beside a dtype of float32, got \"bfloat16\""},
      {"\"dtype\": \"float32\"", "\"dtype\": \"float32\", \"compute_dtype\": \"float16\"",
       "compute_dtype must be bfloat16 beside a dtype of float32, got \"float16\""},
      {"\"world_size\": 4", "\"world_size\": 8", "world_size is 8, the mesh has 4 ranks"},
      {"\"size\": 2", "\"size\": 0", "\"size\" must be at least 1, got 0"},
      {"[[\"tp\"]", "[[\"ep\"]", "the mesh has no axis \"ep\""},
      {"\"persistent\": 8192", "\"persistent\": 99999", "lie beyond the 16384 bytes there are"},
      {"\"local_shape\": [3, 8]", "\"local_shape\": [4, 8]", "local_shape of dimension 0 is 4, its sharding gives 3"},
      {"\"local_shape\": [3, 8]", "\"local_shape\": [3]", "shape, sharding and local_shape differ in length"},
      {"\"offset\": 4096", "\"offset\": 8100", "96 bytes at offset 8100 lie beyond the 8192 bytes there are"},
      {"\"shape\": [10, 8]", "\"shape\": [4611686018427387904, 8]", "the product of the sizes is too large"},
      {"\"init\": \"normal\"", "\"init\": \"uniform\"", "init must be normal, ones or zeros, got \"uniform\""},
      {"\"at\": 4", "\"at\": 9", "a part of 4 at 9 must lie within a size of 12"},
      {"\"dim\": 0", "\"dim\": 2", "dim must be below 2, got 2"},
      {"\"shape\": [6, 32]", "\"shape\": [12, 32]", "shape of tokens must be [6, 32], got [12, 32]"},
      {"\"positions\"", "\"pixels\"",
       "the model takes an input \"pixels\", which nothing fills: a token file gives tokens, targets and positions"},
      {"\"offset\": 10240", "\"offset\": 16000", "\"positions\": 768 bytes at offset 16000 lie beyond the 16384"},
      {"\"loss\": 256", "\"loss\": 8190", "\"loss\": 4 bytes at offset 8190 lie beyond the 8192"},
      {"\"loss\": 256", "\"lost\": 256", "\"scalars\" has no \"loss\""},
      {"\"repeat\": 2", "\"repeat\": 1", "the step takes 2 micro batches, accumulation is 3"},
      {"\"global_batch\": 12", "\"global_batch\": 13", "global_batch 13 does not divide over 2 ranks"},
      {"\"group\": 1", "\"group\": 2", "group is 2, there are 2 groups"},
      {"\"vocab_size\": 256", "\"vocab_size\": \"many\"", "\"vocab_size\" must be an integer, got a string"},
      {"\"mesh\": [", "\"mesh\": {", "malformed JSON"},
  };
  for (const Change &change : changes)
    expectRefused(good, change);
}

} // namespace
