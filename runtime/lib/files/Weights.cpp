//===- Weights.cpp - A folder of Hugging Face weights ---------------------------===//

#include "files/Weights.h"
#include "files/ReadText.h"
#include "program/Error.h"
#include "program/Json.h"
#include "program/Shard.h"

#include <bit>
#include <cstring>
#include <filesystem>
#include <map>
#include <set>
#include <xxhash.h>

using namespace shardrt;

static constexpr int64_t chunkElements = 1 << 16;

Weights::Weights(const std::string &folder, const Manifest &manifest) : folder(folder), manifest(manifest) {
  openFiles();
  match();
  checkShapes();
}

void Weights::openFiles() {
  std::error_code error;
  if (!std::filesystem::is_directory(folder, error))
    fail(Exit::BadInput, "{}: {}", folder, std::filesystem::exists(folder, error) ? "not a folder" : "no such folder");
  std::string single = folder + "/model.safetensors", index = single + ".index.json";
  if (std::filesystem::exists(single, error))
    files.push_back(std::make_unique<SafetensorsFile>(single));
  else if (std::filesystem::exists(index, error))
    openIndex(index);
  else
    fail(Exit::BadInput, "{}: has neither model.safetensors nor model.safetensors.index.json", folder);
}

static bool isPlainName(const std::string &name) {
  return !name.empty() && name != "." && name != ".." && name.find('/') == std::string::npos &&
         name.find('\0') == std::string::npos;
}

void Weights::openIndex(const std::string &path) {
  JsonDocument document(path, readText(path));
  std::map<std::string, std::set<std::string>> expected; // by file
  for (const JsonView &entry : document.root()["weight_map"].members()) {
    if (!isPlainName(entry.string()))
      entry.fail(
          fmt::format("tensor {}: file must be a plain name without a slash, got \"{}\"", entry.key(), entry.string()));
    expected[entry.string()].insert(entry.key());
  }
  for (auto &[name, tensors] : expected) {
    files.push_back(std::make_unique<SafetensorsFile>(folder + "/" + name));
    for (const StoredTensor &tensor : files.back()->getTensors())
      tensors.erase(tensor.name);
    if (!tensors.empty())
      fail(Exit::BadInput, "{}: tensor {} is said to be in {}, which does not have it", path, *tensors.begin(), name);
  }
}

void Weights::match() {
  WeightNames names(manifest);
  sources.resize(manifest.parameters.size());
  std::map<std::string, const SafetensorsFile *> seen;
  std::vector<std::string> leftOver;
  for (const auto &file : files)
    for (const StoredTensor &tensor : file->getTensors()) {
      auto [first, isNew] = seen.emplace(tensor.name, file.get());
      if (!isNew)
        fail(Exit::BadInput, "{}: tensor {} is also in {}", file->getPath(), tensor.name, first->second->getPath());
      WeightNames::Match match = names.find(tensor.name);
      if (match.kind == WeightNames::Kind::Unknown)
        leftOver.push_back(tensor.name);
      if (!match.parameters.empty())
        tensors.push_back({tensor.name, match.parameters});
      bool isAlias = match.kind == WeightNames::Kind::Alias;
      for (size_t i : match.parameters)
        sources[i].insert(isAlias ? sources[i].end() : sources[i].begin(), {file.get(), &tensor});
    }
  std::vector<std::string> missing;
  for (size_t i = 0; i < sources.size(); ++i)
    if (const std::string &name = manifest.parameters[i].tensorName();
        sources[i].empty() && std::find(missing.begin(), missing.end(), name) == missing.end())
      missing.push_back(name);
  if (!missing.empty() || !leftOver.empty())
    fail(Exit::BadInput, "{}: {}", folder, describeDifference(missing, leftOver));
}

void Weights::checkShapes() const {
  for (size_t i = 0; i < sources.size(); ++i)
    for (const Source &source : sources[i]) {
      std::vector<int64_t> expected = manifest.parameters[i].tensorShape();
      if (source.tensor->shape != expected)
        fail(Exit::BadInput, "{}: tensor {} has shape [{}], the program expects [{}]", source.file->getPath(),
             source.tensor->name, fmt::join(source.tensor->shape, ", "), fmt::join(expected, ", "));
      if (source.tensor->type == StoredType::Other)
        fail(Exit::BadInput, "{}: tensor {} is {}, expected F64, F32, F16 or BF16", source.file->getPath(),
             source.tensor->name, source.tensor->typeName);
    }
}

