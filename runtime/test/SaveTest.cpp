//===- SaveTest.cpp - Parameters written as a model folder ------------------------------------===//

#include "job/Save.h"
#include "Checkpoints.h"
#include "comm/Local.h"
#include "program/Shard.h"

#include <algorithm>
#include <filesystem>
#include <thread>

using namespace shardrt;
using namespace shardrt::test;

namespace {

/// Returns `size` float32 values that no two tensors share, the first a negative zero.
std::vector<float> someValues(int64_t size, float first) {
  std::vector<float> values{-0.0f};
  for (int64_t i = 1; i < size; ++i)
    values.push_back(first + static_cast<float>(i) / 7);
  return values;
}

class SaveTest : public ::testing::Test {
protected:
  Folder folder;
  std::string from = folder / "from", to = folder / "to";
  Manifest manifest{};
  const TestTensor embed{"model.embed.weight", "F32", "[10,6]", bytesOf(someValues(60, 1))};
  const TestTensor norm{"model.norm.weight", "F32", "[5]", bytesOf(someValues(5, -100))};
  const TestTensor qkv{"model.qkv.weight", "F32", "[6,11]", bytesOf(someValues(66, 1000))};

  SaveTest() {
    std::filesystem::create_directory(from);
    manifest.config = "{\"torch_dtype\": \"bfloat16\"}\n";
  }

  void addParameter(std::string name, std::vector<int64_t> shape, std::vector<std::vector<std::string>> sharding,
                    std::optional<TensorPart> part = std::nullopt) {
    Parameter parameter{
        std::move(name), std::move(shape), std::move(sharding), {}, manifest.arenaBytes, Init::Normal, {}, part};
    int64_t elements = 1;
    for (size_t d = 0; d < parameter.shape.size(); ++d) {
      parameter.localShape.push_back(shardRange(parameter.shape[d], parameter.sharding[d], manifest.mesh, 0).local);
      elements *= parameter.localShape.back();
    }
    manifest.arenaBytes += elements * manifest.elementSize();
    manifest.parameters.push_back(parameter);
  }

  /// A model of an embedding, a norm and three projections in one tensor, on a mesh of 2 x `shards` x `tp` ranks.
  void buildModel(int64_t shards, int64_t tp) {
    manifest.mesh = Mesh({{"dp_replicate", 2}, {"dp_shard", shards}, {"tp", tp}});
    manifest.parameters.clear();
    manifest.arenaBytes = 0;
    addParameter("model.embed.weight", {10, 6}, {{"tp", "dp_shard"}, {}});
    addParameter("model.norm.weight", {5}, {{"dp_shard"}});
    int64_t at = 0;
    for (auto [extent, name] : {std::pair(5, "q"), {3, "k"}, {3, "v"}}) {
      addParameter(std::string("model.qkv.weight_") + name, {6, extent}, {{"dp_shard"}, {"tp"}},
                   TensorPart{"model.qkv.weight", 1, at, 11});
      at += extent;
    }
    manifest.parameters[0].aliases = {"lm_head.weight"};
  }

  /// Loads `tensors` as a folder of weights, on all ranks as threads, and saves.
  void loadAndSave(const std::vector<TestTensor> &tensors, SaveOptions options) {
    writeFile(from + "/model.safetensors", safetensors(tensors));
    Weights weights(from, manifest);
    Save save(options, "p.shard", manifest, &weights);
    save.check();
    runRanks(save, [&](shardrt_rank &rank) { weights.load(rank.index, rank.device, rank.arena, rank.progress); });
  }

