//===- Tokens.cpp - Files of token ids --------------------------------------------===//

#include "files/Tokens.h"
#include "program/Error.h"

#include <algorithm>
#include <cctype>
#include <cstring>
#include <fmt/ranges.h>
#include <optional>
#include <vector>

using namespace shardrt;

static constexpr int64_t tokensPerRead = 4096;

namespace {
/// A name's prefix for a file without a header, and the bytes of its tokens.
struct RawKind {
  std::string_view prefix;
  int64_t bytesPerToken;
};

/// llm.c's header: 256 words, the first three of which are magic, version, and the number of tokens behind it.
struct HeaderKind {
  int32_t magic, version;
  int64_t bytesPerToken;
};
} // namespace

static constexpr RawKind rawKinds[] = {{"text:", 1}, {"raw16:", 2}, {"raw32:", 4}};
static constexpr HeaderKind headerKinds[] = {{20240520, 1, 2}, {20240801, 7, 4}};
static constexpr int64_t headerBytes = 256 * sizeof(int32_t);

static const RawKind *findRawKind(const std::string &name) {
  auto found = std::find_if(std::begin(rawKinds), std::end(rawKinds),
                            [&](const RawKind &kind) { return name.starts_with(kind.prefix); });
  return found == std::end(rawKinds) ? nullptr : found;
}

/// Returns the path in the name of a token file.
static std::string pathOf(const std::string &name) {
  const RawKind *raw = findRawKind(name);
  return raw ? name.substr(raw->prefix.size()) : name;
}

/// Returns how a file begins, as bytes and as what those would be: text, or numbers of 16 or 32 bits.
static std::string describeBeginning(const InputFile &file) {
  unsigned char bytes[16] = {};
  auto size = static_cast<size_t>(file.read(bytes, 0, sizeof bytes));
  if (size == 0)
    return "the file is empty";
  std::vector<unsigned char> all(bytes, bytes + size);
  std::string text = fmt::format("its first bytes are {:02x}", fmt::join(all, " "));
  if (std::all_of(all.begin(), all.end(), [](unsigned char c) { return isprint(c) || isspace(c); }))
    return text + ", which is text";
  std::vector<uint16_t> halves(size / sizeof(uint16_t));
  std::vector<uint32_t> words(size / sizeof(uint32_t));
  memcpy(halves.data(), bytes, halves.size() * sizeof(uint16_t));
  memcpy(words.data(), bytes, words.size() * sizeof(uint32_t));
  return text + fmt::format(", as tokens of 16 bits {}, of 32 bits {}", fmt::join(halves, " "), fmt::join(words, " "));
}

/// Returns what llm.c's header says of the file, or nothing where it has none. Throws Error (BadInput) where the header
/// contradicts the file.
static std::optional<TokenLayout> readHeader(const InputFile &file) {
  int32_t header[3] = {};
  file.read(header, 0, sizeof header);
  auto kind = std::find_if(std::begin(headerKinds), std::end(headerKinds),
                           [&](const HeaderKind &kind) { return kind.magic == header[0]; });
  if (kind == std::end(headerKinds))
    return std::nullopt;
  const std::string &path = file.getPath();
  if (file.size() < headerBytes)
    fail(Exit::BadInput,
         "{}: {} bytes, expected at least the {} of the header that it begins with ({}): the file is "
         "truncated",
         path, file.size(), headerBytes, kind->magic);
  if (header[1] != kind->version)
    fail(Exit::BadInput, "{}: version of the header is {}, expected {}", path, header[1], kind->version);
  if (file.size() - headerBytes != header[2] * kind->bytesPerToken)
    fail(Exit::BadInput, "{}: the header says {} tokens, the file has {} bytes of them", path, header[2],
         file.size() - headerBytes);
  return TokenLayout{headerBytes, kind->bytesPerToken};
}