uint64_t Weights::getDigest() const {
  uint64_t digest = 0;
  for (const auto &file : files) {
    uint64_t pair[] = {digest, file->getDigest()};
    digest = XXH3_64bits(pair, sizeof pair);
  }
  return digest;
}

/// Returns the value of an IEEE half: 5 bits of exponent with bias 15, 10 of fraction.
static float halfToFloat(uint16_t half) {
  uint32_t sign = uint32_t(half & 0x8000) << 16, exponent = half >> 10 & 31, fraction = half & 1023;
  if (exponent == 31)
    return std::bit_cast<float>(sign | 0x7f800000 | fraction << 13);
  if (exponent != 0)
    return std::bit_cast<float>(sign | (exponent + 112) << 23 | fraction << 13);
  float magnitude = static_cast<float>(fraction) * 0x1p-24f;
  return sign ? -magnitude : magnitude;
}

template <typename T, typename Stored, typename Convert>
static void convert(const char *stored, T *values, int64_t count, Convert convertOne) {
  for (int64_t i = 0; i < count; ++i) {
    Stored raw;
    std::memcpy(&raw, stored + i * int64_t(sizeof raw), sizeof raw);
    values[i] = static_cast<T>(convertOne(raw));
  }
}

/// Reads `count` elements of `tensor` from element `first` on, as T.
template <typename T>
static void readElements(const SafetensorsFile &file, const StoredTensor &tensor, int64_t first, int64_t count,
                         char *raw, T *values) {
  int64_t size = sizeOf(tensor.type);
  file.read(raw, tensor.begin + first * size, count * size);
  switch (tensor.type) {
  case StoredType::F64:
    return convert<T, double>(raw, values, count, [](double x) { return x; });
  case StoredType::F32:
    return convert<T, float>(raw, values, count, [](float x) { return x; });
  case StoredType::F16:
    return convert<T, uint16_t>(raw, values, count, halfToFloat);
  default:
    return convert<T, uint16_t>(raw, values, count, [](uint16_t x) { return std::bit_cast<float>(uint32_t(x) << 16); });
  }
}

template <typename T>
void Weights::loadParameter(size_t index, int64_t rank, Device &device, char *arena, Progress &progress) const {
  const Parameter &parameter = manifest.parameters[index];
  const Source &source = sources[index].front();
  std::vector<char> raw(chunkElements * sizeof(double));
  std::vector<T> values(chunkElements), tied(chunkElements);
  forEachRun(parameter, manifest.mesh, rank, [&](const ShardRun &run) {
    for (int64_t done = 0, count = 0; done < run.count; done += count) {
      progress.advance();
      auto [first, most] = placeInTensor(parameter, run.global + done);
      count = std::min({chunkElements, run.count - done, most});
      readElements(*source.file, *source.tensor, first, count, raw.data(), values.data());
      device.store(arena + parameter.offset + (run.local + done) * int64_t(sizeof(T)), values.data(),
                   count * int64_t(sizeof(T)));
      for (size_t other = 1; other < sources[index].size(); ++other) {
        const Source &alias = sources[index][other];
        readElements(*alias.file, *alias.tensor, first, count, raw.data(), tied.data());
        for (int64_t i = 0; i < count; ++i)
          if (values[i] != tied[i] && (values[i] == values[i] || tied[i] == tied[i]))
            fail(Exit::BadInput,
                 "{}: tensor {} differs from {}, to which the model ties it: element {} is {}, expected {}",
                 alias.file->getPath(), alias.tensor->name, source.tensor->name, first + i, tied[i], values[i]);
      }
    }
  });
}

void Weights::load(int64_t rank, Device &device, char *arena, Progress &progress) const {
  for (size_t i = 0; i < sources.size(); ++i) {
    if (manifest.dtype == SHARDRT_F64)
      loadParameter<double>(i, rank, device, arena, progress);
    else
      loadParameter<float>(i, rank, device, arena, progress);
  }
}