  void runRanks(const Save &save, const std::function<void(shardrt_rank &)> &load) {
    int64_t size = manifest.mesh.size();
    std::vector<int64_t> everyone;
    for (int64_t i = 0; i < size; ++i)
      everyone.push_back(i);
    std::unique_ptr<Platform> platform = createCpuPlatform();
    LocalWorld world(size);
    std::vector<Progress> progress(static_cast<size_t>(size));
    std::vector<std::unique_ptr<shardrt_rank>> ranks;
    std::vector<std::unique_ptr<Gather>> gathers;
    for (int64_t i = 0; i < size; ++i) {
      ranks.push_back(std::make_unique<shardrt_rank>(i, platform->getDevice(0), world.join(i, everyone),
                                                     progress[static_cast<size_t>(i)]));
      ranks.back()->arenaBytes = std::max<int64_t>(manifest.arenaBytes, 1);
      ranks.back()->arena = platform->getDevice(0).allocate(ranks.back()->arenaBytes);
      gathers.push_back(std::make_unique<Gather>(*ranks.back(), manifest));
      load(*ranks.back());
    }
    std::vector<std::thread> threads;
    for (size_t i = 0; i < ranks.size(); ++i)
      threads.emplace_back([&, i] { EXPECT_TRUE(save.run(*ranks[i], *gathers[i])); });
    for (std::thread &thread : threads)
      thread.join();
  }

  /// Checks that `to` has exactly these tensors, bit by bit, in the files `names`.
  void expectSaved(const std::vector<TestTensor> &tensors, const std::vector<std::string> &names) {
    size_t seen = 0;
    for (const std::string &name : names) {
      SafetensorsFile file(to + "/" + name);
      for (const StoredTensor &stored : file.getTensors()) {
        ASSERT_LT(seen, tensors.size());
        const TestTensor &expected = tensors[seen++];
        EXPECT_EQ(stored.name, expected.name);
        EXPECT_EQ(stored.typeName, "F32");
        EXPECT_EQ(fmt::format("[{}]", fmt::join(stored.shape, ",")), expected.shape);
        EXPECT_EQ(stored.begin % 4, 0);
        std::string data(static_cast<size_t>(stored.bytes), '\0');
        file.read(data.data(), stored.begin, stored.bytes);
        EXPECT_TRUE(data == expected.data) << expected.name;
      }
    }
    EXPECT_EQ(seen, tensors.size());
    EXPECT_FALSE(std::filesystem::exists(to + ".partial"));
  }
};

std::string diskError(const std::function<void()> &use) {
  try {
    use();
    return "";
  } catch (const Error &error) {
    EXPECT_EQ(error.exit, Exit::Disk);
    return error.what();
  }
}

TEST_F(SaveTest, WritesWhatWasLoadedOnEveryMesh) {
  for (auto [shards, tp] : {std::pair(1, 1), {2, 1}, {3, 1}, {1, 2}, {2, 2}, {4, 1}, {1, 3}})
    for (shardrt_dtype dtype : {SHARDRT_F32, SHARDRT_F64}) {
      manifest.dtype = dtype;
      buildModel(shards, tp);
      loadAndSave({embed, norm, qkv}, {to});
      expectSaved({embed, norm, qkv}, {"model.safetensors"});
      EXPECT_EQ(readFile(to + "/config.json"), "{\"torch_dtype\": \"float32\"}\n");
      EXPECT_FALSE(std::filesystem::exists(to + "/model.safetensors.index.json"));
      std::filesystem::remove_all(to);
    }
}

TEST_F(SaveTest, WritesParametersOfManyChunks) {
  manifest.mesh = Mesh({{"dp_shard", 3}});
  addParameter("w", {3000001}, {{"dp_shard"}});
  const TestTensor w{"w", "F32", "[3000001]", bytesOf(someValues(3000001, 5))};
  loadAndSave({w}, {to});
  expectSaved({w}, {"model.safetensors"});
}

TEST_F(SaveTest, KeepsNamesAndTiesAsTheyCame) {
  buildModel(2, 1);
  TestTensor bare = embed, head = embed;
  bare.name = "embed.weight";
  head.name = "lm_head.weight";
  loadAndSave({norm, qkv, bare, head, {"rotary_emb.inv_freq", "F32", "[1]", "1234"}}, {to});
  expectSaved({norm, qkv, bare, head}, {"model.safetensors"});
  std::filesystem::remove_all(to);
  loadAndSave({head, norm, qkv}, {to});
  expectSaved({head, norm, qkv}, {"model.safetensors"});
}

TEST_F(SaveTest, WritesTheModelsNamesForASeed) {
  buildModel(1, 2);
  Save save({to}, "p.shard", manifest, nullptr);
  EXPECT_EQ(save.describe(), fmt::format("3 tensors, 815 B, to {}", to));
  runRanks(save, [](shardrt_rank &) {});
  expectSaved({{embed.name, "", embed.shape, std::string(240, '\0')},
               {norm.name, "", norm.shape, std::string(20, '\0')},
               {qkv.name, "", qkv.shape, std::string(264, '\0')}},
              {"model.safetensors"});
}

TEST_F(SaveTest, SplitsIntoIndexedFiles) {
  buildModel(2, 2);
  loadAndSave({embed, norm, qkv}, {to, 260});
  expectSaved({embed, norm, qkv}, {"model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"});
  EXPECT_FALSE(std::filesystem::exists(to + "/model.safetensors"));
  EXPECT_EQ(readFile(to + "/model.safetensors.index.json"), R"({
  "metadata": {
    "total_size": 524
  },
  "weight_map": {
    "model.embed.weight": "model-00001-of-00002.safetensors",
    "model.norm.weight": "model-00001-of-00002.safetensors",
    "model.qkv.weight": "model-00002-of-00002.safetensors"
  }
}
)");
  EXPECT_EQ(Weights(to, manifest).getTensors().size(), 3u);
  std::filesystem::remove_all(to);
  loadAndSave({embed, norm, qkv}, {to, 1}); // less than any tensor takes
  expectSaved({embed, norm, qkv}, {"model-00001-of-00003.safetensors", "model-00002-of-00003.safetensors",
                                   "model-00003-of-00003.safetensors"});
}

