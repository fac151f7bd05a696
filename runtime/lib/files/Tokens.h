//===- Tokens.h - Files of token ids ----------------------------------------------===//
#ifndef SHARDRT_LIB_FILES_TOKENS_H
#define SHARDRT_LIB_FILES_TOKENS_H

#include <cstdint>
#include <string>

namespace shardrt {

/// A file of tokens: llm.c's .bin, raw little-endian uint16, or, named `text:FILE`, the bytes of any file.
class TokenFile {
public:
  /// Checks that there are at least `sequenceLength` + 2 tokens, and that all are below `vocabSize`. Throws Error
  /// (BadInput).
  TokenFile(const std::string &name, int64_t sequenceLength, int64_t vocabSize);
  ~TokenFile();
  TokenFile(const TokenFile &) = delete;
  TokenFile &operator=(const TokenFile &) = delete;

  int64_t size() const { return count; }

  /// Writes the inputs and targets of sample `sample` of the run: `sequenceLength` tokens each, the targets one token
  /// later. Allocates nothing. Throws Error (BadInput) where the file has become shorter.
  void readSample(int64_t sample, int32_t *tokens, int32_t *targets) const;

private:
  std::string path;
  const int64_t sequenceLength;
  int fd = -1;
  int64_t fileBytes = 0;
  int64_t dataStart = 0; ///< bytes before the first token
  int64_t bytesPerToken = 2;
  int64_t count = 0;

  void readHeader(bool text);
  void checkTokens(int64_t vocabSize) const;
  /// Reads tokens [first, first + number); at most tokensPerRead.
  void read(int64_t first, int64_t number, int32_t *tokens) const;
};

} // namespace shardrt
#endif
