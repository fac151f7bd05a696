//===- Tokens.cpp - Files of token ids --------------------------------------------===//

#include "files/Tokens.h"
#include "program/Error.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

using namespace shardrt;

static constexpr int64_t tokensPerRead = 4096;
static constexpr int64_t headerBytes = 1024;
static constexpr int32_t headerMagic = 20240520;

TokenFile::TokenFile(const std::string &name, int64_t sequenceLength, int64_t vocabSize)
    : sequenceLength(sequenceLength) {
  bool text = name.starts_with("text:");
  path = text ? name.substr(5) : name;
  fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    fail(Exit::BadInput, "{}: {}", path, strerror(errno));
  try {
    readHeader(text);
    if (count < sequenceLength + 2)
      fail(Exit::BadInput, "{}: {} tokens, sequence_length {} needs at least {}", path, count, sequenceLength,
           sequenceLength + 2);
    checkTokens(vocabSize);
  } catch (...) {
    close(fd);
    throw;
  }
}

TokenFile::~TokenFile() {
  close(fd);
}

void TokenFile::readHeader(bool text) {
  struct stat status;
  if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode))
    fail(Exit::BadInput, "{}: not a regular file", path);
  fileBytes = status.st_size;
  bytesPerToken = text ? 1 : 2;
  int32_t header[3] = {};
  if (!text && fileBytes >= headerBytes && pread(fd, header, sizeof header, 0) == sizeof header &&
      header[0] == headerMagic) {
    if (header[1] != 1)
      fail(Exit::BadInput, "{}: version of the header is {}, expected 1", path, header[1]);
    dataStart = headerBytes;
    if ((fileBytes - headerBytes) != int64_t(header[2]) * 2)
      fail(Exit::BadInput, "{}: the header says {} tokens, the file has {} bytes of them", path, header[2],
           fileBytes - headerBytes);
  }
  if ((fileBytes - dataStart) % bytesPerToken != 0)
    fail(Exit::BadInput, "{}: {} bytes, expected an even number: a token has 2", path, fileBytes);
  count = (fileBytes - dataStart) / bytesPerToken;
}

void TokenFile::checkTokens(int64_t vocabSize) const {
  int32_t tokens[tokensPerRead];
  for (int64_t first = 0; first < count; first += tokensPerRead) {
    int64_t number = std::min(tokensPerRead, count - first);
    read(first, number, tokens);
    const int32_t *beyond = std::find_if(tokens, tokens + number, [&](int32_t token) { return token >= vocabSize; });
    if (beyond != tokens + number)
      fail(Exit::BadInput, "{}: token {} is {}, expected less than the vocabulary's {}", path,
           first + (beyond - tokens), *beyond, vocabSize);
  }
}

void TokenFile::read(int64_t first, int64_t number, int32_t *tokens) const {
  unsigned char raw[tokensPerRead * 2];
  int64_t bytes = number * bytesPerToken;
  for (int64_t done = 0; done < bytes;) {
    ssize_t got = pread(fd, raw + done, static_cast<size_t>(bytes - done), dataStart + first * bytesPerToken + done);
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0)
      fail(Exit::BadInput, "{}: {}", path, got < 0 ? strerror(errno) : "the file has become shorter since the start");
    done += got;
  }
  for (int64_t i = 0; i < number; ++i)
    tokens[i] = bytesPerToken == 1 ? raw[i] : raw[2 * i] | raw[2 * i + 1] << 8;
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