TEST_F(SaveTest, EscapesNamesAndAlignsData) {
  SafetensorsLayout layout({{"a \"b\"\n\\", {2}}, {"none", {0, 3}}, {"scalar", {}}}, SafetensorsLayout::defaultLimit);
  SafetensorsWriter writer(layout, folder.path);
  const float values[] = {1, 2, 3};
  writer.write(0, 1, values + 1, 1);
  writer.write(0, 0, values, 1);
  writer.write(2, 0, values + 2, 1);
  writer.finish();
  std::string path = folder / "model.safetensors";
  EXPECT_EQ(static_cast<int64_t>(std::filesystem::file_size(path)), layout.getBytes());
  SafetensorsFile file(path);
  ASSERT_EQ(file.getTensors().size(), 3u);
  EXPECT_EQ(file.getTensors()[0].name, "a \"b\"\n\\");
  EXPECT_EQ(file.getTensors()[0].begin % 8, 0);
  EXPECT_EQ(file.getTensors()[1].shape, (std::vector<int64_t>{0, 3}));
  float read[3];
  file.read(read, file.getTensors()[0].begin, sizeof read);
  EXPECT_TRUE(std::equal(read, read + 3, values));
}

/// Files with holes, so that 8 GB take no room.
TEST_F(SaveTest, SplitsAboveFiveGigabytes) {
  constexpr int64_t half = 1'000'000'000;
  SafetensorsLayout layout({{"a", {half}}, {"b", {half}}}, SafetensorsLayout::defaultLimit);
  EXPECT_EQ(SafetensorsLayout({{"a", {half}}, {"b", {half / 4}}}, SafetensorsLayout::defaultLimit).getFiles().size(),
            1u);
  SafetensorsWriter writer(layout, folder.path);
  const float last[] = {5, 7};
  writer.write(0, half - 1, last, 1);
  writer.write(1, half - 1, last + 1, 1);
  writer.finish();
  for (int i : {0, 1}) {
    SafetensorsFile file(folder / fmt::format("model-0000{}-of-00002.safetensors", i + 1));
    ASSERT_EQ(file.getTensors().size(), 1u);
    EXPECT_EQ(file.getTensors()[0].bytes, 4 * half);
    float read;
    file.read(&read, file.getTensors()[0].begin + 4 * (half - 1), 4);
    EXPECT_EQ(read, last[i]);
  }
}

