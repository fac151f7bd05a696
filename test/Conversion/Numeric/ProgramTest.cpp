//===- ProgramTest.cpp - Programs as the runtime sees them -------------------------------------===//
#include "Compile.h"
#include "Runtime.h"
#include "shardrt/abi.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"
#include <dlfcn.h>
#include <gtest/gtest.h>

using namespace shardc;
using namespace shardc::test;
namespace json = llvm::json;

namespace {

constexpr const char *program = R"mlir(
module attributes {nn.model = #nn.model<root = @Model, vocab_size = 256, initializer_range = 0.02, config = "{}">,
  dist.settings = #dist.settings<train.steps = 20, train.min_learning_rate = 0.0, train.clip_norm = null>} {
dist.mesh ["dp_shard" = 2, "tp" = 4]
dist.parameter @"model.weight" : tensor<10x8xf64> stored #dist.sharding<[["tp", "dp_shard"] : 10, []]> unit "" init "normal" {aliases = ["lm_head.weight"]}
dist.parameter @"model.norm" : tensor<8xf64> stored #dist.sharding<[[]]> unit "" init "ones"
dist.state @tokens : tensor<6x32xi32, #dist.sharding<[["dp_shard"] : 12, []]>> kind input
dist.state @loss : tensor<f64> kind scalar
exec.arena bytes = 8192 persistent = 4096 lower_bound = 8000
exec.state "model.weight"[#dist.part<value>] : tensor<2x8xf64> kind parameters offset = 256
exec.state "model.norm"[#dist.part<value>] : tensor<8xf64> kind parameters offset = 512
exec.state "tokens" : tensor<6x32xi32> kind inputs offset = 1024
exec.state "loss" : tensor<f64> kind scalars offset = 64
exec.kernel @scale(%x: tensor<8xf64>) -> (tensor<8xf64>) rows = [] in_place = [0, 0] {
  %t = dist.coordinate over ["tp"]
  %i = arith.index_cast %t : index to i64
  %f = arith.sitofp %i : i64 to f64
  %e = tensor.empty() : tensor<8xf64>
  %0 = linalg.generic {indexing_maps = [affine_map<(d) -> (d)>, affine_map<(d) -> (d)>], iterator_types = ["parallel"]}
      ins(%x : tensor<8xf64>) outs(%e : tensor<8xf64>) {
  ^bb0(%a: f64, %out: f64):
    %s = arith.mulf %a, %f : f64
    linalg.yield %s : f64
  } -> tensor<8xf64>
  exec.yield %0 : tensor<8xf64>
}
exec.section @micro repeat = 2 {
  %w = exec.read "model.weight"[#dist.part<value>] : tensor<2x8xf64>
  %n = exec.read "model.norm"[#dist.part<value>] : tensor<8xf64>
  %g:2 = exec.collective all_gather(%w, %w) over ["dp_shard", "tp"] cause "model.weight: unshard" order <0 on compute> bytes <[4096, 4736]> {dims = array<i64: 0, 1>, group_size = 8 : i64, index = 5 : i64} : (tensor<2x8xf64>, tensor<2x8xf64>) -> (tensor<10x8xf64>, tensor<2x63xf64>)
  %0 = exec.launch @scale(%n) order <1 on compute> bytes <[512]> : (tensor<8xf64>) -> tensor<8xf64>
  %1 = exec.call "shardrt_gemm"(%g#0, %0) order <2 on compute> bytes <[6144]> {constants = [], floats = array<f64>, flops = 0 : i64, workspace = 0 : i64, function_type = !llvm.func<void (ptr, ptr, ptr, ptr, i64, i64, i64, i64, i64, i64, i64)>, integers = array<i64: 10, 1, 8, 0, 1, 1, 1>} : (tensor<10x8xf64>, tensor<8xf64>) -> tensor<10x1xf64>
  %v = exec.view %1 : (tensor<10x1xf64>) -> tensor<10xf64>
  %2 = exec.copy(%v) order <3 on compute> bytes <[7168]> : (tensor<10xf64>) -> tensor<10xf64>
}
exec.section @last repeat = 1 {
  %q = exec.read "tokens" : tensor<6x32xi32>
  %0:2 = exec.call "shardrt_attention"(%q, %q, %q, %q, %q) order <0 on compute> bytes <[5120, 5184] workspace 5248> {constants = [], floats = array<f64: 0.25>, flops = 0 : i64, workspace = 64 : i64, function_type = !llvm.func<void (ptr, ptr, ptr, ptr, ptr, ptr, ptr, ptr, ptr, i64, i64, i64, i64, i64, i64, i64, i64, i64, f64)>, integers = array<i64: 1, 2, 3, 4, 5, 6, 7, 8, 9>}
      : (tensor<6x32xi32>, tensor<6x32xi32>, tensor<6x32xi32>, tensor<6x32xi32>, tensor<6x32xi32>) -> (tensor<8xf64>, tensor<8xf64>)
  %1:2 = exec.call "shardrt_rope_table"(%q) order <1 on compute> bytes <[5312, 5376]> {constants = [dense<[1.0, 0.5]> : tensor<2xf64>], floats = array<f64>, flops = 0 : i64, workspace = 0 : i64, function_type = !llvm.func<void (ptr, ptr, ptr, ptr, ptr, i64, i64, i64)>, integers = array<i64: 4, 2, 1>}
      : (tensor<6x32xi32>) -> (tensor<4x2xf64>, tensor<4x2xf64>)
}
}
)mlir";

using Section = int32_t (*)(shardrt_rank *, char *);

class Program : public testing::Test {
protected:
  void SetUp() override {
    library = compileAndOpen(program, "x86-64-v3");
    ASSERT_NE(library, nullptr);
    arenaStart = arena.data();
    calls.clear();
    collectiveStatus = 0;
    coordinate = 3;
  }
  void TearDown() override {
    if (library)
      dlclose(library);
  }
  int32_t run(const char *section) { return reinterpret_cast<Section>(dlsym(library, section))(nullptr, arena.data()); }

  void *library = nullptr;
  std::vector<char> arena = std::vector<char>(8192);
};

} // namespace

TEST_F(Program, CallsInOrder) {
  reinterpret_cast<double *>(&arena[512])[7] = 2.0;
  EXPECT_EQ(run("shard_section_micro"), 0);
  EXPECT_EQ(reinterpret_cast<double *>(&arena[512])[7], 6.0);
  EXPECT_EQ(calls, (std::vector<std::string>{
                       "coordinate 1", // asked for once, at the start
                       "collective 1 0 1 0 5 model.weight: unshard",
                       "segment 256 4096 1 16 80", // 8 parts of 2 rows of 8; the whole has 10 rows
                       "segment 256 4736 2 8 63",  // two blocks, each 8 parts of 8 columns; the whole has 63
                       "gemm 4096 512 6144 10 1 8 0 1 1 1",
                       "copy 6144 7168 80",
                   }));
  calls.clear();
  EXPECT_EQ(run("shard_section_last"), 0);
  EXPECT_EQ(calls, (std::vector<std::string>{
                       "attention 1024 1024 1024 1024 1024 5120 5184 5248 1 2 3 4 5 6 7 8 9 2.500000e-01",
                       "rope_table 1024 1.000000e+00 5.000000e-01 5312 5376 4 2 1",
                   }));
}

TEST_F(Program, ReturnsTheStatusOfAFailedCollective) {
  collectiveStatus = 17;
  EXPECT_EQ(run("shard_section_micro"), 17);
  EXPECT_EQ(calls.size(), 4u) << "nothing runs after it";
}

TEST_F(Program, Manifest) {
  EXPECT_EQ(*static_cast<const int32_t *>(dlsym(library, "shard_abi_version")), SHARDRT_ABI_VERSION);
  llvm::Expected<json::Value> parsed = json::parse(static_cast<const char *>(dlsym(library, "shard_manifest")));
  ASSERT_TRUE(static_cast<bool>(parsed));
  json::Object &manifest = *parsed->getAsObject();
  auto expect = [&](llvm::StringRef key, llvm::StringRef expected) {
    json::Value *value = manifest.get(key);
    ASSERT_NE(value, nullptr) << key.str();
    EXPECT_EQ(*value, llvm::cantFail(json::parse(expected))) << key.str();
  };
  expect("abi", std::to_string(SHARDRT_ABI_VERSION));
  expect("name", R"("Model")");
  expect("dtype", R"("float64")");
  expect("mesh", R"([{"name": "dp_shard", "size": 2}, {"name": "tp", "size": 4}])");
  expect("world_size", "8");
  expect("groups", R"([["dp_shard", "tp"], ["tp"]])");
  expect("arena", R"({"bytes": 8192, "persistent": 4096, "lower_bound": 8000})");
  expect("parameters", R"([
    {"name": "model.weight", "shape": [10, 8], "sharding": [["tp", "dp_shard"], []], "local_shape": [2, 8], "offset": 256, "init": "normal", "aliases": ["lm_head.weight"]},
    {"name": "model.norm", "shape": [8], "sharding": [[]], "local_shape": [8], "offset": 512, "init": "ones", "aliases": []}])");
  expect("batch_axes", R"(["dp_shard"])");
  expect("inputs", R"({"tokens": {"offset": 1024, "shape": [6, 32]}})");
  expect("scalars", R"({"loss": 64})");
  expect("step", R"([{"section": "micro", "repeat": 2}, {"section": "last", "repeat": 1}])");
  expect("train",
         R"({"global_batch": 8, "sequence_length": 1024, "accumulation": 1, "steps": 20, "learning_rate": 0.0003,
                      "min_learning_rate": 0.0, "warmup_steps": 10, "beta1": 0.9, "beta2": 0.95, "epsilon": 1e-8,
                      "weight_decay": 0.1, "clip_norm": null})");
  expect("vocab_size", "256");
  expect("initializer_range", "0.02");
  expect("config", R"("{}")");
  json::Object &target = *manifest.getObject("target");
  EXPECT_EQ(target.getString("kind"), "cpu");
  EXPECT_EQ(target.getString("cpu"), "x86-64-v3");
  EXPECT_TRUE(llvm::is_contained(*target.getArray("features"), json::Value("avx2")));
  EXPECT_FALSE(llvm::is_contained(*target.getArray("features"), json::Value("avx512f")));
  EXPECT_EQ(manifest.getString("digest")->size(), 16u);
}

TEST(ProgramFile, IsTheSameAtEveryPath) {
  std::string contents[2];
  for (std::string &content : contents) {
    llvm::SmallString<128> path;
    ASSERT_FALSE(llvm::sys::fs::createTemporaryFile("program", "so", path));
    llvm::FileRemover remove(path);
    std::string messages;
    ASSERT_TRUE(mlir::succeeded(compile(program, "native", path, messages))) << messages;
    content = (*llvm::MemoryBuffer::getFile(path))->getBuffer().str();
  }
  EXPECT_EQ(contents[0], contents[1]);
}

TEST(ProgramFile, RefusesAnUnknownCpu) {
  std::string messages;
  EXPECT_TRUE(mlir::failed(compile(program, "pdp-11", "/dev/null", messages)));
  EXPECT_EQ(messages, "there is no CPU named 'pdp-11', expected native or a name of LLVM's such as x86-64-v3\n");
}

TEST(ProgramFile, RefusesAPathThatCannotBeWritten) {
  std::string messages;
  EXPECT_TRUE(mlir::failed(compile(program, "x86-64-v3", "/there/is/no/such/folder/program.so", messages)));
  EXPECT_NE(messages.find("cannot link /there/is/no/such/folder/program.so"), std::string::npos) << messages;
}
