//===- ReadText.cpp - The whole text of a small file ------------------------------===//

#include "files/ReadText.h"
#include "program/Error.h"
#include "program/InputFile.h"

using namespace shardrt;

static constexpr int64_t maxBytes = 100'000'000;

std::string shardrt::readText(const std::string &path) {
  InputFile file(path);
  if (file.size() > maxBytes)
    fail(Exit::BadInput, "{}: {} bytes, expected at most {}", path, file.size(), maxBytes);
  std::string text(static_cast<size_t>(file.size()), '\0');
  text.resize(static_cast<size_t>(file.read(text.data(), 0, file.size())));
  return text;
}
