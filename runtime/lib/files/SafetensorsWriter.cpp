//===- SafetensorsWriter.cpp - Writing float32 tensors as safetensors -------------===//

#include "files/SafetensorsWriter.h"

#include <fmt/format.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

using namespace shardrt;

int64_t NewTensor::bytes() const {
  int64_t bytes = sizeof(float);
  for (int64_t size : shape)
    bytes *= size;
  return bytes;
}

/// Returns `text` as a JSON string.
static std::string quote(const std::string &text) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
  return buffer.GetString();
}

/// Fills in the header of `file`, whose tensors are known, and what follows from its length.
static void describe(NewFile &file, const std::vector<NewTensor> &tensors) {
  std::string header = R"({"__metadata__":{"format":"pt"})";
  int64_t end = 0;
  for (size_t i = file.begin; i < file.end; ++i) {
    int64_t begin = end;
    end += tensors[i].bytes();
    file.offsets.push_back(begin);
    header += fmt::format(",{}:{{\"dtype\":\"F32\",\"shape\":[{}],\"data_offsets\":[{},{}]}}", quote(tensors[i].name),
                          fmt::join(tensors[i].shape, ","), begin, end);
  }
  header += "}";
  header.resize((header.size() + 7) / 8 * 8, ' '); // readers map the file and expect aligned data
  for (int shift = 0; shift < 64; shift += 8)
    file.header += static_cast<char>(static_cast<uint64_t>(header.size()) >> shift & 0xff);
  file.header += header;
  for (int64_t &offset : file.offsets)
    offset += static_cast<int64_t>(file.header.size());
  file.bytes = static_cast<int64_t>(file.header.size()) + end;
}

static std::string describeIndex(const std::vector<NewFile> &files, const std::vector<NewTensor> &tensors) {
  int64_t total = 0;
  std::string map;
  for (const NewFile &file : files)
    for (size_t i = file.begin; i < file.end; ++i) {
      total += tensors[i].bytes();
      map += fmt::format("{}\n    {}: \"{}\"", map.empty() ? "" : ",", quote(tensors[i].name), file.name);
    }
  return fmt::format("{{\n  \"metadata\": {{\n    \"total_size\": {}\n  }},\n  \"weight_map\": {{{}\n  }}\n}}\n", total,
                     map);
}

SafetensorsLayout::SafetensorsLayout(std::vector<NewTensor> list, int64_t fileLimit) : tensors(std::move(list)) {
  files.push_back({});
  int64_t filled = 0;
  for (size_t i = 0; i < tensors.size(); ++i) {
    if (files.back().end > files.back().begin && filled + tensors[i].bytes() > fileLimit) {
      files.push_back({"", "", i, i, {}, 0});
      filled = 0;
    }
    files.back().end = i + 1;
    filled += tensors[i].bytes();
  }
  for (size_t i = 0; i < files.size(); ++i) {
    files[i].name =
        files.size() == 1 ? "model.safetensors" : fmt::format("model-{:05}-of-{:05}.safetensors", i + 1, files.size());
    describe(files[i], tensors);
  }
  if (files.size() > 1)
    index = describeIndex(files, tensors);
}

int64_t SafetensorsLayout::getBytes() const {
  auto bytes = static_cast<int64_t>(index.size());
  for (const NewFile &file : files)
    bytes += file.bytes;
  return bytes;
}

void SafetensorsWriter::openNext() {
  if (file)
    file->sync();
  const NewFile &next = layout.getFiles()[opened++];
  file = std::make_unique<Output>(folder + "/" + next.name);
  file->write(next.header);
}

void SafetensorsWriter::write(size_t tensor, int64_t first, const float *values, int64_t count) {
  while (opened == 0 || layout.getFiles()[opened - 1].end <= tensor)
    openNext();
  const NewFile &current = layout.getFiles()[opened - 1];
  file->writeAt(values, count * int64_t(sizeof(float)),
                current.offsets[tensor - current.begin] + first * int64_t(sizeof(float)));
}

void SafetensorsWriter::finish() {
  while (opened < layout.getFiles().size())
    openNext();
  file->sync();
  if (layout.getIndex().empty())
    return;
  Output index(folder + "/model.safetensors.index.json");
  index.write(layout.getIndex());
  index.sync();
}
