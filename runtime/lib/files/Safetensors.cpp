//===- Safetensors.cpp - Reading safetensors files by byte range --------------===//

#include "files/Safetensors.h"
#include "program/Error.h"
#include "program/Json.h"

#include <algorithm>
#include <xxhash.h>

using namespace shardrt;

static constexpr uint64_t maxHeader = 100'000'000;

namespace {
struct TypeInfo {
  const char *name;
  int64_t bytes;
  StoredType type;
};
} // namespace

static constexpr TypeInfo types[] = {
    {"F64", 8, StoredType::F64},    {"F32", 4, StoredType::F32},       {"F16", 2, StoredType::F16},
    {"BF16", 2, StoredType::BF16},  {"I64", 8, StoredType::Other},     {"I32", 4, StoredType::Other},
    {"I16", 2, StoredType::Other},  {"I8", 1, StoredType::Other},      {"U64", 8, StoredType::Other},
    {"U32", 4, StoredType::Other},  {"U16", 2, StoredType::Other},     {"U8", 1, StoredType::Other},
    {"BOOL", 1, StoredType::Other}, {"F8_E4M3", 1, StoredType::Other}, {"F8_E5M2", 1, StoredType::Other},
};

int64_t shardrt::sizeOf(StoredType type) {
  return type == StoredType::F64 ? 8 : type == StoredType::F32 ? 4 : 2;
}

/// Parses one entry of the header, whose data starts at byte `dataStart` of the file.
static StoredTensor parseTensor(const JsonView &json, int64_t dataStart) {
  for (const JsonView &member : json.members())
    if (member.key() != "dtype" && member.key() != "shape" && member.key() != "data_offsets")
      member.fail(fmt::format("tensor {}: unknown key \"{}\"", json.key(), member.key()));
  const std::string &typeName = json["dtype"].string();
  auto info = std::find_if(std::begin(types), std::end(types), [&](const TypeInfo &t) { return typeName == t.name; });
  if (info == std::end(types))
    json["dtype"].fail(fmt::format("tensor {}: unknown dtype \"{}\"", json.key(), typeName));
  std::vector<int64_t> shape = json["shape"].sizes(), offsets = json["data_offsets"].sizes();
  int64_t bytes = info->bytes;
  for (int64_t size : shape)
    if (__builtin_mul_overflow(bytes, size, &bytes))
      json["shape"].fail(fmt::format("tensor {}: the shape [{}] overflows", json.key(), fmt::join(shape, ", ")));
  if (offsets.size() != 2 || offsets[0] > offsets[1])
    json["data_offsets"].fail(
        fmt::format("tensor {}: data_offsets must be [begin, end], got [{}]", json.key(), fmt::join(offsets, ", ")));
  if (offsets[1] - offsets[0] != bytes)
    json["data_offsets"].fail(fmt::format("tensor {}: {} of shape [{}] takes {} bytes, data_offsets give {}",
                                          json.key(), typeName, fmt::join(shape, ", "), bytes,
                                          offsets[1] - offsets[0]));
  int64_t begin;
  if (__builtin_add_overflow(dataStart, offsets[0], &begin))
    json["data_offsets"].fail(fmt::format("tensor {}: data_offsets are too large", json.key()));
  return {json.key(), info->type, typeName, std::move(shape), begin, bytes};
}

/// Checks that the tensors in order of their data fill [start, end) exactly.
static void checkLayout(const std::vector<StoredTensor> &tensors, int64_t start, int64_t end, const std::string &path) {
  std::vector<const StoredTensor *> order;
  for (const StoredTensor &tensor : tensors)
    order.push_back(&tensor);
  std::sort(order.begin(), order.end(), [](const StoredTensor *a, const StoredTensor *b) {
    return std::pair(a->begin, a->bytes) < std::pair(b->begin, b->bytes);
  });
  int64_t at = start;
  for (const StoredTensor *tensor : order) {
    if (tensor->begin != at)
      fail(Exit::BadInput, "{}: tensor {} begins at byte {} of the data, expected {}: {}", path, tensor->name,
           tensor->begin - start, at - start, tensor->begin < at ? "it overlaps another" : "there is a hole before it");
    if (tensor->bytes > end - at)
      fail(Exit::BadInput, "{}: tensor {} ends at byte {} of the data, the file has {}: the file is truncated", path,
           tensor->name, at - start + tensor->bytes, end - start);
    at += tensor->bytes;
  }
  if (at != end)
    fail(Exit::BadInput, "{}: {} bytes follow the last tensor", path, end - at);
}

SafetensorsFile::SafetensorsFile(const std::string &path) : file(path) {
  parseHeader();
}

void SafetensorsFile::parseHeader() {
  const std::string &path = file.getPath();
  int64_t size = file.size();
  uint64_t length = 0;
  if (size < 8)
    fail(Exit::BadInput, "{}: the file has {} bytes, a header needs at least 8: the file is truncated", path, size);
  read(&length, 0, 8);
  if (length > maxHeader)
    fail(Exit::BadInput, "{}: the header has {} bytes, expected at most {}", path, length, maxHeader);
  if (length > static_cast<uint64_t>(size) - 8)
    fail(Exit::BadInput, "{}: the header has {} bytes, the file {}: the file is truncated", path, length, size);
  std::string text(length, '\0');
  read(text.data(), 8, static_cast<int64_t>(length));
  if (text.empty() || text.front() != '{')
    fail(Exit::BadInput, "{}: the header must begin with '{{'", path);
  digest = XXH3_64bits(text.data(), text.size());
  JsonDocument header(path, std::move(text));
  auto dataStart = static_cast<int64_t>(8 + length);
  for (const JsonView &member : header.root().members()) {
    if (member.key() != "__metadata__")
      tensors.push_back(parseTensor(member, dataStart));
    else
      for (const JsonView &entry : member.members())
        entry.string();
  }
  checkLayout(tensors, dataStart, size, path);
}

void SafetensorsFile::read(void *data, int64_t offset, int64_t bytes) const {
  if (int64_t got = file.read(data, offset, bytes); got != bytes)
    fail(Exit::BadInput, "{}: ends at byte {}, expected {}: the file is truncated", file.getPath(), offset + got,
         offset + bytes);
}