TEST_F(SaveTest, CopiesWhatBelongsToTheTokenizer) {
  buildModel(1, 1);
  for (const char *name : {"tokenizer.json", "merges.txt", "spiece.model", "chat_template.jinja",
                           "generation_config.json", "config.json", "README.md", "training_args.bin"})
    writeFile(from + "/" + name, std::string("text of ") + name);
  std::filesystem::create_directory(from + "/tokenizer.d");
  std::filesystem::create_symlink("tokenizer.json", from + "/tokenizer_config.json"); // as in a cache of downloads
  loadAndSave({embed, norm, qkv}, {to});
  std::vector<std::string> names;
  for (const auto &entry : std::filesystem::directory_iterator(to)) {
    EXPECT_FALSE(entry.is_symlink());
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  EXPECT_EQ(names,
            (std::vector<std::string>{"chat_template.jinja", "config.json", "generation_config.json", "merges.txt",
                                      "model.safetensors", "spiece.model", "tokenizer.json", "tokenizer_config.json"}));
  EXPECT_EQ(readFile(to + "/merges.txt"), "text of merges.txt");
  EXPECT_EQ(readFile(to + "/tokenizer_config.json"), "text of tokenizer.json");
}

TEST_F(SaveTest, WritesNoConfigWhereThereIsNone) {
  buildModel(1, 1);
  manifest.config = "";
  loadAndSave({embed, norm, qkv}, {to});
  EXPECT_FALSE(std::filesystem::exists(to + "/config.json"));
  Save save({to}, "p.shard", manifest, nullptr);
  EXPECT_NE(save.describe().find(", without config.json, which the program does not have, to "), std::string::npos);
}

TEST_F(SaveTest, RefusesPartsThatDoNotMakeUpATensor) {
  buildModel(1, 1);
  manifest.parameters.pop_back();
  EXPECT_EQ(refusal([&] { Save({to}, "p.shard", manifest, nullptr); }),
            "p.shard: the parameters of tensor model.qkv.weight hold 48 of its 66 elements");
}

TEST_F(SaveTest, TakesNewAndEmptyFolders) {
  buildModel(2, 1);
  auto save = [&](const std::string &path) { loadAndSave({embed, norm, qkv}, {path}); };
  std::filesystem::create_directory(to);
  save(to + "/");
  expectSaved({embed, norm, qkv}, {"model.safetensors"});
  save(std::filesystem::relative(folder / "relative").string());
  EXPECT_TRUE(std::filesystem::exists(folder / "relative/model.safetensors"));
  std::filesystem::path here = std::filesystem::current_path();
  std::filesystem::current_path(folder.path);
  save("bare");
  std::filesystem::current_path(here);
  EXPECT_TRUE(std::filesystem::exists(folder / "bare/model.safetensors"));
  std::filesystem::create_directory(folder / "other");
  std::filesystem::create_directory_symlink("other", folder / "link");
  save(folder / "link");
  EXPECT_TRUE(std::filesystem::exists(folder / "other/model.safetensors"));
  std::filesystem::create_directory(folder / "left.partial"); // by a save that was killed
  for (const char *name : {"model-00001-of-00002.safetensors", "model.safetensors", "model.safetensors.index.json",
                           "config.json", "tokenizer.json", "spiece.model"})
    writeFile((folder / "left.partial/") + name, "half");
  save(folder / "left");
  EXPECT_FALSE(std::filesystem::exists(folder / "left/model-00001-of-00002.safetensors"));
  EXPECT_FALSE(std::filesystem::exists(folder / "left.partial"));
}

TEST_F(SaveTest, RefusesOtherFolders) {
  buildModel(1, 1);
  auto refuse = [&](const std::string &path) {
    return diskError([&] { Save({path}, "p.shard", manifest, nullptr).check(); });
  };
  EXPECT_EQ(refuse(to), "");
  EXPECT_FALSE(std::filesystem::exists(to));
  EXPECT_FALSE(std::filesystem::exists(to + ".partial"));
  writeFile(from + "/model.safetensors", "x");
  EXPECT_EQ(refuse(from), from + ": the folder holds files; --save takes a new folder or an empty one");
  EXPECT_EQ(refuse(from + "/model.safetensors"),
            from + "/model.safetensors: not a folder; --save takes a new folder or an empty one");
  std::filesystem::create_symlink("nowhere", folder / "dangling");
  EXPECT_EQ(refuse(folder / "dangling"),
            (folder / "dangling") + ": not a folder; --save takes a new folder or an empty one");
  EXPECT_EQ(refuse(folder / "no/such"),
            (folder / "no/such.partial") + ": the folder cannot be made: No such file or directory");
  EXPECT_EQ(refuse("/proc/saved"), "/proc/saved.partial: the folder cannot be made: No such file or directory");
  EXPECT_NE(refuse("/"), "");
  EXPECT_EQ(refuse(""), "--save takes a new folder or an empty one, got an empty name");
  std::filesystem::create_directory(to + ".partial");
  writeFile(to + ".partial/thesis.txt", "mine");
  EXPECT_EQ(refuse(to),
            to + ".partial: the folder is in the way and holds more than a save leaves behind: Directory not empty");
  EXPECT_EQ(readFile(to + ".partial/thesis.txt"), "mine");
  std::filesystem::remove_all(to + ".partial");
  std::filesystem::create_directory_symlink(from, to + ".partial");
  EXPECT_NE(refuse(to), "");
  EXPECT_TRUE(std::filesystem::exists(from + "/model.safetensors"));
  std::filesystem::remove(to + ".partial");
  manifest.mesh = Mesh({{"dp_shard", 1}});
  manifest.parameters = {{"w", {1 << 30, 1 << 20}, {{}, {}}, {1 << 30, 1 << 20}, 0, Init::Normal, {}}};
  EXPECT_EQ(refuse(to).find(to + ": saving needs 4.0 PiB, "), 0u) << refuse(to);
}

TEST_F(SaveTest, KeepsTheFilesWhenTheNameIsTaken) {
  buildModel(1, 1);
  Save save({to}, "p.shard", manifest, nullptr);
  save.check();
  std::filesystem::create_directory(to);
  writeFile(to + "/notes", "written while the job ran");
  writeFile(to + ".1", "this too");
  EXPECT_EQ(diskError([&] {
              manifest.mesh = Mesh({{"dp_shard", 1}, {"dp_replicate", 1}, {"tp", 1}});
              std::unique_ptr<Platform> platform = createCpuPlatform();
              LocalWorld world(1);
              Progress progress;
              shardrt_rank rank(0, platform->getDevice(0), world.join(0, {0}), progress);
              rank.arenaBytes = manifest.arenaBytes;
              rank.arena = platform->getDevice(0).allocate(rank.arenaBytes);
              Gather gather(rank, manifest);
              save.run(rank, gather);
            }),
            to + ": the name was taken while the job ran; the weights are complete in " + to + ".2");
  EXPECT_TRUE(std::filesystem::exists(to + ".2/model.safetensors"));
  EXPECT_FALSE(std::filesystem::exists(to + ".partial"));
  EXPECT_EQ(readFile(to + "/notes") + readFile(to + ".1"), "written while the job ranthis too");
}

} // namespace