/// Returns whether a file that is named as raw has a header which fits it: its words are no tokens.
static bool hasHeader(const InputFile &file) {
  try {
    return readHeader(file).has_value();
  } catch (const Error &) {
    return false;
  }
}

static TokenLayout findLayout(const std::string &name, const InputFile &file) {
  const std::string &path = file.getPath();
  const RawKind *raw = findRawKind(name);
  if (raw && hasHeader(file))
    fail(Exit::BadInput, "{}: begins with llm.c's header, which {} would take for tokens: name the file without it",
         path, raw->prefix);
  if (raw)
    return {0, raw->bytesPerToken};
  if (std::optional<TokenLayout> layout = readHeader(file))
    return *layout;
  fail(Exit::BadInput,
       "{0}: expected llm.c's header, whose first word is {1} (tokens of 16 bits) or {2} (of 32 bits), but {3}; a file "
       "of little-endian tokens without a header is raw16:{0} or raw32:{0}, and the bytes of text:{0} are tokens",
       path, headerKinds[0].magic, headerKinds[1].magic, describeBeginning(file));
}

static int64_t countTokens(const InputFile &file, const TokenLayout &layout) {
  int64_t bytes = file.size() - layout.start;
  if (bytes % layout.bytesPerToken != 0)
    fail(Exit::BadInput, "{}: {} bytes, expected a multiple of {}: a token has {}", file.getPath(), file.size(),
         layout.bytesPerToken, layout.bytesPerToken);
  return bytes / layout.bytesPerToken;
}

TokenFile::TokenFile(const std::string &name, int64_t sequenceLength, int64_t vocabSize)
    : sequenceLength(sequenceLength), file(pathOf(name)), layout(findLayout(name, file)),
      count(countTokens(file, layout)) {
  if (count < sequenceLength + 2)
    fail(Exit::BadInput, "{}: {} tokens, sequence_length {} needs at least {}", file.getPath(), count, sequenceLength,
         sequenceLength + 2);
  checkTokens(vocabSize);
}

void TokenFile::checkTokens(int64_t vocabSize) const {
  int32_t tokens[tokensPerRead];
  for (int64_t first = 0; first < count; first += tokensPerRead) {
    int64_t number = std::min(tokensPerRead, count - first);
    read(first, number, tokens);
    const int32_t *beyond =
        std::find_if(tokens, tokens + number, [&](int32_t token) { return static_cast<uint32_t>(token) >= vocabSize; });
    if (beyond != tokens + number)
      fail(Exit::BadInput, "{}: token {} is {}, expected less than the vocabulary's {}", file.getPath(),
           first + (beyond - tokens), static_cast<uint32_t>(*beyond), vocabSize);
  }
}

void TokenFile::read(int64_t first, int64_t number, int32_t *tokens) const {
  unsigned char raw[tokensPerRead * sizeof(int32_t)];
  int64_t width = layout.bytesPerToken, bytes = number * width;
  if (file.read(raw, layout.start + first * width, bytes) != bytes)
    fail(Exit::BadInput, "{}: the file has become shorter since the start", file.getPath());
  for (int64_t i = 0; i < number; ++i) {
    uint32_t token = 0; // this machine is little-endian, as the file is
    memcpy(&token, raw + i * width, static_cast<size_t>(width));
    tokens[i] = static_cast<int32_t>(token);
  }
}

void TokenFile::readSample(int64_t sample, int32_t *tokens, int32_t *targets) const {
  int64_t period = count - sequenceLength - 1;
  int64_t start = static_cast<int64_t>(static_cast<unsigned __int128>(sample) * static_cast<uint64_t>(sequenceLength) %
                                       static_cast<uint64_t>(period));
  for (int64_t at = 0; at < sequenceLength; at += tokensPerRead) {
    int64_t number = std::min(tokensPerRead, sequenceLength - at);
    read(start + at, number, tokens + at);
  }
  std::copy_n(tokens + 1, sequenceLength - 1, targets);
  read(start + sequenceLength, 1, targets + sequenceLength - 1);
}
